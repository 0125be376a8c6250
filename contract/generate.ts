/** `npm run generate` writes what is generated from the contract; with `--check` it writes nothing and fails on any difference. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATED_FOLDER, generatedFiles } from './generated-files.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

mkdirSync(join(root, GENERATED_FOLDER), { recursive: true });
const wanted = generatedFiles(read);
const differing = [...wanted].filter(([path, text]) => read(path) !== text).map(([path]) => path);
const orphans = readdirSync(join(root, GENERATED_FOLDER))
  .map((name) => `${GENERATED_FOLDER}/${name}`)
  .filter((path) => !wanted.has(path));

if (process.argv.includes('--check')) {
  for (const path of differing)
    process.stderr.write(`${path} is not what the contract generates: run \`npm run generate\` and commit it.\n`);
  for (const path of orphans) process.stderr.write(`${path} is generated no more: run \`npm run generate\` and commit that it is gone.\n`);
  process.exitCode = differing.length + orphans.length > 0 ? 1 : 0;
} else {
  for (const path of differing) writeFileSync(join(root, path), wanted.get(path)!);
  for (const path of orphans) rmSync(join(root, path));
  process.stdout.write(`${wanted.size} generated files, ${differing.length} rewritten, ${orphans.length} removed.\n`);
}
