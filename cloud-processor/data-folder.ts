import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The data folder cannot be used. The message is a sentence for people. */
export class DataFolderError extends Error {
  readonly code = 'DATA_FOLDER_UNUSABLE';
}

const LOCK_FILE = 'processor.lock';

/**
 * Takes a data folder for this process, before anything in it is opened: two processes on one embedded store lose rows silently.
 * The lock names its process; one whose process is gone (kill −9, power cut) is taken over.
 * @returns how to give it back
 * @throws DataFolderError when another process has it, or it cannot be written
 */
export async function lockDataFolder(folder: string): Promise<() => Promise<void>> {
  const path = resolve(folder);
  const lock = join(path, LOCK_FILE);
  try {
    await mkdir(path, { recursive: true });
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        const file = await open(lock, 'wx');
        await file.write(`${process.pid} ${bootId()}\n`);
        await file.close();
        return () => rm(lock, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const [pid, boot] = (await readFile(lock, 'utf8')).trim().split(' ');
        const owner = Number(pid);
        if (boot === bootId() && isAlive(owner))
          throw new DataFolderError(
            `The data folder ${path} is in use by another processor (process ${owner}); stop that one, or set PULSEBOARD_DATA_DIR to another folder.`,
          );
        await rm(lock, { force: true });
      }
    }
    throw new DataFolderError(`The data folder ${path} is being taken by another processor just now; try again.`);
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    throw new DataFolderError(
      `The data folder ${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}); set PULSEBOARD_DATA_DIR to a folder that can.`,
    );
  }
}

/** Process numbers begin again with each boot of the machine: one of a former boot says nothing. Where there is no boot id it is always the same. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'any-boot';
  }
}

/** This very process is not another one: after a restart in a container it may have the number of its dead predecessor. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
