import { type GatewayParams, Ranges } from '@pulseboard/contract';
import type { SpoolRecord, ToldOfSpool } from './spool-record.js';

/** What is known of one spool. */
export interface Book {
  desk: Desk;
  spool: string;
  committed: Ranges;
  deadLettered: number;
  gone: Ranges;
  closed: boolean;
  /** Its gateway said since that it writes it: should it be closed, the next flush opens it again. */
  reopens: boolean;
  /** On the way to the store. */
  waiting: Ranges;
  /** Lowest number that the gateway still holds; what is below and never came is gone. */
  oldest: number;
  /** Nothing of it is held any more: the newest word, of a process beside which no other writes it. */
  drained: boolean;
  /** The last word of each process of its gateway, by boot; those of the last minute. */
  words: Map<string, Word>;
  /** When it last spoke of it, monotonic ms. */
  heardAt: number;
  told: ToldOfSpool | undefined;
  /** The store has other counts than `told`. */
  isToldAnew: boolean;
  /** Those do not wait any longer for a flush that writes this book anyway. */
  isToldDue: boolean;
  /** When `told` was last stored, monotonic ms. */
  toldStoredAt: number;
}

/** What one process of the gateway said of a spool; monotonic ms. */
interface Word {
  drained: boolean;
  /** 0: it does not say. */
  decoded: number;
  at: number;
  /** Of the word before, and of the first one. */
  formerAt: number;
  since: number;
}

/** One gateway: where it is reached, and what it is to be told. */
export interface Desk {
  /** A gateway that was carried to another room drains its spools from there, and listens there. */
  to: GatewayParams;
  /** The spools that it holds: `committed` names them. */
  listed: Set<Book>;
  /** Hashes of batches that could not be read. */
  rejected: Set<string>;
  lastHealth: { boot: string; at: number } | undefined;
  /** First and last time that it spoke of all its spools in this process, monotonic ms. */
  firstHealthAt: number | undefined;
  lastHealthAt: number;
}

/** The processor's side of one spool. */
export interface SpoolEntry extends SpoolRecord {
  committed: number;
  goneCount: number;
  /** On the way to the store. */
  waiting: number;
  /** Its gateway speaks, and has not named it for a while: nobody holds it any more. It may come back. */
  isAbandoned: boolean;
}

/** Counts that changed and nothing else: no write for each health. */
const STORE_TOLD_EVERY_MS = 60_000;
const ABANDONED_AFTER_MS = 60_000;
/** A process that is silent for longer is gone: health comes every 10 s. */
const WORD_COUNTS_MS = 60_000;

export const openDesk = (to: GatewayParams): Desk => ({
  to: paramsOf(to),
  listed: new Set(),
  rejected: new Set(),
  lastHealth: undefined,
  firstHealthAt: undefined,
  lastHealthAt: 0,
});

export const openBook = (desk: Desk, spool: string): Book => ({
  desk,
  spool,
  committed: new Ranges(),
  deadLettered: 0,
  gone: new Ranges(),
  closed: false,
  reopens: false,
  waiting: new Ranges(),
  oldest: 0,
  drained: false,
  words: new Map(),
  heardAt: Number.NEGATIVE_INFINITY,
  told: undefined,
  isToldAnew: false,
  isToldDue: false,
  toldStoredAt: Number.NEGATIVE_INFINITY,
});

/** Makes the book say what is durable; what its gateway told in this process stays. */
export function restore(book: Book, record: SpoolRecord | undefined): void {
  book.committed = new Ranges(record?.ranges);
  book.deadLettered = record?.deadLettered ?? 0;
  book.gone = new Ranges(record?.gone);
  book.closed = record?.closed ?? false;
  book.waiting = new Ranges();
  book.told ??= record?.told;
  book.isToldAnew = !sameCounts(record?.told, book.told);
}

/**
 * A process of the gateway said whether it still holds or writes the spool: the newest word counts.
 * A copied card makes two processes of one spool, and the one that drains its copy must not close it under the one that writes:
 * not for a minute after that one's last word, when it had decoded more than the other knows of, or spoke twice since the other began.
 * Once may be a word of a process that is gone, which came late.
 * @param decoded 0 when it does not say
 * @param now monotonic ms
 */
export function hearWord(book: Book, boot: string, drained: boolean, decoded: number, now: number): void {
  const { words } = book;
  for (const [key, { at }] of words) if (now - at > WORD_COUNTS_MS) words.delete(key);
  const former = words.get(boot);
  const mine: Word = { drained, decoded, at: now, formerAt: former?.at ?? Number.NEGATIVE_INFINITY, since: former?.since ?? now };
  words.set(boot, mine);
  const isWritten = [...words.values()].some((other) => !other.drained && (other.decoded > decoded || other.formerAt > mine.since));
  book.drained = drained && !isWritten;
  if (book.drained) book.reopens = false;
  else if (!drained) book.reopens = true;
}

/** Takes over the gateway's counts. @param now monotonic ms */
export function tell(book: Book, told: ToldOfSpool, now: number): void {
  book.isToldAnew ||= !sameCounts(book.told, told);
  book.told = told;
  book.isToldDue ||= book.isToldAnew && now - book.toldStoredAt >= STORE_TOLD_EVERY_MS;
}

export const paramsOf = ({ gym, room, gateway }: GatewayParams): GatewayParams => ({ gym, room, gateway });

export function entryOf(book: Book): SpoolEntry {
  const { desk, spool, committed, deadLettered, gone, closed, waiting, told } = book;
  return {
    ...desk.to,
    spool,
    ranges: committed.toArray(),
    gone: gone.toArray(),
    closed,
    deadLettered,
    ...(told ? { told } : {}),
    committed: committed.size,
    waiting: waiting.size,
    goneCount: gone.size,
    isAbandoned: isAbandoned(book),
  };
}

/** Its gateway has spoken for long enough, and not of it. */
function isAbandoned({ closed, desk, heardAt }: Book): boolean {
  if (closed || desk.firstHealthAt === undefined) return false;
  return desk.lastHealthAt - Math.max(heardAt, desk.firstHealthAt) > ABANDONED_AFTER_MS;
}

function sameCounts(a: ToldOfSpool | undefined, b: ToldOfSpool | undefined): boolean {
  if (!a || !b) return a === b;
  const reasons = new Set([...Object.keys(a.dropped), ...Object.keys(b.dropped)]);
  return a.decoded === b.decoded && a.waiting === b.waiting && [...reasons].every((reason) => a.dropped[reason] === b.dropped[reason]);
}
