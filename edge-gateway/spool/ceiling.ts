import { closeSync, constants, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How far a spool may have been sent, beside its segments. One small block that is overwritten in place: it is written where a full disk takes
 * nothing new, and stays when the segments with their ceilings are gone.
 */
export const CEILING_FILE = 'ceiling.json';

export interface CeilingRecord {
  gateway: string;
  spool: string;
  ceiling: number;
}

/** The block keeps its length, so that overwriting it needs no room. */
const FILE_BYTES = 256;

/** @returns undefined when there is none that is readable */
export function readCeiling(spoolFolder: string): CeilingRecord | undefined {
  try {
    const { gateway, spool, ceiling } = JSON.parse(readFileSync(join(spoolFolder, CEILING_FILE), 'utf8')) as Partial<CeilingRecord>;
    const isWhole = typeof gateway === 'string' && typeof spool === 'string' && Number.isSafeInteger(ceiling) && ceiling! >= 0;
    return isWhole ? { gateway, spool, ceiling: ceiling! } : undefined;
  } catch {
    return undefined;
  }
}

/** Durable when it returns. @throws what the file system throws */
export function writeCeiling(spoolFolder: string, record: CeilingRecord): void {
  // Neither truncated nor appended to: the old block stays where it is.
  const block = openSync(join(spoolFolder, CEILING_FILE), constants.O_RDWR | constants.O_CREAT);
  try {
    writeSync(block, JSON.stringify(record).padEnd(FILE_BYTES), 0);
    fdatasyncSync(block);
  } finally {
    closeSync(block);
  }
}
