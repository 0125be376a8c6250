import { mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ranges } from '@pulseboard/contract';
import type { RecoveredSpool } from '../publish/spool-state.js';
import { BOOK_FILE, parseBook } from './book.js';
import { readSegment, SEGMENT_SUFFIX } from './segment.js';

/** A segment of an older spool: which numbers it holds. */
export interface StoredSegment {
  path: string;
  bytes: number;
  first: number;
  last: number;
}

export interface Recovery {
  spools: (RecoveredSpool & { segments: StoredSegment[] })[];
  /** What was found wrong, a sentence each. */
  reports: string[];
}

/** What cannot be ours goes here: nothing is deleted that somebody may still want. */
export const SET_ASIDE_FOLDER = 'set-aside';

/**
 * Reads what former processes left in a spool folder. A foreign or unreadable file is set aside and reported, damage within one is skipped and reported.
 * @param gateway whose spools these must be: a card from another gateway is not sent under this one's name
 */
export function recoverSpools(folder: string, gateway: string): Recovery {
  const recovery: Recovery = { spools: [], reports: [] };
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== SET_ASIDE_FOLDER);
  for (const { name: id } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) recoverSpool(folder, id, gateway, recovery);
  return recovery;
}

function recoverSpool(folder: string, id: string, gateway: string, recovery: Recovery): void {
  const path = join(folder, id);
  const present = new Ranges();
  const segments: StoredSegment[] = [];
  let ceiling = 0;
  for (const name of readdirSync(path)
    .filter((file) => file.endsWith(SEGMENT_SUFFIX))
    .sort()) {
    const file = join(path, name);
    const { header, readings, ceiling: found, damagedBytes } = readSegment(file);
    if (!header || header.gateway !== gateway || header.spool !== id) {
      const whose = header ? `belongs to gateway "${header.gateway}", spool "${header.spool}"` : 'has no readable beginning';
      recovery.reports.push(`${join(id, name)} ${whose}; it was set aside to ${SET_ASIDE_FOLDER}/.`);
      setAside(folder, file, `${id}-${name}`);
      continue;
    }
    if (damagedBytes) recovery.reports.push(`${join(id, name)} has ${damagedBytes} damaged bytes, which were skipped.`);
    ceiling = Math.max(ceiling, found);
    const numbers = [...readings.keys()].sort((a, b) => a - b);
    for (const n of numbers) present.add(n);
    if (numbers.length) segments.push({ path: file, bytes: statSync(file).size, first: numbers[0]!, last: numbers.at(-1)! });
    else segments.push({ path: file, bytes: statSync(file).size, first: 1, last: 0 });
  }
  const book = readBook(join(path, BOOK_FILE));
  const written = Math.max(present.max, book.written);
  recovery.spools.push({ id, written, ceiling: Math.max(ceiling, written), present, heard: book.heard, dropped: book.dropped, segments });
}

function readBook(path: string): ReturnType<typeof parseBook> {
  try {
    return parseBook(readFileSync(path, 'utf8'));
  } catch {
    return parseBook('');
  }
}

function setAside(folder: string, file: string, name: string): void {
  const to = join(folder, SET_ASIDE_FOLDER);
  mkdirSync(to, { recursive: true });
  renameSync(file, join(to, name));
}
