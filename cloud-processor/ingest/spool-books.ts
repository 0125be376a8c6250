import {
  type Committed,
  type DeadReason,
  type GatewayParams,
  MAX_RANGES,
  MAX_REJECTED,
  MAX_SPOOLS,
  type NumberRange,
  Ranges,
} from '@pulseboard/contract';
import { minus, missingBelow, union, upTo } from './number-ranges.js';
import { advance, BatchImplausibleError, contradictionIn, highestPlausible, MAX_STEP } from './plausible-numbers.js';
import {
  type Book,
  countDead,
  type Desk,
  entryOf,
  hearWord,
  holds,
  isBelieved,
  openBook,
  openDesk,
  paramsOf,
  restore,
  type SpoolEntry,
  tell,
} from './spool-book.js';
import type { HeldSpools, SpoolRecord } from './spool-record.js';

/** Readings since these books were opened: received = stored + deadLettered + duplicate + turnedAway, and what waits. */
export interface BookCounts {
  received: number;
  stored: number;
  deadLettered: number;
  duplicate: number;
  /** Not taken because the store was away. */
  turnedAway: number;
}

/** A reading's place. */
export interface Numbered {
  spool: string;
  number: number;
}

/** A health message may overtake a batch; a spool that spoke within this time is not unlisted by one. */
const LISTED_AFTER_BATCH_MS = 1000;
/** An older health of the same process is ignored for this long; after that its clock was set back. */
const OLDER_IGNORED_MS = 30_000;

const noCounts = (): BookCounts => ({ received: 0, stored: 0, deadLettered: 0, duplicate: 0, turnedAway: 0 });

/**
 * The processor's side of the guarantee, as a pure machine: which numbers of which spool are stored, on the way, or will never come.
 * Rules 3, 4, 6 and 7 of the design; times are monotonic ms.
 */
export class SpoolBooks {
  readonly counts: BookCounts = noCounts();
  readonly #books = new Map<string, Book>();
  readonly #desks = new Map<string, Desk>();
  /** Of which something may have to be settled: all others are skipped, as a chain has many thousands of closed ones. */
  readonly #open = new Set<Book>();

