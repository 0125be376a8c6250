import { randomUUID } from 'node:crypto';
import { access, constants, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Finding } from './finding.js';
import { asRoot, type Machine } from './machine.js';

/** An hour of a full room and a good deal more. */
const LEAST_FREE_BYTES = 100e6;
const subject = 'disk';

/** Can the spool be written, and is there room for what it may grow to? Leaves nothing behind. */
export async function checkDisk(folder: string, maxBytes: number, machine: Machine): Promise<Finding> {
  try {
    const there = await nearest(folder);
    if (there === folder) await writeProbe(folder);
    else await access(there, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(there);
    return roomFinding(folder, bavail * bsize, maxBytes);
  } catch (error) {
    const { code = 'EACCES' } = error as NodeJS.ErrnoException;
    return {
      verdict: 'fail',
      subject,
      says: `The spool folder ${folder} cannot be written (${code}).`,
      mend: [howToWrite(code, folder, machine)],
    };
  }
}

/** @returns the folder, or the nearest one above it that is there */
async function nearest(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw error;
    return nearest(dirname(folder));
  }
}

async function writeProbe(folder: string): Promise<void> {
  const probe = join(folder, `.doctor-${randomUUID()}`);
  try {
    await writeFile(probe, 'is this disk writable?', { flag: 'wx', flush: true });
  } finally {
    await rm(probe, { force: true });
  }
}

/** @param freeBytes of its disk @param maxBytes what it may grow to */
export function roomFinding(folder: string, freeBytes: number, maxBytes: number): Finding {
  const says = `${megabytes(freeBytes)} free for the spool in ${folder}, which may grow to ${megabytes(maxBytes)}.`;
  if (freeBytes < LEAST_FREE_BYTES) return { verdict: 'fail', subject, says, mend: [MAKE_ROOM] };
  if (freeBytes >= maxBytes) return { verdict: 'ok', subject, says };
  return { verdict: 'note', subject, says, mend: [`PULSEBOARD_SPOOL_MB=${Math.floor(freeBytes / 2e6)}   # or a larger card`] };
}

const MAKE_ROOM = 'df -h   # then delete what is not needed, or put in a larger card';

/** @param code of the operating system */
export function howToWrite(code: string, folder: string, machine: Machine): string {
  switch (code) {
    case 'ENOSPC':
      return MAKE_ROOM;
    case 'ENOTDIR':
      return `ls -ld ${dirname(folder)}   # a file is where a folder should be: name another one in PULSEBOARD_SPOOL_DIR`;
    case 'EROFS':
      if (!machine.isContainer)
        return `${asRoot('mount -o remount,rw /', machine)}   # a card that goes back to read-only is worn out: replace it`;
  }
  return machine.isContainer
    ? `Start the container with a folder that its user may write: -v pulseboard:${folder}`
    : `${asRoot(`chown -R "$USER" ${folder}`, machine)}   # or name another folder in PULSEBOARD_SPOOL_DIR`;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
