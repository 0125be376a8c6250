import type { Clock, MemberSecond } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { StoredReading } from '../../aggregation/stored-reading.js';
import type { DeadLetter, DeadReason } from '../../ingest/dead-letter.js';
import type { BookStore } from '../book-store.js';
import type {
  DeadLetterPlace,
  PruneCounts,
  PruneLimits,
  SecondsOfMember,
  StoreState,
  StoreWrite,
  TimeSeriesStore,
} from '../time-series-store.js';
import { type PointsOfFlush, pointsIn, textOf } from './flush-text.js';
import type { InfluxDatabase } from './influx-database.js';
import { InfluxAwayError } from './influx-errors.js';
import { InfluxQueries } from './influx-queries.js';
import { goneSecond, readingPoints, secondPoints } from './influx-schema.js';
import { LogGuard } from './log-guard.js';
import type { Measurement } from './measurement.js';
import { movedSeconds } from './moved-seconds.js';
import { pruneStep } from './prune-step.js';
import { RecentSeconds } from './recent-seconds.js';

/** A flush is stored, but for readings that InfluxDB refuses: they are dead letters now. What is durable, `begin` tells. */
export class ReadingsRefusedError extends Error {
  readonly code = 'READINGS_REFUSED';
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
        const refused = await this.#apply(points);
        await this.#books.finish(points.isAgain ? [] : refused);
      }
      this.#isUnfinished = false;
      // Asked even where nothing was unfinished: whoever begins must know that InfluxDB answers.
      this.#recent.begin(await this.noSecondsFrom(this.options.clock() - LOOK_BACK_MS));
      return this.#books.begin();
    });
  }

  write(write: StoreWrite): Promise<MemberSecond[]> {
    const { readings, replaced, seconds, spools, deadLetters, removedDeadLetters, watermarkAt } = write;
    return this.#serially(async () => {
      this.#demandOpen();
      if (this.#isUnfinished) throw new FlushUnfinishedError('the flush before this one is not finished');
      await this.logGuard.demandKnownWhole();
      // What cannot be written at all is found before anything is.
      const lines = linesOf({ readings, seconds });
      const before = await this.#standing(replaced);
      const moved = movedSeconds(before, seconds);
      const flush = await textOf({ readings, seconds, moved });
      this.#isUnfinished = true;
      await this.#books.commit({ spools, deadLetters, removedDeadLetters, watermarkAt, flush });
      const refused = await this.#apply({ readings, seconds, moved }, lines);
      if (refused.length) {
        await this.#books.finish(refused);
        throw new ReadingsRefusedError(`InfluxDB refused ${refused.length} readings, which are dead letters now: ${refused[0]!.detail}`);
      }
      this.#isUnfinished = false;
      this.#recent.note(write);
      return before;
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

  /** @returns the readings that InfluxDB refuses @throws InfluxAwayError also when it refuses a second that it should keep */
  async #apply(points: PointsOfFlush, lines = linesOf(points)): Promise<DeadLetter[]> {
    const { readings, seconds, moved } = points;
    const gone = moved.map((place) => secondPoints.lineOf(goneSecond(place)));
    const refused = await this.#database.write([...lines, ...gone]).catch(async (error: Error) => {
      await this.logGuard.see(error);
      throw error;
    });
    const beside = refused.filter(({ index }) => index >= readings.length);
    const lost = beside.filter(({ isTooOld }) => !isTooOld);
    // A second is derived once: it cannot be set aside as a reading can.
    if (lost.length)
      throw new InfluxAwayError(
        `InfluxDB refuses ${lost.length} member-seconds of ${seconds.length + moved.length}; does something else write there, or is a limit of it reached? It says: ${lost[0]!.reason}`,
      );
    if (beside.length)
      this.options.log.error(
        { count: beside.length, reason: beside[0]!.reason },
        'member-seconds are older than the retention of InfluxDB; they are missing there',
      );
    const arrivedAt = this.options.clock();
    return refused
      .filter(({ index }) => index < readings.length)
      .map(({ index, reason, isTooOld }) =>
        letterOf(readings[index]!, isTooOld ? 'too-old' : 'refused', `InfluxDB refuses it: ${reason}.`, arrivedAt),
      );
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

/** @throws LineError when a value does not fit */
const linesOf = ({ readings, seconds }: Pick<PointsOfFlush, 'readings' | 'seconds'>): string[] => [
  ...readings.map((reading) => readingPoints.lineOf(reading)),
  ...seconds.map((second) => secondPoints.lineOf(second)),
];

function letterOf(
  { gym, room, gateway, spool, number, ...reading }: StoredReading,
  reason: DeadReason,
  detail: string,
  arrivedAt: number,
): DeadLetter {
  return { gym, room, gateway, spool, number, arrivedAt, reason, detail, payload: JSON.stringify(reading) };
}
