import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Chance } from '../simulation/chance.js';

/** Segments of a spool are frames: `magic u16 · kind u8 · 0 u8 · length u32 · number u48 · crc u32 · payload[length]`, little-endian. */
const MAGIC = 0x50b5;
const HEADER_BYTES = 18;
const CEILING = 3;
const READINGS = [2, 4];
const SEGMENT = '.segment';
/** Written without a sync: it may be half there. */
const BOOK = 'book.json';

interface SpoolFrame {
  kind: number;
  number: number;
  /** Where it ends in its file, bytes. */
  end: number;
}

/** What a power cut left of the newest segment of a spool folder. */
export interface Cut {
  spool: string;
  /** Bytes that are gone. */
  bytes: number;
  /** Numbers of the readings that are gone. */
  numbers: ReadonlySet<number>;
}

/**
 * Does to the spool of a gateway that was killed what a power cut may do: the newest segment is cut at a random byte after its last sync.
 * Every sync comes right after a ceiling, so whatever stands before the end of the last ceiling may be durable and is left; a cut after it is always possible.
 */
export function cutPower(spoolFolder: string, chance: Chance): Cut {
  const segment = newestSegment(spoolFolder);
  const frames = framesOf(readFileSync(segment.path));
  const syncedEnd = frames.findLast(({ kind }) => kind === CEILING)?.end ?? 0;
  const at = chance.between(syncedEnd, segment.bytes);
  truncateSync(segment.path, at);
  const book = join(spoolFolder, segment.spool, BOOK);
  const bookBytes = statSync(book, { throwIfNoEntry: false })?.size;
  if (bookBytes && chance.is(0.5)) truncateSync(book, chance.between(0, bookBytes - 1));
  const lost = frames.filter(({ kind, end }) => READINGS.includes(kind) && end > at);
  return { spool: segment.spool, bytes: segment.bytes - at, numbers: new Set(lost.map(({ number }) => number)) };
}

/** The whole frames at the begin of a segment. */
export function framesOf(bytes: Buffer): SpoolFrame[] {
  const frames: SpoolFrame[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length && bytes.readUInt16LE(at) === MAGIC) {
    const end = at + HEADER_BYTES + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) break;
    frames.push({ kind: bytes[at + 2]!, number: bytes.readUIntLE(at + 8, 6), end });
    at = end;
  }
  return frames;
}

function newestSegment(spoolFolder: string): { spool: string; path: string; bytes: number } {
  const segments = readdirSync(spoolFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: spool }) =>
      readdirSync(join(spoolFolder, spool))
        .filter((name) => name.endsWith(SEGMENT))
        .map((name) => {
          const path = join(spoolFolder, spool, name);
          const { mtimeMs, size } = statSync(path);
          return { spool, path, bytes: size, mtimeMs };
        }),
    );
  const [newest] = segments.sort((a, b) => b.mtimeMs - a.mtimeMs);
  if (!newest) throw new Error(`There is no segment in ${spoolFolder}`);
  return newest;
}
