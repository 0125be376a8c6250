import type { BatteryState, BoardRow, Id } from '@pulseboard/contract';
import { type Profile, percentOfMax, zoneOf } from '../aggregation/formulas.js';
import { HOLD_MS } from '../aggregation/member-second.js';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { kcal, points, steps, type Totals } from '../aggregation/totals.js';

/** A reading that is further ahead of the clock has a wrong time: it is never shown as live. */
export const MAX_AHEAD_MS = 2000;
export const WEAK_AFTER_MS = 3000;
export const LOST_AFTER_MS = 10_000;
export const GONE_AFTER_MS = 60_000;
const LOW_BATTERY_PERCENT = 15;
const SPARKLINE_SECONDS = 60;
/** A strap that is not the member's shown one takes over when that one was silent for this long. */
const OTHER_STRAP_AFTER_MS = 2000;

/** What is known of a member from before this process. UTC ms. */
export interface PastOfMember {
  joinedAt: number;
  /** The last second in which they had a heart rate. */
  lastAt: number;
  /** One for each second, oldest first. */
  recent: readonly { at: number; bpm: number }[];
}

/** What the board shows of one member now. Made of readings as they come; the totals come from stored seconds. */
export class LiveMember {
  #sensor: Id;
  #gateway: Id;
  #lastReadingAt: number;
  #bpm: number | undefined;
  #beatCount: number | undefined;
  /** Of a new beat: a strap that repeats its last page has none. */
  #lastBeatAt = 0;
  #batteryPercent: number | undefined;
  #batteryState: BatteryState | undefined;
  /** Mean of nothing: the last bpm of each second, newest last. */
  #recent: { second: number; bpm: number }[] = [];

  readonly joinedAt: number;

  /**
   * @param member changes when it turns out whose strap it is
   * @param now UTC ms
   * @param past when a former process showed them a moment ago
   */
  constructor(
    public member: Id,
    now: number,
    first: StoredReading,
    past?: PastOfMember,
  ) {
    this.joinedAt = past?.joinedAt ?? now;
    const firstSecond = Math.floor(first.at / 1000);
    for (const { at, bpm } of past?.recent ?? []) {
      const second = Math.floor(at / 1000);
      if (second < firstSecond) this.#recent.push({ second, bpm });
    }
    this.#sensor = first.sensor;
    this.#gateway = first.gateway;
    this.#lastReadingAt = first.at;
    this.#show(first);
  }

  get lastReadingAt(): number {
    return this.#lastReadingAt;
  }

  get sensor(): Id {
    return this.#sensor;
  }

  /** @returns whether anything changed: an older reading never moves the board backwards */
  note(reading: StoredReading): boolean {
    const other = reading.sensor !== this.#sensor;
    const behind = reading.at <= this.#lastReadingAt && reading.gateway !== this.#gateway;
    if (reading.at < this.#lastReadingAt || behind || (other && reading.at - this.#lastReadingAt < OTHER_STRAP_AFTER_MS)) return false;
    if (other) {
      this.#batteryPercent = undefined;
      this.#batteryState = undefined;
      this.#beatCount = undefined;
    }
    this.#sensor = reading.sensor;
    this.#gateway = reading.gateway;
    this.#lastReadingAt = reading.at;
    this.#show(reading);
    return true;
  }

  /** The last bpm of each of the last 60 s, oldest first; null where there was none. */
  recentBpm(now: number): (number | null)[] {
    const last = Math.floor(now / 1000);
    const bySecond = new Map(this.#recent.map(({ second, bpm }) => [second, bpm]));
    const recent = Array.from({ length: SPARKLINE_SECONDS }, (_, i) => bySecond.get(last - SPARKLINE_SECONDS + 1 + i) ?? null);
    // This second may have no beat yet; the page will not ask again.
    if (this.#bpm !== undefined && now - this.#lastReadingAt < WEAK_AFTER_MS) recent[SPARKLINE_SECONDS - 1] ??= this.#bpm;
    return recent;
  }

  row(now: number, profile: Profile, totals: Totals, nickname: string | undefined, guest: boolean): Omit<BoardRow, 'rank'> {
    const silentMs = now - this.#lastReadingAt;
    const energy = kcal(totals);
    const walked = steps(totals);
    return {
      member: this.member,
      ...(nickname === undefined ? {} : { nickname }),
      guest,
      sensor: this.#sensor,
      signal: silentMs < -MAX_AHEAD_MS ? 'lost' : silentMs < WEAK_AFTER_MS ? 'live' : silentMs < LOST_AFTER_MS ? 'weak' : 'lost',
      lastReadingAt: this.#lastReadingAt,
      ...(this.#bpm === undefined
        ? {}
        : { bpm: this.#bpm, percentOfMax: percentOfMax(this.#bpm, profile.hrMaxBpm), zone: zoneOf(this.#bpm, profile.hrMaxBpm) }),
      hrMaxBpm: profile.hrMaxBpm,
      hrMaxAssumed: profile.hrMaxAssumed,
      points: points(totals),
      ...(energy === undefined ? {} : { kcal: energy }),
      ...(walked === undefined ? {} : { steps: walked }),
      seconds: totals.seconds,
      ...(this.#batteryPercent === undefined ? {} : { batteryPercent: this.#batteryPercent }),
      batteryLow: this.#isBatteryLow,
      joinedAt: this.joinedAt,
    };
  }

  /** The percentage says it best; a strap without one says a state. */
  get #isBatteryLow(): boolean {
    if (this.#batteryPercent !== undefined) return this.#batteryPercent <= LOW_BATTERY_PERCENT;
    return this.#batteryState === 'low' || this.#batteryState === 'critical';
  }

  #show(reading: StoredReading): void {
    if (reading.batteryPercent !== undefined) this.#batteryPercent = reading.batteryPercent;
    if (reading.batteryState !== undefined) this.#batteryState = reading.batteryState;
    const isRepeat = reading.beatCount !== undefined && reading.beatCount === this.#beatCount;
    this.#beatCount = reading.beatCount;
    // A reading without a counter and without a heart rate tells of no beat.
    const isBeat = !isRepeat && (reading.beatCount !== undefined || reading.heartRateBpm !== undefined);
    if (isBeat) this.#lastBeatAt = reading.at;
    // Held as long as its seconds are: then a strap in a bag shows nothing, though it is still heard.
    if (reading.contact === false || reading.at - this.#lastBeatAt > HOLD_MS) this.#bpm = undefined;
    else if (reading.heartRateBpm !== undefined) {
      this.#bpm = reading.heartRateBpm;
      const second = Math.floor(reading.at / 1000);
      const last = this.#recent.at(-1);
      if (last?.second === second) last.bpm = reading.heartRateBpm;
      else this.#recent.push({ second, bpm: reading.heartRateBpm });
      if (this.#recent.length > SPARKLINE_SECONDS) this.#recent.shift();
    }
  }
}