  /**
   * @param known what a former process made durable
   * @param openedAt UTC ms: when this process began
   */
  constructor(
    known: readonly SpoolRecord[] = [],
    private readonly openedAt?: number,
  ) {
    for (const record of known) restore(this.#bookOf(record, record.spool), record, openedAt);
  }

  /** Whose a spool is, when it is known. */
  ownerOf(spool: string): GatewayParams | undefined {
    return this.#books.get(spool)?.desk.to;
  }

  /** How many readings are on the way to the store. */
  get waiting(): number {
    let count = 0;
    for (const { waiting } of this.#open) count += waiting.size;
    return count;
  }

  /**
   * A batch arrived: its numbers that are new are on the way from now on.
   * @param of its gateway, which must be the owner of the spool; `boot` is the process of it that sent the batch
   * @param oldest more than `first` is taken for `first`: what is sent is held
   * @returns which of them are new; the others were taken before, or are of a closed spool
   * @throws BatchImplausibleError when the gateway cannot have reached them; nothing is changed then
   */
  take(
    { spool, boot, ...of }: GatewayParams & { spool: string; boot?: string },
    first: number,
    count: number,
    oldest: number,
    now: number,
  ): number[] {
    const last = first + count - 1;
    const limit = highestPlausible(this.#books.get(spool)?.reach, now);
    if (last > limit)
      throw new BatchImplausibleError(`readings ${first} to ${last} are beyond ${limit}, the highest number that is plausible now`);
    const book = this.#bookOf(of, spool);
    book.desk.to = paramsOf(of);
    isBelieved(book.desk, boot, true, now);
    this.#note(book, now);
    if (!book.closed || book.reopens) holds(book, Math.min(oldest, first), last, now);
    this.counts.received += count;
    const fresh: number[] = [];
    for (let n = first; n < first + count; n++) {
      if ((book.closed && !book.reopens) || book.committed.has(n) || book.gone.has(n) || book.waiting.has(n)) continue;
      book.waiting.add(n);
      fresh.push(n);
    }
    this.counts.duplicate += count - fresh.length;
    return fresh;
  }

  /** A batch came while the store was away: shown live, but not taken. */
  turnAway(count: number): void {
    this.counts.received += count;
    this.counts.turnedAway += count;
  }

  /** Taken numbers that cannot be stored now: they are not taken after all, and come again. */
  release(numbers: readonly Numbered[]): void {
    for (const [spool, ranges] of bySpool(numbers)) {
      const book = this.#books.get(spool);
      if (!book) continue;
      const waiting = minus(book.waiting, ranges);
      this.counts.turnedAway += book.waiting.size - waiting.size;
      book.waiting = waiting;
    }
  }

  /** The envelope of a batch cannot be read: the gateway gets hash and reason once, and again when the batch comes again. */
  reject(from: GatewayParams, payloadHash: string, reason: string): void {
    const { rejected } = this.#deskOf(from);
    if (rejected.size < MAX_REJECTED) rejected.set(payloadHash, reason);
  }

  /** Readings were set aside: their gateway gets how many and why. @param detail a sentence */
  noteDead(from: GatewayParams, reason: DeadReason, readings: number, detail: string): void {
    countDead(this.#deskOf(from), reason, readings, detail);
  }

  /**
   * The gateway reported which spools it holds. An older report of the same process is ignored, and so is what the gateway cannot have reached.
   * @param listedAt UTC ms of the processor's clock; without it (a message that the broker kept) it says nothing of now, and its counts are not noted
   * @returns why something of it is not believed
   */
  hearHealth(from: GatewayParams, { boot, at, spools, isElsewhere = false }: HeldSpools, now: number, listedAt?: number): string[] {
    const desk = this.#deskOf(from);
    const { lastHealth } = desk;
    if (lastHealth?.boot === boot && at < lastHealth.at && now - lastHealth.heardAt < OLDER_IGNORED_MS) return [];
    desk.lastHealth = { boot, at, heardAt: now };
    desk.to = paramsOf(from);
    if (listedAt !== undefined) {
      desk.firstHealthAt ??= now;
      desk.lastHealthAt = now;
    }
    for (const book of desk.listed) if (now - book.heardAt > LISTED_AFTER_BATCH_MS) desk.listed.delete(book);
    const believed = isBelieved(desk, boot, false, now);
    const faults: string[] = [];
    for (const said of spools) {
      const { spool, oldest, drained, decoded, waiting, dropped } = said;
      const fault = contradictionIn(said, highestPlausible(this.#books.get(spool)?.reach, now));
      if (fault !== undefined) {
        faults.push(`spool ${spool}: ${fault}`);
        continue;
      }
      const book = this.#bookOf(from, spool);
      if (book.desk !== desk) continue;
      hearWord(book, boot, drained, decoded ?? 0, now);
      this.#note(book, now);
      if (!believed) continue;
      book.oldest = oldest;
      if (decoded === undefined) continue;
      book.reach = advance(book.reach, decoded, now);
      book.gone = upTo(book.gone, decoded);
      if (listedAt === undefined) continue;
      tell(book, { decoded, waiting: waiting ?? 0, dropped: dropped ?? {}, listedAt, ...(isElsewhere ? { isElsewhere } : {}) }, now);
    }
    return faults;
  }

  /** Whether a taken number is still to be stored: a flush may have made it gone since, or closed its spool. Asked before each flush. */
  isWaiting(spool: string, number: number): boolean {
    return this.#books.get(spool)?.waiting.has(number) ?? false;
  }

  /**
   * What becomes durable with a flush of these numbers: they themselves, what the gateways gave up, and what they told.
   * Nothing is changed yet: `commit` does that once the store has it.
   */
  settle(readings: readonly Numbered[], deadLetters: readonly Numbered[] = []): SpoolRecord[] {
    const added = bySpool([...readings, ...deadLetters]);
    const dead = bySpool(deadLetters);
    const records: SpoolRecord[] = [];
    for (const book of this.#open) {
      const fresh = added.get(book.spool);
      const committed = fresh ? union(book.committed, fresh) : book.committed;
      const waiting = fresh ? minus(book.waiting, fresh) : book.waiting;
      const gone = new Ranges([...book.gone.toArray(), ...missingBelow(book.oldest, [committed, book.gone, waiting])]);
      const closed = !book.reopens && (book.closed || (book.drained && waiting.size === 0));
      if (fresh || closed !== book.closed || gone.size !== book.gone.size || book.isToldDue)
        records.push({
          ...book.desk.to,
          spool: book.spool,
          ranges: committed.toArray(),
          gone: gone.toArray(),
          closed,
          deadLettered: book.deadLettered + (dead.get(book.spool)?.size ?? 0),
          ...(book.told ? { told: book.told } : {}),
        });
      else if (waiting.size === 0) this.#open.delete(book);
    }
    return records;
  }

  /** The store has these records. */
  commit(records: readonly SpoolRecord[]): void {
    for (const { spool, ranges, gone, closed, deadLettered, told } of records) {
      const book = this.#books.get(spool)!;
      const dead = deadLettered - book.deadLettered;
      const before = book.committed.size;
      book.committed = new Ranges(ranges);
      // What came while the store was at it was held all the same: it is not gone, and is stored with the next flush.
      book.gone = closed ? new Ranges(gone) : minus(new Ranges(gone), book.waiting);
      book.closed = closed;
      book.deadLettered = deadLettered;
      this.counts.deadLettered += dead;
      this.counts.stored += book.committed.size - before - dead;
      const waiting = minus(book.waiting, book.committed);
      book.waiting = closed ? new Ranges() : waiting;
      this.counts.duplicate += waiting.size - book.waiting.size;
      book.isToldAnew &&= told !== book.told;
      book.isToldDue = false;
      book.toldStoredAt = book.heardAt;
    }
  }

  /** The store went away: what was on the way is not taken after all. */
  forgetWaiting(): void {
    for (const book of this.#open) {
      this.counts.turnedAway += book.waiting.size;
      book.waiting = new Ranges();
    }
  }

  /**
   * The store is back, and a new epoch begins: what is durable is what it says, nothing waits, counts begin anew.
   * What the gateways told of themselves stays.
   */
  reopen(known: readonly SpoolRecord[]): void {
    const records = new Map(known.map((record) => [record.spool, record]));
    for (const record of known) this.#bookOf(record, record.spool);
    for (const book of this.#books.values()) restore(book, records.get(book.spool), this.openedAt);
    for (const desk of this.#desks.values()) {
      desk.deadLetters.clear();
      for (const book of desk.listed) this.#open.add(book);
    }
    Object.assign(this.counts, noCounts());
  }

  /**
   * What each gateway may forget, of the spools that it holds. The names of unreadable batches are handed out once.
   * @param isAsked leaves out the others
   */
  committed(
    epoch: number,
    isAsked: (to: GatewayParams) => boolean = () => true,
  ): { to: GatewayParams; message: Omit<Committed, 'store'> }[] {
    const messages: { to: GatewayParams; message: Omit<Committed, 'store'> }[] = [];
    for (const { to, listed, rejected, deadLetters } of this.#desks.values()) {
      if ((listed.size === 0 && rejected.size === 0) || !isAsked(to)) continue;
      const spools = [...listed].slice(-MAX_SPOOLS).map(messageOf);
      const named = [...rejected].map(([batch, reason]) => ({ batch, reason }));
      messages.push({
        to,
        message: { epoch, spools, rejected: named, ...(deadLetters.size ? { deadLetters: [...deadLetters.values()] } : {}) },
      });
      rejected.clear();
    }
    return messages;
  }

  /** Each spool's side of the ledger: stored or dead-lettered, gone, on the way. */
  *ledger(): Iterable<SpoolEntry> {
    for (const book of this.#books.values()) yield entryOf(book);
  }

  /** The gateway spoke of a spool. */
  #note(book: Book, now: number): void {
    book.heardAt = now;
    book.desk.listed.add(book);
    this.#open.add(book);
  }

  #deskOf(of: GatewayParams): Desk {
    const key = `${of.gym}/${of.gateway}`;
    let desk = this.#desks.get(key);
    if (!desk) {
      desk = openDesk(of);
      this.#desks.set(key, desk);
    }
    return desk;
  }

  #bookOf(of: GatewayParams, spool: string): Book {
    let book = this.#books.get(spool);
    if (!book) {
      book = openBook(this.#deskOf(of), spool);
      this.#books.set(spool, book);
    }
    return book;
  }
}

/** A number that the gateway cannot have reached makes it refuse the whole entry: a former release took such numbers. */
function messageOf({ spool, committed, gone, closed, reach }: Book): Committed['spools'][number] {
  const first = (ranges: Ranges): NumberRange[] =>
    upTo(ranges, (reach?.highest ?? 0) + MAX_STEP)
      .toArray()
      .slice(0, MAX_RANGES);
  return { spool, ranges: first(committed), gone: first(gone), closed };
}

function bySpool(numbers: readonly Numbered[]): Map<string, Ranges> {
  const found = new Map<string, Ranges>();
  for (const { spool, number } of numbers) {
    const ranges = found.get(spool);
    if (ranges) ranges.add(number);
    else found.set(spool, new Ranges([[number, number]]));
  }
  return found;
}
