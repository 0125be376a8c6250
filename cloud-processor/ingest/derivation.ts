import type { Clock, Id, MemberSecond } from '@pulseboard/contract';
import { type DerivationRun, derivationPlan, type Regrouped } from '../aggregation/derivation-plan.js';
import { lastTouchedSecond, memberSecond, ROOM_BLOCK_MS, windowBegin } from '../aggregation/member-second.js';
import type { Roster } from '../aggregation/roster.js';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { Breather } from '../breather.js';
import {
  ReadingsSetAsideError,
  type SecondsOfMember,
  type SensorSpan,
  type StoreWrite,
  type TimeSeriesStore,
  UnstorableError,
} from '../storage/time-series-store.js';
import type { DeadLetter } from './dead-letter.js';
import { ReadingWindow } from './reading-window.js';
import { refusedLetter, withDead, withoutUnstorable } from './set-aside.js';
import type { SpoolRecord } from './spool-record.js';

export interface DerivationOptions {
  store: TimeSeriesStore;
  rosterOf(gym: Id): Roster;
  clock: Clock;
  /** From the store's state; undefined on a fresh store. */
  watermarkAt: number | undefined;
  /** How long readings stay in memory behind the watermark, ms. */
  keepMs?: number;
  /** The clock had stood in the future, or stands in the past, and derivation goes on from what it says now. @param wrongAt the watermark that is given up */
  onSetBack?(wrongAt: number): void;
  /** The store cannot hold some rows. They are set aside, and everything else is stored. @param reason a sentence */
  onSetAside?(count: number, reason: string): void;
}

/** What becomes durable together with the readings of a flush. */
export interface FlushedWith extends Partial<Pick<StoreWrite, 'deadLetters' | 'removedDeadLetters'>> {
  /** Asked last, right before the write: the books go on while seconds are derived. */
  settle(): SpoolRecord[];
  /** Sensors whose seconds are derived anew: the roster says of somebody else than it did that they wear them. */
  regrouped?: readonly Regrouped[];
}

export interface Flushed {
  /** What stood in the derived seconds before. */
  before: MemberSecond[];
  /** What stands there now. */
  after: MemberSecond[];
  spools: SpoolRecord[];
  /** Readings of this flush that the store cannot hold. */
  refused: readonly DeadLetter[];
}

/** A second is derived this long after its end; readings that come later rewrite it. */
export const SECOND_CLOSES_AFTER_MS = 100;
const DEFAULT_KEEP_MS = 60_000;
/** A watermark that is further ahead of the clock was set by a clock that was wrong: until then every live reading would come late. */
const MAX_AHEAD_MS = 86_400_000;
/** A clock that goes back by more within one process was set back. */
const SET_BACK_MS = 60_000;

