import { type Committed, createParser, type GatewayParams, Ranges, Reading, ReadingBatchEnvelope } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { SpoolRanges } from '../storage/time-series-store.js';

const envelopeParser = createParser(ReadingBatchEnvelope, 'batch');
const readingParser = createParser(Reading, 'reading');

/** A wall clock that is wrong by more than this is no clock: the reading is refused. */
const MAX_AHEAD_MS = 24 * 3600 * 1000;

/** The batch as a whole cannot be taken. */
export class BatchRefusedError extends Error {
  readonly code = 'BATCH_REFUSED';
}

export interface RefusedReading {
  number: number;
  reason: string;
  payload: unknown;
}

export interface Intaken {
  /** Seen for the first time. */
  fresh: StoredReading[];
  /** Not readable, or at an absurd time: each with its reason. */
  refused: RefusedReading[];
  duplicates: number;
}

interface SpoolBook {
  of: Omit<SpoolRanges, 'ranges'>;
  /** Stored, refused, or on the way to the store. */
  taken: Ranges;
  /** Stored and derived, or refused: what the gateway may forget. */
  committed: Ranges;
}

/** Checks what comes from outside and lets every reading in once. */
export class Intake {
  readonly #books = new Map<string, SpoolBook>();
  /** Spools that spoke to this process. */
  readonly #heard = new Set<string>();

  /** @param known what the store has already */
  constructor(known: readonly SpoolRanges[]) {
    for (const { ranges, ...of } of known) this.#books.set(of.spool, { of, taken: new Ranges(ranges), committed: new Ranges(ranges) });
  }

  /**
   * @param from the ids of the topic that the batch came on
   * @param payload the parsed JSON, or whatever else arrived
   * @param now the processor's clock, UTC ms
   * @param take false: only look at it, it will come again
   * @throws BatchRefusedError when the envelope is wrong or belongs to another topic
   */
  accept(from: GatewayParams, payload: unknown, now: number, take = true): Intaken {
    const batch = this.#envelope(from, payload);
    const book = this.#bookOf(batch.spool, from);
    const result: Intaken = { fresh: [], refused: [], duplicates: 0 };
    batch.readings.forEach((candidate, i) => {
      const number = batch.first + i;
      if (book.taken.has(number)) {
        result.duplicates++;
        return;
      }
      if (take) book.taken.add(number);
      try {
        const reading = readingParser.parse(candidate);
        if (reading.at > now + MAX_AHEAD_MS) throw new Error(`at ${reading.at} is more than a day ahead`);
        result.fresh.push({ ...reading, ...from, spool: batch.spool, number });
      } catch (error) {
        result.refused.push({ number, reason: (error as Error).message, payload: candidate });
        if (take) book.committed.add(number);
      }
    });
    return result;
  }

  /** The numbers of these readings are stored and derived. @returns what is new for the store's book of ranges */
  static rangesOf(readings: readonly StoredReading[]): SpoolRanges[] {
    const bySpool = new Map<string, SpoolRanges & { numbers: Ranges }>();
    for (const { gym, room, gateway, spool, number } of readings) {
      let entry = bySpool.get(spool);
      if (!entry) {
        entry = { gym, room, gateway, spool, ranges: [], numbers: new Ranges() };
        bySpool.set(spool, entry);
      }
      entry.numbers.add(number);
    }
    return [...bySpool.values()].map(({ numbers, ...of }) => ({ ...of, ranges: numbers.toArray() }));
  }

  commit(ranges: readonly SpoolRanges[]): void {
    for (const { spool, ranges: list } of ranges) {
      const book = this.#books.get(spool);
      if (book) for (const [from, to] of list) book.committed.add(from, to);
    }
  }

  /** What each gateway that was heard in this process may forget. */
  committed(epoch: number): { to: GatewayParams; message: Committed }[] {
    const byGateway = new Map<string, { to: GatewayParams; message: Committed }>();
    for (const id of this.#heard) {
      const { of, committed } = this.#books.get(id)!;
      const { gym, room, gateway, spool } = of;
      const key = `${gym}/${room}/${gateway}`;
      const entry = byGateway.get(key) ?? { to: { gym, room, gateway }, message: { epoch, spools: [], rejected: [] } };
      entry.message.spools.push({ spool, ranges: committed.toArray(), gone: [], closed: false });
      byGateway.set(key, entry);
    }
    return [...byGateway.values()];
  }

  #envelope(from: GatewayParams, payload: unknown): ReadingBatchEnvelope {
    let batch: ReadingBatchEnvelope;
    try {
      batch = envelopeParser.parse(payload);
    } catch (error) {
      throw new BatchRefusedError((error as Error).message);
    }
    if (!Number.isSafeInteger(batch.first + batch.readings.length))
      throw new BatchRefusedError(`first ${batch.first} is no number of a reading`);
    if (batch.gateway !== from.gateway) throw new BatchRefusedError(`gateway "${batch.gateway}" spoke on the topic of "${from.gateway}"`);
    return batch;
  }

  #bookOf(spool: string, { gym, room, gateway }: GatewayParams): SpoolBook {
    let book = this.#books.get(spool);
    if (!book) {
      book = { of: { gym, room, gateway, spool }, taken: new Ranges(), committed: new Ranges() };
      this.#books.set(spool, book);
    }
    if (book.of.gym !== gym || book.of.gateway !== gateway)
      throw new BatchRefusedError(`spool "${spool}" belongs to gateway "${book.of.gateway}"`);
    // A gateway that was carried to another room drains its spool from there, and listens there.
    book.of = { gym, room, gateway, spool };
    this.#heard.add(spool);
    return book;
  }
}
