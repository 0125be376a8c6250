import {
  type DeadLettersOfGateway,
  type DeadReason,
  type GatewayParams,
  MAX_COUNT,
  MAX_READING_NUMBER,
  Ranges,
} from '@pulseboard/contract';
import { upTo } from './number-ranges.js';
import { advance, MAX_STEP, type Reach } from './plausible-numbers.js';
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
  /** Lowest number that the gateway still holds, by its last batch or health; what is below and never came is gone. */
  oldest: number;
  /** Undefined: nothing is known of the spool. */
  reach: Reach | undefined;
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
  /** The process of the gateway that is believed: of its last batch, or of its health. */
  boot: { id: string; at: number } | undefined;
  /** Batches that could not be read: hash and reason. */
  rejected: Map<string, string>;
  /** Of this epoch. */
  deadLetters: Map<DeadReason, DeadLettersOfGateway>;
  lastHealth: { boot: string; at: number; heardAt: number } | undefined;
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
  boot: undefined,
  rejected: new Map(),
  deadLetters: new Map(),
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
  reach: undefined,
  drained: false,
  words: new Map(),
  heardAt: Number.NEGATIVE_INFINITY,
  told: undefined,
  isToldAnew: false,
  isToldDue: false,
  toldStoredAt: Number.NEGATIVE_INFINITY,
});

/**
 * Makes the book say what is durable; what its gateway told in this process stays. Numbers that no gateway can have reached are left out: a former
 * release believed whoever sent them.
 * @param openedAt UTC ms, when this process began; undefined: not known
 */
export function restore(book: Book, record: SpoolRecord | undefined, openedAt?: number): void {
  const told = record?.told && isPlausible(record.told) ? record.told : undefined;
  book.committed = upTo(new Ranges(record?.ranges), MAX_READING_NUMBER);
  book.deadLettered = record?.deadLettered ?? 0;
  book.gone = upTo(new Ranges(record?.gone), told ? told.decoded + MAX_STEP : MAX_READING_NUMBER);
  book.closed = record?.closed ?? false;
  book.waiting = new Ranges();
  book.told ??= told;
  book.isToldAnew = !sameCounts(record?.told, book.told);
  if (record) book.reach ??= reachOf(told, book.committed.max, openedAt);
}

/** Before this process began its gateway went on by itself. */
function reachOf(told: ToldOfSpool | undefined, committed: number, openedAt: number | undefined): Reach {
  if (!told || openedAt === undefined) return { highest: committed, at: Number.NEGATIVE_INFINITY };
  return { highest: told.decoded, at: -Math.max(0, openedAt - told.listedAt) };
}

const isPlausible = ({ decoded, waiting, dropped, listedAt }: ToldOfSpool): boolean =>
  [decoded, waiting, listedAt, ...Object.values(dropped)].every((count) => Number.isInteger(count) && count >= 0 && count <= MAX_COUNT);

/** Health comes every 10 s: a process of a gateway that is silent for longer is gone, or about to send a batch. */
const BOOT_SILENT_MS = 15_000;

/**
 * Whether this process of the gateway is the one that is believed. A batch proves that it is; a health is believed while no other process sends.
 * @param now monotonic ms
 */
export function isBelieved(desk: Desk, boot: string | undefined, isBatch: boolean, now: number): boolean {
  if (boot === undefined) return true;
  const { boot: known } = desk;
  if (!isBatch && known && known.id !== boot && now - known.at <= BOOT_SILENT_MS) return false;
  desk.boot = { id: boot, at: now };
  return true;
}

/**
 * A batch came with these numbers. Its gateway holds all from `oldest` on that are not committed, so none of them is gone, whoever said so.
 * @param now monotonic ms
 */
export function holds(book: Book, oldest: number, last: number, now: number): void {
  book.reach = advance(book.reach, last, now);
  book.oldest = oldest;
  if (book.gone.max >= oldest) book.gone = upTo(book.gone, oldest - 1);
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

/** @param detail a sentence: what is wrong with the last one */
export function countDead(desk: Desk, reason: DeadReason, readings: number, detail: string): void {
  const known = desk.deadLetters.get(reason)?.readings ?? 0;
  desk.deadLetters.set(reason, { reason, readings: known + readings, example: detail });
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
  return (
    (a.isElsewhere ?? false) === (b.isElsewhere ?? false) &&
    a.decoded === b.decoded &&
    a.waiting === b.waiting &&
    [...reasons].every((reason) => a.dropped[reason] === b.dropped[reason])
  );
}
