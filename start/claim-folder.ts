import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserFacingError } from '@pulseboard/contract';
import { describeHolder, LockHeldError, takeLock } from '#lock';

/** A folder cannot be used. The message is a sentence for people. */
export class FolderInUseError extends UserFacingError {
  readonly code = 'FOLDER_UNUSABLE';

  /** @param isHeld another process has it; else it cannot be written */
  constructor(
    message: string,
    readonly isHeld = false,
  ) {
    super(message);
  }
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
  /** Folders in it that have another user. */
  others?: readonly string[];
}

/** A folder that this process has. */
export interface Claim {
  /** Gives it back. */
  release(): Promise<void>;
  /** Gives it back after a start that was refused: if the start made the folder, or found it empty, nothing of it stays. */
  discard(): Promise<void>;
}

export interface ClaimHooks {
  /** One line for people, when the start waits. */
  say?(line: string): void;
  /** Another process took the folder while this one was suspended: it must write no more. */
  onLost?(sentence: string): void;
}

/** Nothing can be written there, not even a lock. */
const TAKES_NOTHING = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

/**
 * Takes a folder for this process, before anything in it is opened: two processes on one embedded store lose rows silently. The folder is made, with its
 * parents; what was made is removed again when it cannot be taken.
 * @throws FolderInUseError when another process has it, or it cannot be written
 */
export async function claimFolder(
  folder: string,
  { what, user, setting, evenWhenFull, others = [] }: ClaimedFolder,
  { say = () => {}, onLost = endAtOnce }: ClaimHooks = {},
): Promise<Claim> {
  const path = resolve(folder);
  let made: string | undefined;
  try {
    made = await mkdir(path, { recursive: true });
    const { release } = await takeLock(join(path, `${user}.lock`), {
      onLost: () =>
        onLost(`The ${what} ${path} was taken over by another ${user} while this one did not run; it ends now and writes nothing more.`),
      onDoubt: (holder, mostMs) =>
        say(`The ${what} ${path} was last used by ${holder}; finding out whether it still runs, which takes up to ${mostMs / 1000} s.`),
    });
    const top = made;
    const foreign = [`${user}.lock`, ...others];
    const isOurs = (await readdir(path).catch(() => ['unreadable'])).every((name) => foreign.includes(name));
    return {
      release: async () => release(),
      async discard() {
        if (isOurs) await empty(path, foreign);
        release();
        if (top !== undefined) await removeEmpty(path, top);
      },
    };
  } catch (error) {
    if (made !== undefined) await removeEmpty(path, made);
    if (error instanceof LockHeldError)
      throw new FolderInUseError(
        `The ${what} ${path} is in use by another ${user} (${describeHolder(error.holder)}); stop that one, or set ${setting} to another folder.`,
        true,
      );
    const { code, message } = error as NodeJS.ErrnoException;
    if (evenWhenFull && TAKES_NOTHING.has(code ?? '')) return { release: async () => {}, discard: async () => {} };
    throw new FolderInUseError(`The ${what} ${path} cannot be written (${code ?? message}); set ${setting} to a folder that can.`);
  }
}

async function empty(path: string, keep: readonly string[]): Promise<void> {
  for (const name of await readdir(path)) if (!keep.includes(name)) await rm(join(path, name), { recursive: true, force: true });
}

/** Removes empty folders from `path` up to `top`. */
async function removeEmpty(path: string, top: string): Promise<void> {
  for (let folder = path; folder.startsWith(top); folder = dirname(folder))
    try {
      await rmdir(folder);
    } catch {
      return;
    }
}

function endAtOnce(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
