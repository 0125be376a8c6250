import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const CHUNK = Buffer.alloc(1_000_000, 1);

/** A disk that can be filled to its last byte, and freed. */
export interface SmallDisk {
  fill(): void;
  free(): void;
  close(): void;
}

/** Mounts a tmpfs on a folder, which is made. @returns undefined when this user may not mount */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  if (!run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'pulseboard-test', folder])) return undefined;
  const ballast = join(folder, 'ballast');
  const unmount = () => void run('umount', ['-l', folder]);
  process.once('exit', unmount);
  return {
    fill() {
      const file = openSync(ballast, 'w');
      try {
        for (;;) writeSync(file, CHUNK);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    close() {
      process.removeListener('exit', unmount);
      unmount();
    },
  };
}

function run(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
