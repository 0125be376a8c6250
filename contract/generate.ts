/** `npm run generate` writes what is generated from the contract; with `--check` it writes nothing and fails on any difference. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATED_FOLDER, generatedFiles } from './generated-files.js';
import { readIfThere, writeGenerated } from './write-generated.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

writeGenerated({ root, folder: GENERATED_FOLDER, wanted: generatedFiles((path) => readIfThere(join(root, path))), source: 'the contract' });
