import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../harness/environment.js';
import type { Part } from './part.js';

/** A disk that can be filled and freed. */
export interface SmallDisk {
  /** One sentence part for people: what it is. */
  readonly how: string;
  fill(): void;
  free(): void;
  close(): void;
}

const mounted = new Set<string>();
const UNMOUNT_TRIES = 5;
const BALLAST = 'ballast';
const CHUNK = Buffer.alloc(1_000_000, 1);

/**
 * Mounts a small tmpfs on a folder, which is made.
 * @returns undefined when this user may not mount
 */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  if (!run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'pulseboard-faults', folder])) return undefined;
  mounted.add(folder);
  const ballast = join(folder, BALLAST);
  return {
    how: `a tmpfs of ${megabytes} MB`,
    fill: () => fillUp(ballast),
    free: () => rmSync(ballast, { force: true }),
    close: () => unmount(folder),
  };
}

/** For the end of this process, however it comes. */
export function unmountAll(): void {
  for (const folder of mounted) unmount(folder);
}

/** Lazily: a process that is still ending may have a file open. Again when it fails: Ctrl-C ends the command too. */
function unmount(folder: string): void {
  for (let tries = 0; mounted.has(folder) && tries < UNMOUNT_TRIES; tries++) if (run('umount', ['-l', folder])) mounted.delete(folder);
}

let mayMount: boolean | undefined;
/** Whether this user may mount; asked by trying. */
export function canMount(): boolean {
  if (mayMount !== undefined) return mayMount;
  const disk = mountSmallDisk(tempFolder(), 1);
  disk?.close();
  mayMount = disk !== undefined;
  return mayMount;
}

/** Where nobody may mount: the files of a part can grow no more, all of them, while its process of now runs. */
export function limitFiles(part: Part): SmallDisk {
  const limit = (size: string) => {
    if (!run('prlimit', ['--pid', String(part.child.pid), `--fsize=${size}:unlimited`]))
      throw new Error('Neither mount nor prlimit works here');
  };
  const how = 'a limit on the size of its files, as mounting is not permitted';
  return { how, fill: () => limit('0'), free: () => limit('unlimited'), close() {} };
}

/** To the last byte. */
function fillUp(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, CHUNK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

function run(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
