import {
  type Committed,
  type GatewayHealth,
  type GatewayParams,
  type Id,
  type NumberRange,
  Ranges,
  type SpoolLedger,
} from '@pulseboard/contract';

/** What is durable of one spool. */
export interface SpoolRecord {
  gym: Id;
  room: Id;
  gateway: Id;
  spool: string;
  /** Stored and derived, or dead-lettered. */
  ranges: NumberRange[];
  /** Will never come: given up by the gateway, or lost with a tail. */
  gone: NumberRange[];
  /** Nothing more is taken of it. */
  closed: boolean;
}

/** What the books need of a gateway's health. */
export type HeldSpools = Pick<GatewayHealth, 'boot' | 'at'> & { spools: readonly Pick<SpoolLedger, 'spool' | 'oldest' | 'drained'>[] };

interface Book {
  desk: Desk;
  spool: string;
  committed: Ranges;
  gone: Ranges;
  closed: boolean;
  /** On the way to the store. */
  waiting: Ranges;
  /** Lowest number that the gateway still holds; what is below and never came is gone. */
  oldest: number;
  drained: boolean;
  /** When it last spoke of it, monotonic ms. */
  heardAt: number;
}

/** One gateway: where it is reached, and what it is to be told. */
interface Desk {
  /** A gateway that was carried to another room drains its spools from there, and listens there. */
  to: GatewayParams;
  /** The spools that it holds: `committed` names them. */
  listed: Set<Book>;
  /** Hashes of batches that could not be read. */
  rejected: Set<string>;
  lastHealth: { boot: string; at: number } | undefined;
}

export interface BookCounts {
  received: number;
  duplicate: number;
  /** Not taken because the store was away. */
  turnedAway: number;
}

/** A health message may overtake a batch; a spool that spoke within this time is not unlisted by one. */
const LISTED_AFTER_BATCH_MS = 1000;
/** A batch that is not named now is named when it comes again. */
const MAX_REJECTED = 100;

/**
 * The processor's side of the guarantee, as a pure machine: which numbers of which spool are stored, on the way, or will never come.
 * Rules 3, 4, 6 and 7 of the design; times are monotonic ms.
 */
export class SpoolBooks {
  readonly counts: BookCounts = { received: 0, duplicate: 0, turnedAway: 0 };
  readonly #books = new Map<string, Book>();
  readonly #desks = new Map<string, Desk>();
  /** Of which something may have to be settled: all others are skipped, as a chain has many thousands of closed ones. */
  readonly #open = new Set<Book>();

  /** @param known what a former process made durable */
  constructor(known: readonly SpoolRecord[] = []) {
    for (const { ranges, gone, closed, spool, ...of } of known) {
      const book = this.#bookOf(of, spool);
      book.committed = new Ranges(ranges);
      book.gone = new Ranges(gone);
      book.closed = closed;
    }
  }

  /** Whose a spool is, when it is known. */
  ownerOf(spool: string): GatewayParams | undefined {
    return this.#books.get(spool)?.desk.to;
  }

