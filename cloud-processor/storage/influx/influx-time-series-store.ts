import type { Clock, MemberSecond } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { StoredReading } from '../../aggregation/stored-reading.js';
import type { DeadLetter, DeadReason } from '../../ingest/dead-letter.js';
import type { SpoolRecord } from '../../ingest/spool-record.js';
import type { BookStore } from '../book-store.js';
import {
  type DeadLetterPlace,
  type PruneCounts,
  type PruneLimits,
  ReadingsSetAsideError,
  type SecondsOfMember,
  type StoreState,
  type StoreWrite,
  type TimeSeriesStore,
  type Unstorable,
  UnstorableError,
} from '../time-series-store.js';
import { type PointsOfFlush, pointsIn, textOf } from './flush-text.js';
import type { InfluxDatabase } from './influx-database.js';
import { InfluxAwayError } from './influx-errors.js';
import { InfluxQueries } from './influx-queries.js';
import { goneSecond, readingPoints, secondPoints } from './influx-schema.js';
import { LineError } from './line-protocol.js';
import { LogGuard } from './log-guard.js';
import type { Measurement } from './measurement.js';
import { movedSeconds } from './moved-seconds.js';
import { pruneStep } from './prune-step.js';
import { RecentSeconds } from './recent-seconds.js';

/** A flush is stored, but for readings that InfluxDB refuses: they are dead letters now. */
export class ReadingsRefusedError extends ReadingsSetAsideError {
  override readonly code = 'READINGS_REFUSED';
}

/** The flush before this one may stand half in InfluxDB: `begin` finishes it first. */
export class FlushUnfinishedError extends Error {
  readonly code = 'FLUSH_UNFINISHED';
}

export interface InfluxStoreOptions {
  database: InfluxDatabase;
  books: BookStore;
  clock: Clock;
  log: Logger;
}

const NOTHING: PointsOfFlush = { readings: [], seconds: [], moved: [] };

/** Seconds that are older than this are asked for when they are rewritten. */
const LOOK_BACK_MS = 86_400_000;

/**
 * Readings and member-seconds in InfluxDB, the books beside it. InfluxDB knows no transactions, so a flush is committed to the books as a whole, with all its
 * points, and only then written; what a crash leaves unwritten is written by the next `begin`. See docs/decisions/006-influx-store.md.
 */
export class InfluxTimeSeriesStore extends InfluxQueries implements TimeSeriesStore {
  /** For whatever else writes to this InfluxDB. */
  readonly logGuard: LogGuard;
  readonly #recent = new RecentSeconds();
  readonly #database: InfluxDatabase;
  readonly #books: BookStore;
  #working: Promise<unknown> = Promise.resolve();
  /** What was committed last may not all stand in InfluxDB. */
  #isUnfinished = true;
  #isClosing = false;
  #hasToldOfPruning = false;

  constructor(private readonly options: InfluxStoreOptions) {
    super(options.database);
    this.#database = options.database;
    this.#books = options.books;
    this.logGuard = new LogGuard(options);
  }

