import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ranges } from '@pulseboard/contract';
import type { RecoveredSpool } from '../publish/spool-state.js';
import { ANCHOR_FILE } from './anchor.js';
import { BOOK_FILE, parseBook } from './book.js';
import { CEILING_FILE, readCeiling } from './ceiling.js';
import { SEGMENT_SUFFIX, type SegmentHeader, type SegmentSurvey, surveySegment } from './segment.js';
import { moveAside, SET_ASIDE_FOLDER } from './set-aside.js';

/** A segment that is written to no more: which numbers it holds. */
export interface StoredSegment {
  path: string;
  bytes: number;
  first: number;
  last: number;
  /** `at` of its last reading as it stands there, ms; 0 when it has none. */
  lastAt: number;
  /** That one is of before the anchor. */
  isUnanchored: boolean;
}

export interface RecoveredFolder extends RecoveredSpool {
  segments: StoredSegment[];
  /** Boot of the machine that wrote it, when that is readable. */
  machineBoot: string | undefined;
  /** `at` of its first reading that is left, as it stands there; +∞ when there is none. */
  firstAt: number;
}

export interface Recovery {
  /** The one that began first is the first. */
  spools: RecoveredFolder[];
  /** What was found wrong, a sentence each. */
  reports: string[];
}

/** As the contract has ids of spools. */
const SPOOL_NAME = /^[a-z0-9]{8,32}$/;
const OWN_FILE = new RegExp(`^(${[BOOK_FILE, ANCHOR_FILE, CEILING_FILE].join('|').replaceAll('.', '\\.')})(\\.new)?$`);

/**
 * Reads what former processes left in a spool folder. Segments of another gateway, and rubbish among ours, are set aside and reported; damage within a segment
 * is skipped and reported; what does not look like a spool is left where it is. Segments are read one at a time, and none is kept in memory.
 * @param gateway whose spools these must be: a card from another gateway is not sent under this one's name
 */
export function recoverSpools(folder: string, gateway: string): Recovery {
  const recovery: Recovery = { spools: [], reports: [] };
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === SET_ASIDE_FOLDER) continue;
    try {
      recoverSpool(folder, entry.name, gateway, recovery);
    } catch (error) {
      recovery.reports.push(`${entry.name} cannot be read (${(error as NodeJS.ErrnoException).code ?? error}); it was left alone.`);
    }
  }
  recovery.spools.sort((a, b) => a.firstAt - b.firstAt || (a.id < b.id ? -1 : 1));
  return recovery;
}

function recoverSpool(folder: string, id: string, gateway: string, { spools, reports }: Recovery): void {
  const path = join(folder, id);
  const names = readdirSync(path).sort();
  const segmentNames = names.filter((name) => name.endsWith(SEGMENT_SUFFIX));
  const others = names.filter((name) => !name.endsWith(SEGMENT_SUFFIX));
  if (!SPOOL_NAME.test(id) || (segmentNames.length === 0 && !others.every((name) => OWN_FILE.test(name)))) {
    // The lock of the folder lies among the spools.
    if (!id.endsWith('.lock')) reports.push(`${id} is no spool; it was left alone.`);
    return;
  }
  const kept = readCeiling(path);
  const isOurs = (of: { gateway: string; spool: string } | undefined) => of?.gateway === gateway && of.spool === id;
  const files = segmentNames.map((name) => ({ name, path: join(path, name), ...survey(join(path, name)) }));
  const own = files.find(({ header }) => isOurs(header))?.header;
  if (!own && !isOurs(kept)) {
    if (files.length || kept) {
      for (const { name, header } of files)
        reports.push(`${join(id, name)} ${whoseIs(header)}; its folder was set aside to ${SET_ASIDE_FOLDER}/.`);
      moveAside(folder, path, id);
      return;
    }
    if (!names.includes(BOOK_FILE)) {
      rmSync(path, { recursive: true });
      return;
    }
  }
  const present = new Ranges();
  const segments: StoredSegment[] = [];
  let ceiling = kept?.ceiling ?? 0;
  let firstAt = Number.POSITIVE_INFINITY;
  for (const file of files) {
    const { name, header, numbers } = file;
    if (file.fault !== undefined) {
      reports.push(`${join(id, name)} cannot be read (${file.fault}); it was left alone.`);
      continue;
    }
    // One that lost its first bytes still has the rest, and stands among ours.
    if (header ? !isOurs(header) : numbers.size === 0) {
      reports.push(`${join(id, name)} ${whoseIs(header)}; it was set aside to ${SET_ASIDE_FOLDER}/.`);
      moveAside(folder, file.path, `${id}-${name}`);
      continue;
    }
    if (file.damagedBytes) reports.push(`${join(id, name)} has ${file.damagedBytes} damaged bytes, which were skipped.`);
    ceiling = Math.max(ceiling, file.ceiling);
    const ranges = numbers.toArray();
    for (const [from, to] of ranges) present.add(from, to);
    const first = ranges[0]?.[0] ?? 1;
    const { lastAt, isLastUnanchored: isUnanchored } = file;
    segments.push({ path: file.path, bytes: statSync(file.path).size, first, last: numbers.max, lastAt, isUnanchored });
    if (numbers.size) firstAt = Math.min(firstAt, file.firstAt);
  }
  const book = readBook(join(path, BOOK_FILE));
  const written = Math.max(present.max, book.written);
  ceiling = Math.max(ceiling, book.ceiling, written);
  spools.push({
    id,
    written,
    ceiling,
    present,
    heard: book.heard,
    dropped: book.dropped,
    segments,
    machineBoot: own?.machineBoot,
    firstAt,
  });
}

const UNREADABLE: SegmentSurvey = {
  header: undefined,
  numbers: new Ranges(),
  ceiling: 0,
  firstAt: 0,
  lastAt: 0,
  isLastUnanchored: false,
  damagedBytes: 0,
};

function survey(path: string): SegmentSurvey & { fault?: string } {
  try {
    return surveySegment(path);
  } catch (error) {
    return { ...UNREADABLE, fault: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
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
