import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** A folder cannot be used. The message is a sentence for people. */
export class FolderInUseError extends Error {
  readonly code = 'FOLDER_UNUSABLE';
}

/** How a folder and its user are called in sentences. */
export interface LockedFolder {
  /** `data folder` */
  what: string;
  /** `processor`: also the name of the lock. */
  user: string;
  /** Setting that names another folder. */
  setting: string;
  /** A card that takes nothing any more is no reason not to begin. */
  evenWhenFull?: boolean;
}

/** Nothing can be written there, not even a lock. */
const TAKES_NOTHING = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

/**
 * Takes a folder for this process, before anything in it is opened: two processes on one embedded store lose rows silently.
 * The lock names its process; one whose process is gone (kill −9, power cut) is taken over.
 * @returns how to give it back
 * @throws FolderInUseError when another process has it, or it cannot be written
 */
export async function lockFolder(folder: string, { what, user, setting, evenWhenFull }: LockedFolder): Promise<() => Promise<void>> {
  const path = resolve(folder);
  const lock = join(path, `${user}.lock`);
  try {
    await mkdir(path, { recursive: true });
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await writeFile(lock, `${process.pid} ${bootId()}\n`, { flag: 'wx' });
        return () => rm(lock, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const [pid, boot] = (await readFile(lock, 'utf8')).trim().split(' ');
        const owner = Number(pid);
        if (boot === bootId() && isAlive(owner))
          throw new FolderInUseError(
            `The ${what} ${path} is in use by another ${user} (process ${owner}); stop that one, or set ${setting} to another folder.`,
          );
        await rm(lock, { force: true });
      }
    }
    throw new FolderInUseError(`The ${what} ${path} is being taken by another ${user} just now; try again.`);
  } catch (error) {
    if (error instanceof FolderInUseError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (evenWhenFull && TAKES_NOTHING.has(code ?? '')) return async () => {};
    throw new FolderInUseError(`The ${what} ${path} cannot be written (${code ?? message}); set ${setting} to a folder that can.`);
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
