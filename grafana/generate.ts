/** A part of `npm run generate`: writes what Grafana reads; with `--check` it writes nothing and fails on any difference. */
import { fileURLToPath } from 'node:url';
import { writeGenerated } from '@pulseboard/contract/write-generated';
import { GENERATED_FOLDER, generatedFiles } from './generated-files.js';

writeGenerated({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  folder: GENERATED_FOLDER,
  wanted: generatedFiles(),
  source: 'grafana/',
});
