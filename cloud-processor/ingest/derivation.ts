import type { Clock, Id, MemberSecond } from '@pulseboard/contract';
import { derivationPlan } from '../aggregation/derivation-plan.js';
import { lastTouchedSecond, memberSecond, ROOM_BLOCK_MS, windowBegin } from '../aggregation/member-second.js';
import type { Roster } from '../aggregation/roster.js';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { SecondsOfMember, SpoolRanges, TimeSeriesStore } from '../storage/time-series-store.js';
import { Intake } from './intake.js';
import { ReadingWindow } from './reading-window.js';

export interface DerivationOptions {
  store: TimeSeriesStore;
  rosterOf(gym: Id): Roster;
  clock: Clock;
  /** From the store's state; undefined on a fresh store. */
  watermarkAt: number | undefined;
  /** How long readings stay in memory behind the watermark, ms. */
  keepMs?: number;
}

export interface Flushed {
  /** What stood in the derived seconds before. */
  before: MemberSecond[];
  /** What stands there now. */
  after: MemberSecond[];
  ranges: SpoolRanges[];
}

/** A second is derived this long after its end; readings that come later rewrite it. */
export const SECOND_CLOSES_AFTER_MS = 100;
const DEFAULT_KEEP_MS = 60_000;

/** Stores fresh readings together with every member-second they touch. Calls of `flush` must not overlap. */
export class Derivation {
  readonly #window: ReadingWindow;
  #watermarkAt: number;
  readonly #keepMs: number;

  constructor(private readonly options: DerivationOptions) {
    this.#window = new ReadingWindow(options.store);
    this.#watermarkAt = options.watermarkAt ?? this.#target() - ROOM_BLOCK_MS;
    this.#keepMs = options.keepMs ?? DEFAULT_KEEP_MS;
  }

  /** Begin of the last second that is derived, UTC ms. */
  get watermarkAt(): number {
    return this.#watermarkAt;
  }

  /** Brings back what a former process left between its watermark and its end. Called once, before the first flush. */
  async resume(): Promise<void> {
    const from = windowBegin(this.#watermarkAt) - ROOM_BLOCK_MS;
    for (const { gym, sensor } of await this.options.store.sensorsSince(from)) await this.#window.load(gym, sensor, from);
  }

  /**
   * @param fresh readings that the store does not have
   * @returns what changed; undefined when there was nothing to do
   * @throws what the store throws; nothing was stored then, and the same readings may be given again
   */
  async flush(fresh: readonly StoredReading[]): Promise<Flushed | undefined> {
    const { store, rosterOf } = this.options;
    const watermarkAt = this.#watermarkAt;
    const targetAt = Math.max(watermarkAt, this.#target());
    await this.#window.add(fresh, (at) => windowBegin(Math.min(at, watermarkAt)));
    const active = this.#window.activeSince(windowBegin(watermarkAt));
    const runs = derivationPlan({ fresh, active, watermarkAt, targetAt, rosterOf });
    if (fresh.length === 0 && runs.length === 0) {
      this.#watermarkAt = targetAt;
      return undefined;
    }
    const replaced: SecondsOfMember[] = [];
    const after: MemberSecond[] = [];
    for (const { gym, member, sensors, from, to } of runs) {
      const readings = await this.#window.read(gym, sensors, windowBegin(from), to + 1000);
      const roster = rosterOf(gym);
      for (let s = from; s <= to; s += 1000) {
        const second = memberSecond(s, readings, member, roster.profileOf(member, s));
        if (second) after.push(second);
      }
      // Nothing stands beyond the watermark yet.
      if (from <= watermarkAt) replaced.push({ gym, member, from, to: Math.min(to, watermarkAt) });
    }
    const ranges = Intake.rangesOf(fresh);
    const before = await store.write({ readings: fresh, replaced, seconds: after, ranges, watermarkAt: targetAt });
    this.#watermarkAt = targetAt;
    this.#window.prune(lastSecondsNeeded(targetAt) - this.#keepMs);
    return { before, after, ranges };
  }

  #target(): number {
    return Math.floor((this.options.clock() - SECOND_CLOSES_AFTER_MS) / 1000) * 1000 - 1000;
  }
}

const lastSecondsNeeded = (targetAt: number): number => windowBegin(targetAt) - (lastTouchedSecond(targetAt) - targetAt);