  begin(): Promise<StoreState> {
    return this.#serially(async () => {
      this.#demandOpen();
      this.#recent.forget();
      await this.logGuard.demandWhole();
      const unfinished = await this.#books.unfinished();
      if (unfinished !== undefined) {
        const points = await pointsIn(unfinished);
        const { letters } = await this.#apply(points);
        await this.#books.finish(points.isAgain ? [] : letters);
      }
      this.#isUnfinished = false;
      // Asked even where nothing was unfinished: whoever begins must know that InfluxDB answers.
      this.#recent.begin(await this.noSecondsFrom(this.options.clock() - LOOK_BACK_MS));
      return this.#books.begin();
    });
  }

  /** The books know all that is durable: the flush that InfluxDB lacks stands there, and `begin` writes it. */
  beginReading(): Promise<StoreState> {
    return this.#serially(() => this.#books.begin());
  }

  write(write: StoreWrite): Promise<MemberSecond[]> {
    const { readings, replaced, seconds, spools, deadLetters, removedDeadLetters, watermarkAt } = write;
    return this.#serially(async () => {
      this.#demandOpen();
      if (this.#isUnfinished) throw new FlushUnfinishedError('the flush before this one is not finished');
      await this.logGuard.demandKnownWhole();
      // What cannot be written at all is found before anything is.
      const lines = linesOf({ readings, seconds }, spools);
      const before = await this.#standing(replaced);
      const moved = movedSeconds(before, seconds);
      const flush = await textOf({ readings, seconds, moved });
      this.#isUnfinished = true;
      await this.#books.commit({ spools, deadLetters, removedDeadLetters, watermarkAt, flush });
      const { letters, standing } = await this.#apply({ readings, seconds, moved }, lines);
      if (letters.length) await this.#books.finish(letters);
      this.#isUnfinished = false;
      this.#recent.note({ ...write, seconds: standing });
      if (letters.length === 0) return before;
      const sentence = `InfluxDB refused ${letters.length} readings, which are dead letters now: ${letters[0]!.detail}`;
      throw new ReadingsRefusedError(sentence, letters, before);
    });
  }

  async prune({ readingsBefore, secondsBefore }: PruneLimits): Promise<PruneCounts> {
    const deadLetters = await this.#books.pruneDeadLetters(readingsBefore);
    if (!this.#database.canDelete) {
      if (!this.#hasToldOfPruning)
        this.options.log.warn('this InfluxDB deletes nothing by query: what is too old goes by the retention of its database');
      this.#hasToldOfPruning = true;
      return { readings: 0, deadLetters, seconds: 0 };
    }
    return {
      readings: await this.#pruneAll(readingPoints, 'count("number")', readingsBefore, (readings) => ({ ...NOTHING, readings })),
      deadLetters,
      seconds: await this.#pruneAll(secondPoints, 'sum("seconds")', secondsBefore, (seconds) => ({ ...NOTHING, seconds })),
    };
  }

  deadLetters(query: { limit: number; after?: DeadLetterPlace }): Promise<DeadLetter[]> {
    return this.#books.deadLetters(query);
  }

  deadLetterCounts(): Promise<Map<DeadReason, number>> {
    return this.#books.deadLetterCounts();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#working;
    // Else the next one begins with writing it again, to no harm.
    if (!this.#isUnfinished) await this.#books.finish([]).catch(() => {});
    this.#database.close();
  }

  /** @returns the readings that InfluxDB refuses, and the seconds that it takes @throws InfluxAwayError also when it takes no second at all */
  async #apply(points: PointsOfFlush, lines = linesOf(points)): Promise<{ letters: DeadLetter[]; standing: MemberSecond[] }> {
    const { readings, seconds, moved } = points;
    const gone = moved.map((place) => secondPoints.lineOf(goneSecond(place)));
    const refused = await this.#database.write([...lines, ...gone]).catch(async (error: Error) => {
      await this.logGuard.see(error);
      throw error;
    });
    const beside = refused.filter(({ index }) => index >= readings.length);
    const faulty = beside.filter(({ isTooOld, isBeyondLimit }) => !isTooOld && !isBeyondLimit);
    const most = seconds.length + moved.length;
    // All seconds have the same fields: another type of one of them is a fault of the database, which a person has to repair.
    if (faulty.length > 0 && faulty.length === most)
      throw new InfluxAwayError(
        `InfluxDB refuses ${faulty.length} member-seconds of ${most}; does something else write there? It says: ${faulty[0]!.reason}`,
      );
    if (beside.length)
      this.options.log.error(
        { count: beside.length, of: most, reason: beside[0]!.reason },
        'InfluxDB refuses member-seconds: they are missing there; everything else is stored',
      );
    const missing = new Set(beside.map(({ index }) => index - readings.length));
    const arrivedAt = this.options.clock();
    return {
      letters: refused
        .filter(({ index }) => index < readings.length)
        .map(({ index, reason, isTooOld }) =>
          letterOf(readings[index]!, isTooOld ? 'too-old' : 'refused', `InfluxDB refuses it: ${reason}.`, arrivedAt),
        ),
      standing: seconds.filter((_, i) => !missing.has(i)),
    };
  }

  async #standing(replaced: readonly SecondsOfMember[]): Promise<MemberSecond[]> {
    const known = replaced.filter((run) => this.#recent.knows(run));
    const asked = replaced.filter((run) => !this.#recent.knows(run));
    return [...known.flatMap((run) => this.#recent.standing(run)), ...(await this.standing(asked))];
  }

  /** Deletes step by step, so that writes get their turn in between, and never beside them. What is left when the store closes goes another time. */
  async #pruneAll<T extends { at: number }>(
    points: Measurement<T>,
    countOf: string,
    before: number,
    flushOf: (rows: T[]) => PointsOfFlush,
  ): Promise<number> {
    const keep = async (staying: T[]) => {
      await this.#books.keep(await textOf({ ...flushOf(staying), isAgain: true }));
      this.#isUnfinished = true;
    };
    let pruned = 0;
    for (let isLeft = true; isLeft && !this.#isClosing; )
      await this.#serially(async () => {
        // While a flush is unfinished, nothing is known of the server.
        if (this.#isUnfinished) {
          isLeft = false;
          return;
        }
        const count = await this.logGuard.guarded(() => pruneStep(this.#database, points, countOf, before, keep));
        if (this.#isUnfinished) await this.#books.finish([]);
        this.#isUnfinished = false;
        isLeft = count !== undefined;
        pruned += count ?? 0;
      });
    return pruned;
  }

  /** One after the other, whatever came of the one before. */
  #serially<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#working.then(work);
    this.#working = run.catch(() => {});
    return run;
  }

  #demandOpen(): void {
    if (this.#isClosing) throw new InfluxAwayError('the store is closed');
  }
}

/** @throws UnstorableError naming every row that does not fit */
function linesOf({ readings, seconds }: Pick<PointsOfFlush, 'readings' | 'seconds'>, records: readonly SpoolRecord[] = []): string[] {
  const spools = records
    .filter((record) => !isStorable(record))
    .map((row) => ({ row, reason: `spool ${row.spool}: a number is not exact` }));
  const faults = { readings: [] as Unstorable<StoredReading>[], seconds: [] as Unstorable<MemberSecond>[] };
  const lines = [...linesOrFaults(readingPoints, readings, faults.readings), ...linesOrFaults(secondPoints, seconds, faults.seconds)];
  if (faults.readings.length + faults.seconds.length + spools.length) throw new UnstorableError({ ...faults, spools, deadLetters: [] });
  return lines;
}

/** The books keep numbers as text, and would give back another one. */
const isStorable = ({ ranges, gone, deadLettered, told }: SpoolRecord): boolean =>
  [...ranges.flat(), ...gone.flat(), deadLettered, ...(told ? [told.decoded, told.waiting, ...Object.values(told.dropped)] : [])].every(
    Number.isSafeInteger,
  );

const linesOrFaults = <T extends { at: number }>(points: Measurement<T>, rows: readonly T[], faults: Unstorable<T>[]): string[] =>
  rows.map((row) => {
    try {
      return points.lineOf(row);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      faults.push({ row, reason: error.message });
      return '';
    }
  });

function letterOf(
  { gym, room, gateway, spool, number, ...reading }: StoredReading,
  reason: DeadReason,
  detail: string,
  arrivedAt: number,
): DeadLetter {
  return { gym, room, gateway, spool, number, arrivedAt, reason, detail, payload: JSON.stringify(reading) };
}
