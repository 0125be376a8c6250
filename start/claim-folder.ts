import { readFileSync, utimesSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { UserFacingError } from '@pulseboard/contract';

/** A folder cannot be used. The message is a sentence for people. */
export class FolderInUseError extends UserFacingError {
  readonly code = 'FOLDER_UNUSABLE';
}

/** How a folder and its user are called in sentences. */
export interface ClaimedFolder {
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

/** The holder touches its lock this often. */
const BEAT_MS = 2000;
/** The process of a lock cannot be asked for when it runs on another host, a container for one: it is gone when it has not touched its lock for this long. */
const SILENT_AFTER_MS = 15_000;

/**
 * Takes a folder for this process, before anything in it is opened: two processes on one embedded store lose rows silently.
 * The lock names its process and host; one whose process is gone (kill −9, power cut) is taken over.
 * Another lock than that of `wait-for-lock.mjs`, which waits for its turn: a processor keeps its folder for months, so whoever comes second is refused at once.
 * Nor can that one be this: it is needed before anything is compiled.
 * @returns how to give it back
 * @throws FolderInUseError when another process has it, or it cannot be written
 */
export async function claimFolder(folder: string, { what, user, setting, evenWhenFull }: ClaimedFolder): Promise<() => Promise<void>> {
  const path = resolve(folder);
  const lock = join(path, `${user}.lock`);
  const mine = `${process.pid} ${bootId()} ${hostname()}\n`;
  try {
    await mkdir(path, { recursive: true });
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await writeFile(lock, mine, { flag: 'wx' });
        return keep(lock, mine);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const owner = await ownerOf(lock);
        if (owner)
          throw new FolderInUseError(
            `The ${what} ${path} is in use by another ${user} (${owner}); stop that one, or set ${setting} to another folder.`,
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

/** Touches the lock from now on. @returns how to give it back */
function keep(lock: string, mine: string): () => Promise<void> {
  const beat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(lock, now, now);
    } catch {
      // It was taken away, or the disk takes nothing: nothing to be done here.
    }
  }, BEAT_MS).unref();
  return async () => {
    clearInterval(beat);
    // It may be another one's by now, if this process was stopped for long.
    if ((await textOf(lock)) === mine) await rm(lock, { force: true });
  };
}

/** @returns who has the lock, in words; undefined when nobody has it any more. A lock without a host is of a former release, and of this host. */
async function ownerOf(lock: string): Promise<string | undefined> {
  const [pid, boot, host = hostname()] = (await textOf(lock)).trim().split(' ');
  if (host === hostname()) return boot === bootId() && isAlive(Number(pid)) ? `process ${pid}` : undefined;
  // A lock from the future is of a clock that was wrong: its holder touches it with the right one.
  const silentMs = Math.abs(Date.now() - (await touchedAt(lock)));
  return silentMs < SILENT_AFTER_MS ? `process ${pid} on the host ${host}` : undefined;
}

/** Empty when it is gone. */
const textOf = (lock: string): Promise<string> => readFile(lock, 'utf8').catch(unlessGone(''));
const touchedAt = (lock: string): Promise<number> => stat(lock).then(({ mtimeMs }) => mtimeMs, unlessGone(0));

const unlessGone =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };

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
