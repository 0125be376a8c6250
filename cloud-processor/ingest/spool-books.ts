import { type Committed, type GatewayParams, type Id, type NumberRange, Ranges, type SpoolLedger } from '@pulseboard/contract';

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

interface Book {
  of: Omit<SpoolRecord, 'ranges' | 'gone' | 'closed'>;
  committed: Ranges;
  gone: Ranges;
  closed: boolean;
  /** On the way to the store. */
  waiting: Ranges;
  /** Lowest number that the gateway still holds; what is below and never came is gone. */
  oldest: number;
  drained: boolean;
  /** The gateway holds it: `committed` names it. */
  listed: boolean;
  /** When it last spoke of it, monotonic ms. */
  heardAt: number;
}

export interface BookCounts {
  received: number;
  duplicate: number;
  /** Not taken because the store was away. */
  turnedAway: number;
}

/** A health message may overtake a batch; a spool that spoke within this time is not unlisted by one. */
const LISTED_AFTER_BATCH_MS = 1000;

/**
 * The processor's side of the guarantee, as a pure machine: which numbers of which spool are stored, on the way, or will never come.
 * Rules 3, 4, 6 and 7 of the design; times are monotonic ms.
 */
export class SpoolBooks {
  readonly counts: BookCounts = { received: 0, duplicate: 0, turnedAway: 0 };
  readonly #books = new Map<string, Book>();
  readonly #healthSequence = new Map<string, number>();

  /** @param known what a former process made durable */
  constructor(known: readonly SpoolRecord[] = []) {
    for (const { ranges, gone, closed, ...of } of known) {
      const book = this.#bookOf(of);
      book.committed = new Ranges(ranges);
      book.gone = new Ranges(gone);
      book.closed = closed;
    }
  }

  /** Whose a spool is, when it is known. */
  ownerOf(spool: string): GatewayParams | undefined {
    return this.#books.get(spool)?.of;
  }

  /**
   * A batch arrived: its numbers that are new are on the way from now on.
   * @returns which of them are new; the others were taken before, are gone, or of a closed spool
   */
  take(of: GatewayParams & { spool: string }, first: number, count: number, oldest: number, now: number): number[] {
    const book = this.#bookOf(of);
    book.listed = true;
    book.heardAt = now;
    book.oldest = Math.max(book.oldest, oldest);
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

  /**
   * The gateway told which spools it holds.
   * @param sequence grows with each of its messages, over restarts too; an older one is ignored
   */
  hearHealth(
    from: GatewayParams,
    sequence: number,
    spools: readonly Pick<SpoolLedger, 'spool' | 'oldest' | 'drained'>[],
    now: number,
  ): void {
    const key = `${from.gym}/${from.gateway}`;
    if (sequence < (this.#healthSequence.get(key) ?? 0)) return;
    this.#healthSequence.set(key, sequence);
    for (const book of this.#books.values()) if (isOf(book, from) && now - book.heardAt > LISTED_AFTER_BATCH_MS) book.listed = false;
    for (const { spool, oldest, drained } of spools) {
      const book = this.#bookOf({ ...from, spool });
      if (!isOf(book, from)) continue;
      book.listed = true;
      book.heardAt = now;
      book.oldest = Math.max(book.oldest, oldest);
      book.drained ||= drained;
    }
  }

  /**
   * What becomes durable with a flush of these numbers: they themselves, and what the gateways gave up.
   * Nothing is changed yet: `commit` does that once the store has it.
   */
  settle(numbers: readonly { spool: string; number: number }[]): SpoolRecord[] {
    const added = new Map<string, Ranges>();
    for (const { spool, number } of numbers) {
      const ranges = added.get(spool) ?? new Ranges();
      added.set(spool, ranges.add(number));
    }
    const records: SpoolRecord[] = [];
    for (const [spool, book] of this.#books) {
      const fresh = added.get(spool);
      const committed = new Ranges([...book.committed.toArray(), ...(fresh?.toArray() ?? [])]);
      const stillWaiting = minus(book.waiting, fresh);
      const gone = new Ranges([...book.gone.toArray(), ...missingBelow(book.oldest, [committed, book.gone, stillWaiting])]);
      const closed = book.closed || (book.drained && stillWaiting.size === 0);
      if (!fresh && closed === book.closed && gone.size === book.gone.size) continue;
      records.push({ ...book.of, ranges: committed.toArray(), gone: gone.toArray(), closed });
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
      book.waiting = minus(book.waiting, book.committed);
    }
  }

  /** The store went away: what was on the way is not taken after all. */
  forgetWaiting(): void {
    for (const book of this.#books.values()) {
      this.counts.turnedAway += book.waiting.size;
      book.waiting = new Ranges();
    }
  }

  /** What each gateway may forget: of the spools that it holds. */
  committed(epoch: number): { to: GatewayParams; message: Committed }[] {
    const byGateway = new Map<string, { to: GatewayParams; message: Committed }>();
    for (const { of, listed, committed, gone, closed } of this.#books.values()) {
      if (!listed) continue;
      const { gym, room, gateway, spool } = of;
      const key = `${gym}/${gateway}`;
      const entry = byGateway.get(key) ?? { to: { gym, room, gateway }, message: { epoch, spools: [], rejected: [] } };
      entry.message.spools.push({ spool, ranges: committed.toArray(), gone: gone.toArray(), closed });
      byGateway.set(key, entry);
    }
    return [...byGateway.values()];
  }

  /** Each spool's side of the ledger: stored or dead-lettered, gone, on the way. */
  *ledger(): Iterable<SpoolRecord & { committed: number; waiting: number; goneCount: number }> {
    for (const { of, committed, gone, closed, waiting } of this.#books.values())
      yield {
        ...of,
        ranges: committed.toArray(),
        gone: gone.toArray(),
        closed,
        committed: committed.size,
        waiting: waiting.size,
        goneCount: gone.size,
      };
  }

  #bookOf({ gym, room, gateway, spool }: GatewayParams & { spool: string }): Book {
    let book = this.#books.get(spool);
    if (!book) {
      book = {
        of: { gym, room, gateway, spool },
        committed: new Ranges(),
        gone: new Ranges(),
        closed: false,
        waiting: new Ranges(),
        oldest: 0,
        drained: false,
        listed: false,
        heardAt: Number.NEGATIVE_INFINITY,
      };
      this.#books.set(spool, book);
    }
    return book;
  }
}

const isOf = (book: Book, { gym, gateway }: GatewayParams): boolean => book.of.gym === gym && book.of.gateway === gateway;

/** Numbers below `limit` that are in none of the ranges. */
function missingBelow(limit: number, known: readonly Ranges[]): NumberRange[] {
  const missing: NumberRange[] = [];
  let next = 1;
  for (const [from, to] of new Ranges(known.flatMap((ranges) => ranges.toArray())).toArray()) {
    if (next >= limit) break;
    if (from > next) missing.push([next, Math.min(from, limit) - 1]);
    next = to + 1;
  }
  if (next < limit) missing.push([next, limit - 1]);
  return missing;
}

function minus(ranges: Ranges, taken: Ranges | undefined): Ranges {
  if (!taken) return ranges;
  const left = new Ranges();
  for (const [from, to] of ranges.toArray()) for (let n = from; n <= to; n++) if (!taken.has(n)) left.add(n);
  return left;
}