  /**
   * A batch arrived: its numbers that are new are on the way from now on.
   * @param of its gateway, which must be the owner of the spool
   * @returns which of them are new; the others were taken before, are gone, or of a closed spool
   */
  take({ spool, ...of }: GatewayParams & { spool: string }, first: number, count: number, oldest: number, now: number): number[] {
    const book = this.#bookOf(of, spool);
    book.desk.to = paramsOf(of);
    this.#note(book, oldest, now);
    this.counts.received += count;
    const fresh: number[] = [];
    for (let n = first; n < first + count; n++) {
      if (book.closed || book.committed.has(n) || book.gone.has(n) || book.waiting.has(n)) continue;
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

  /** The envelope of a batch cannot be read: the gateway is told once, and again when the batch comes again. */
  reject(from: GatewayParams, payloadHash: string): void {
    const { rejected } = this.#deskOf(from);
    if (rejected.size < MAX_REJECTED) rejected.add(payloadHash);
  }

  /** The gateway told which spools it holds. Of one process of it, an older message is ignored. */
  hearHealth(from: GatewayParams, { boot, at, spools }: HeldSpools, now: number): void {
    const desk = this.#deskOf(from);
    if (desk.lastHealth?.boot === boot && at < desk.lastHealth.at) return;
    desk.lastHealth = { boot, at };
    desk.to = paramsOf(from);
    for (const book of desk.listed) if (now - book.heardAt > LISTED_AFTER_BATCH_MS) desk.listed.delete(book);
    for (const { spool, oldest, drained } of spools) {
      const book = this.#bookOf(from, spool);
      if (book.desk !== desk) continue;
      book.drained ||= drained;
      this.#note(book, oldest, now);
    }
  }

  /** Whether a taken number is still to be stored: a flush may have made it gone since, or closed its spool. Asked before each flush. */
  isWaiting(spool: string, number: number): boolean {
    return this.#books.get(spool)?.waiting.has(number) ?? false;
  }

  /**
   * What becomes durable with a flush of these numbers: they themselves, and what the gateways gave up.
   * Nothing is changed yet: `commit` does that once the store has it.
   */
  settle(numbers: readonly { spool: string; number: number }[]): SpoolRecord[] {
    const added = new Map<string, Ranges>();
    for (const { spool, number } of numbers) {
      const ranges = added.get(spool);
      if (ranges) ranges.add(number);
      else added.set(spool, new Ranges([[number, number]]));
    }
    const records: SpoolRecord[] = [];
    for (const book of this.#open) {
      const fresh = added.get(book.spool);
      const committed = new Ranges([...book.committed.toArray(), ...(fresh?.toArray() ?? [])]);
      const waiting = fresh ? minus(book.waiting, fresh) : book.waiting;
      const gone = new Ranges([...book.gone.toArray(), ...missingBelow(book.oldest, [committed, book.gone, waiting])]);
      const closed = book.closed || (book.drained && waiting.size === 0);
      if (fresh || closed !== book.closed || gone.size !== book.gone.size)
        records.push({ ...book.desk.to, spool: book.spool, ranges: committed.toArray(), gone: gone.toArray(), closed });
      else if (waiting.size === 0) this.#open.delete(book);
    }
    return records;
  }

  /** The store has these records. */
  commit(records: readonly SpoolRecord[]): void {
    for (const { spool, ranges, gone, closed } of records) {
      const book = this.#books.get(spool)!;
      book.committed = new Ranges(ranges);
      book.gone = new Ranges(gone);
      book.closed = closed;
      // What came while the store was at it, late, may have become gone by this.
      const waiting = minus(book.waiting, book.committed);
      book.waiting = closed ? new Ranges() : minus(waiting, book.gone);
      this.counts.duplicate += waiting.size - book.waiting.size;
    }
  }

  /** The store went away: what was on the way is not taken after all. */
  forgetWaiting(): void {
    for (const book of this.#open) {
      this.counts.turnedAway += book.waiting.size;
      book.waiting = new Ranges();
    }
  }

  /** What each gateway may forget, of the spools that it holds. The names of unreadable batches are handed out once. */
  committed(epoch: number): { to: GatewayParams; message: Committed }[] {
    const messages: { to: GatewayParams; message: Committed }[] = [];
    for (const { to, listed, rejected } of this.#desks.values()) {
      if (listed.size === 0 && rejected.size === 0) continue;
      const spools = [...listed].map(({ spool, committed, gone, closed }) => ({
        spool,
        ranges: committed.toArray(),
        gone: gone.toArray(),
        closed,
      }));
      messages.push({ to, message: { epoch, spools, rejected: [...rejected] } });
      rejected.clear();
    }
    return messages;
  }

  /** Each spool's side of the ledger: stored or dead-lettered, gone, on the way. */
  *ledger(): Iterable<SpoolRecord & { committed: number; waiting: number; goneCount: number }> {
    for (const { desk, spool, committed, gone, closed, waiting } of this.#books.values())
      yield {
        ...desk.to,
        spool,
        ranges: committed.toArray(),
        gone: gone.toArray(),
        closed,
        committed: committed.size,
        waiting: waiting.size,
        goneCount: gone.size,
      };
  }

  /** The gateway spoke of a spool. */
  #note(book: Book, oldest: number, now: number): void {
    book.heardAt = now;
    book.oldest = Math.max(book.oldest, oldest);
    book.desk.listed.add(book);
    this.#open.add(book);
  }

  #deskOf(of: GatewayParams): Desk {
    const key = `${of.gym}/${of.gateway}`;
    let desk = this.#desks.get(key);
    if (!desk) {
      desk = { to: paramsOf(of), listed: new Set(), rejected: new Set(), lastHealth: undefined };
      this.#desks.set(key, desk);
    }
    return desk;
  }

  #bookOf(of: GatewayParams, spool: string): Book {
    let book = this.#books.get(spool);
    if (!book) {
      book = {
        desk: this.#deskOf(of),
        spool,
        committed: new Ranges(),
        gone: new Ranges(),
        closed: false,
        waiting: new Ranges(),
        oldest: 0,
        drained: false,
        heardAt: Number.NEGATIVE_INFINITY,
      };
      this.#books.set(spool, book);
    }
    return book;
  }
}

const paramsOf = ({ gym, room, gateway }: GatewayParams): GatewayParams => ({ gym, room, gateway });

/** Numbers below `limit` that are in none of the ranges. */
const missingBelow = (limit: number, known: readonly Ranges[]): NumberRange[] =>
  gapsOf(new Ranges(known.flatMap((ranges) => ranges.toArray())).toArray(), 1, limit - 1);

function minus(ranges: Ranges, taken: Ranges): Ranges {
  const list = taken.toArray();
  return new Ranges(ranges.toArray().flatMap(([from, to]) => gapsOf(list, from, to)));
}

/** The numbers of a span that are in none of the sorted ranges. */
function gapsOf(ranges: readonly NumberRange[], first: number, last: number): NumberRange[] {
  const gaps: NumberRange[] = [];
  let next = first;
  for (const [from, to] of ranges) {
    if (to < next) continue;
    if (from > last) break;
    if (from > next) gaps.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= last) gaps.push([next, last]);
  return gaps;
}
