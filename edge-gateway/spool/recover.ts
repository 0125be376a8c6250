import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ranges } from '@pulseboard/contract';
import type { RecoveredSpool } from '../publish/spool-state.js';
import { BOOK_FILE, parseBook } from './book.js';
import { readSegment, SEGMENT_SUFFIX, type SegmentHeader } from './segment.js';

/** A segment that is written to no more: which numbers it holds. */
export interface StoredSegment {
  path: string;
  bytes: number;
  first: number;
  last: number;
  /** `at` of its last reading as it stands there, ms; 0 when it has none. */
  lastAt: number;
}

export interface RecoveredFolder extends RecoveredSpool {
  segments: StoredSegment[];
  /** Boot of the machine that wrote it, when that is readable. */
  machineBoot: string | undefined;
}

export interface Recovery {
  spools: RecoveredFolder[];
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

function recoverSpool(folder: string, id: string, gateway: string, { spools, reports }: Recovery): void {
  const path = join(folder, id);
  const files = readdirSync(path)
    .filter((file) => file.endsWith(SEGMENT_SUFFIX))
    .sort()
    .map((name) => ({ name, file: join(path, name), ...readSegment(join(path, name)) }));
  const isOurs = (header: SegmentHeader | undefined) => header?.gateway === gateway && header.spool === id;
  const own = files.find(({ header }) => isOurs(header))?.header;
  if (!own && files.length) {
    for (const { name, header } of files)
      reports.push(`${join(id, name)} ${whoseIs(header)}; its folder was set aside to ${SET_ASIDE_FOLDER}/.`);
    setAside(folder, path, id);
    return;
  }
  if (!own && !existsSync(join(path, BOOK_FILE))) {
    rmSync(path, { recursive: true });
    return;
  }
  const present = new Ranges();
  const segments: StoredSegment[] = [];
  let ceiling = 0;
  for (const { name, file, header, readings, ceiling: found, damagedBytes } of files) {
    // One that lost its first bytes still has the rest, and stands among ours.
    if (header ? !isOurs(header) : readings.size === 0) {
      reports.push(`${join(id, name)} ${whoseIs(header)}; it was set aside to ${SET_ASIDE_FOLDER}/.`);
      setAside(folder, file, `${id}-${name}`);
      continue;
    }
    if (damagedBytes) reports.push(`${join(id, name)} has ${damagedBytes} damaged bytes, which were skipped.`);
    ceiling = Math.max(ceiling, found);
    const numbers = [...readings.keys()].sort((a, b) => a - b);
    for (const n of numbers) present.add(n);
    const last = numbers.at(-1);
    const lastAt = last === undefined ? 0 : readings.get(last)!.at;
    segments.push({ path: file, bytes: statSync(file).size, first: numbers[0] ?? 1, last: last ?? 0, lastAt });
  }
  const book = readBook(join(path, BOOK_FILE));
  const written = Math.max(present.max, book.written);
  ceiling = Math.max(ceiling, book.ceiling, written);
  spools.push({ id, written, ceiling, present, heard: book.heard, dropped: book.dropped, segments, machineBoot: own?.machineBoot });
}

const whoseIs = (header: SegmentHeader | undefined): string =>
  header ? `belongs to gateway "${header.gateway}", spool "${header.spool}"` : 'has no readable beginning';

function readBook(path: string): ReturnType<typeof parseBook> {
  try {
    return parseBook(readFileSync(path, 'utf8'));
  } catch {
    return parseBook('');
  }
}

/** @param path of a file or a folder */
function setAside(folder: string, path: string, name: string): void {
  const to = join(folder, SET_ASIDE_FOLDER);
  mkdirSync(to, { recursive: true });
  let free = name;
  for (let n = 2; existsSync(join(to, free)); n++) free = `${name}-${n}`;
  renameSync(path, join(to, free));
}
