import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** All of it or nothing: who reads never sees half a file. */
export async function writeWhole(path: string, content: object): Promise<void> {
  const partial = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  await writeFile(partial, JSON.stringify(content), { mode: 0o600 });
  await rename(partial, path);
}

/** @returns undefined when it is not there, or half written by somebody else */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
