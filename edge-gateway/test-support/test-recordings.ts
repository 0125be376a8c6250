import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Real recordings lie beside the repository; they are not ours to ship. @returns their folder */
export function findRecordings(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isWorkspaceRoot(folder)) {
    if (folder === dirname(folder)) return undefined;
    folder = dirname(folder);
  }
  const recordings = join(folder, '..', 'shared', 'data', 'radio');
  return existsSync(recordings) ? recordings : undefined;
}

function isWorkspaceRoot(folder: string): boolean {
  const manifest = join(folder, 'package.json');
  return existsSync(manifest) && 'workspaces' in JSON.parse(readFileSync(manifest, 'utf8'));
}

/** @returns lines without comments */
export const readRecording = (folder: string, file: string): string[] =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
