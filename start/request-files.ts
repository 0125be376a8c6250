import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Logger } from 'pino';

const LOOK_MS = 500;

/**
 * Looks for a request, a file that another process leaves, and answers one at a time.
 * @param answer removes the request; what it throws is logged
 * @param failed for the log: what could not be answered
 * @returns how to end it
 */
export function watchRequests(
  path: string,
  answer: (id: string) => Promise<void>,
  failed: string,
  log: Pick<Logger, 'warn'>,
): () => Promise<void> {
  let isBusy = false;
  const look = async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      const request = await readJson<{ id: string }>(path);
      if (request) await answer(String(request.id));
    } catch (error) {
      log.warn({ err: (error as Error).message }, failed);
    } finally {
      isBusy = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return async () => clearInterval(timer);
}

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
