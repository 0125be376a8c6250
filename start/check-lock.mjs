/** `npm run check:lock`: fails when package-lock.json would not install everywhere, or is not exact where it must be. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockFaults, rangeFaults } from './lock-faults.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (file) => readFileSync(join(root, file), 'utf8');

const manifests = ['package.json', ...JSON.parse(read('package.json')).workspaces.map((folder) => `${folder}/package.json`)];
const faults = [...lockFaults(read('package-lock.json')), ...manifests.flatMap((file) => rangeFaults(file, JSON.parse(read(file))))];
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length === 0)
  process.stdout.write('package-lock.json installs on linux-x64, linux-arm64 and darwin-arm64, and names no registry.\n');
process.exitCode = faults.length ? 1 : 0;