/** Stores fresh readings together with every member-second they touch. Calls of `flush` must not overlap. */
export class Derivation {
  readonly #window: ReadingWindow;
  #watermarkAt: number;
  /** Seconds up to this one may stand in the store, whatever the watermark. */
  #standsUntil = Number.NEGATIVE_INFINITY;
  readonly #keepMs: number;
  /** The latest target: a clock that is behind it was set back. */
  #newestTargetAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: DerivationOptions) {
    this.#window = new ReadingWindow(options.store);
    this.#watermarkAt = options.watermarkAt ?? this.#target() - ROOM_BLOCK_MS;
    this.#keepMs = options.keepMs ?? DEFAULT_KEEP_MS;
  }

  /** Begin of the last second that is derived, UTC ms. */
  get watermarkAt(): number {
    return this.#watermarkAt;
  }

  /**
   * Brings back what the store has between its watermark and its end: once before the first flush, and after one that failed,
   * since nobody knows whether that one became durable.
   * @param watermarkAt as the store has it; undefined: it never had one
   * @param isSetBack the clock was: the watermark is given up, however little it is ahead
   */
  async resume(watermarkAt: number | undefined = this.#watermarkAt, isSetBack = false): Promise<void> {
    const storedAt = watermarkAt ?? this.#watermarkAt;
    const isWrong = this.#isFarAhead(storedAt) || (isSetBack && storedAt > this.#target());
    this.#watermarkAt = isWrong ? this.#target() - ROOM_BLOCK_MS : storedAt;
    if (isWrong) this.options.onSetBack?.(storedAt);
    const newestAt = (await this.options.store.newestReadingAt()) ?? Number.NEGATIVE_INFINITY;
    this.#standsUntil = lastTouchedSecond(newestAt);
    // By a clock that stands in the past it would be all that the store has: then each sensor's are brought when it is heard again.
    const isBounded = !isWrong && !this.#isFarAhead(newestAt);
    await this.#window.restore(isBounded ? windowBegin(this.#watermarkAt) - ROOM_BLOCK_MS : Number.MAX_SAFE_INTEGER);
  }

  /**
   * @param fresh readings that the store does not have
   * @returns what changed; undefined when there was nothing to do
   * @throws what the store throws; `resume` before anything is flushed again
   */
  async flush(fresh: readonly StoredReading[], also: FlushedWith = nothingElse): Promise<Flushed | undefined> {
    for (let left = [...fresh], refused: DeadLetter[] = []; ; ) {
      const flushed = await this.#flush(left, also, refused);
      if (!(flushed instanceof UnstorableError)) return flushed;
      const bad = new Map(flushed.rows.readings.map(({ row, reason }) => [row, reason]));
      const arrivedAt = this.options.clock();
      refused = [...refused, ...[...bad].map(([row, reason]) => refusedLetter(row, reason, arrivedAt))];
      left = left.filter((reading) => !bad.has(reading));
      this.options.onSetAside?.(bad.size, flushed.message);
      // The window has what the store has not.
      await this.resume();
    }
  }

  /** @returns the error when the store cannot hold some of the readings: nothing is stored then */
  async #flush(
    fresh: readonly StoredReading[],
    also: FlushedWith,
    refused: readonly DeadLetter[],
  ): Promise<Flushed | UnstorableError | undefined> {
    const { rosterOf } = this.options;
    const { removedDeadLetters = [], regrouped = [], settle } = also;
    const deadLetters = [...(also.deadLetters ?? []), ...refused];
    const breather = new Breather();
    const isSetBack = this.#target() < this.#newestTargetAt - SET_BACK_MS;
    this.#newestTargetAt = isSetBack ? this.#target() : Math.max(this.#newestTargetAt, this.#target());
    if (isSetBack || this.#isFarAhead(this.#watermarkAt)) await this.resume(this.#watermarkAt, isSetBack);
    const watermarkAt = this.#watermarkAt;
    const targetAt = Math.max(watermarkAt, this.#target());
    await this.#window.add(fresh, windowBegin(watermarkAt), breather);
    const active = this.#window.readingsSince(windowBegin(watermarkAt));
    const runs = derivationPlan({ fresh, active, watermarkAt, targetAt, regrouped, rosterOf });
    if (breather.isDue) await breather.breathe();
    await this.#window.cover(runs.flatMap(spansOf), breather);
    const after = await this.#derive(runs, breather);
    const spools = withDead(settle(), refused);
    if (fresh.length + runs.length + deadLetters.length + removedDeadLetters.length + spools.length === 0) {
      this.#watermarkAt = targetAt;
      return undefined;
    }
    // Nothing stands beyond the watermark yet, but for what a clock in the future left.
    const standsUntil = Math.max(watermarkAt, this.#standsUntil);
    const replaced: SecondsOfMember[] = runs
      .filter(({ from }) => from <= standsUntil)
      .map(({ gym, member, from, to }) => ({ gym, member, from, to: Math.min(to, standsUntil) }));
    const write = { readings: fresh, replaced, seconds: after, spools, deadLetters, removedDeadLetters, watermarkAt: targetAt };
    const written = await this.#write(write);
    if (written instanceof UnstorableError) return written;
    this.#window.remove(written.refused);
    this.#watermarkAt = targetAt;
    this.#window.prune(lastSecondsNeeded(targetAt) - this.#keepMs);
    return {
      before: written.before,
      after: written.write.seconds as MemberSecond[],
      spools: withDead(written.write.spools, written.refused),
      refused: [...refused, ...written.refused],
    };
  }

  /** Writes what the store can hold. @returns the error when it cannot hold some readings: then nothing is written */
  async #write(
    write: StoreWrite,
  ): Promise<{ write: StoreWrite; before: MemberSecond[]; refused: readonly DeadLetter[] } | UnstorableError> {
    const { store, onSetAside } = this.options;
    for (let part = write; ; )
      try {
        return { write: part, before: await store.write(part), refused: [] };
      } catch (error) {
        if (error instanceof ReadingsSetAsideError) {
          onSetAside?.(error.deadLetters.length, error.message);
          return { write: part, before: error.before, refused: error.deadLetters };
        }
        if (!(error instanceof UnstorableError)) throw error;
        if (error.rows.readings.length) return error;
        const { seconds, spools, deadLetters } = error.rows;
        onSetAside?.(seconds.length + spools.length + deadLetters.length, error.message);
        part = withoutUnstorable(part, error);
      }
  }

  async #derive(runs: readonly DerivationRun[], breather: Breather): Promise<MemberSecond[]> {
    const derived: MemberSecond[] = [];
    for (const { gym, member, sensors, from, to } of runs) {
      const readings = this.#window.read(gym, sensors, windowBegin(from), to + 1000);
      const roster = this.options.rosterOf(gym);
      for (let s = from; s <= to; s += 1000) {
        const second = memberSecond(s, readings, member, roster.profileOf(member, s));
        if (second) derived.push(second);
        if (breather.isDue) await breather.breathe();
      }
    }
    return derived;
  }

  #isFarAhead(at: number): boolean {
    return at > this.#target() + MAX_AHEAD_MS;
  }

  #target(): number {
    return Math.floor((this.options.clock() - SECOND_CLOSES_AFTER_MS) / 1000) * 1000 - 1000;
  }
}

const nothingElse: FlushedWith = { settle: () => [] };

const spansOf = ({ gym, sensors, from, to }: DerivationRun): SensorSpan[] =>
  sensors.map((sensor) => ({ gym, sensor, from: windowBegin(from), until: to + 1000 }));

const lastSecondsNeeded = (targetAt: number): number => windowBegin(targetAt) - (lastTouchedSecond(targetAt) - targetAt);
