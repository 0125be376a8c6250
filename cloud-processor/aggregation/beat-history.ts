import { BEAT_COUNT_WRAP, type Id, type Reading } from '@pulseboard/contract';
import { CounterFront, MAX_COUNTER_GAP_MS } from './counter-front.js';

/** Beats in succession, none left out: the RR interval before each in 1/1024 s (0: nobody heard it), and about when it was, UTC ms. */
export interface BeatRun {
  ticks: number[];
  at: number[];
}

/** Beats are remembered this long. */
export const HISTORY_MS = 60_000;
/** Weight of the newest interval in the mean. */
const MEAN_WEIGHT = 1 / 16;
/** Notifications come when they may: in a Bluetooth connection some wait for the next interval, or are sent again. */
const NOTIFICATION_JITTER_MS = 250;
/** Straps notify once a second, unless they show to do it otherwise. */
const USUAL_PERIOD_MS = 1000;
const PERIOD_WEIGHT = 1 / 8;
const MISSED_AFTER_PERIODS = 1.5;
const TICKS_PER_MS = 1.024;

type HeardReading = Pick<Reading, 'at' | 'beatCount' | 'beats' | 'contact' | 'rrIntervalsMs'> & { gateway: Id };

/**
 * The last minute of one strap's beats, as runs in which each beat has its place: by the beat counter of an ANT+ strap, whose lost beats leave holes,
 * and by counting the intervals of a Bluetooth one, of which a new run begins when some were lost.
 */
export class BeatHistory {
  /** Oldest first. */
  readonly runs: BeatRun[] = [];
  newestAt = Number.NEGATIVE_INFINITY;
  meanTicks = 0;
  readonly #front = new CounterFront({ wrap: BEAT_COUNT_WRAP, perSecond: 4 });
  #told: { gateway: Id; heardAt: number; beatClockMs: number; leastLagMs: number; periodMs: number } | undefined;

  /** @returns false for a reading that is older than what is known already: it is ignored */
  note(reading: HeardReading): boolean {
    const { at, beatCount } = reading;
    // A reading that is sent again tells nothing new; a counter may have moved within the same ms.
    if (at < this.newestAt || (at === this.newestAt && beatCount === undefined)) return false;
    this.newestAt = at;
    if (beatCount !== undefined) this.#noteCounted(reading, beatCount);
    else this.#noteTold(reading);
    this.#forget(at - HISTORY_MS);
    return true;
  }

  #noteCounted({ at, rrIntervalsMs }: HeardReading, beatCount: number): void {
    const step = this.#front.advance(beatCount, at);
    if (step === undefined) this.#begin();
    if (!step) return;
    const run = this.runs.at(-1)!;
    for (let missed = 1; missed < step; missed++) add(run, 0, at);
    this.#add(run, rrIntervalsMs?.at(-1), at);
  }

  #noteTold({ gateway, at, beats = 0, contact, rrIntervalsMs = [] }: HeardReading): void {
    if (contact === false) {
      this.#told = undefined;
      return;
    }
    // Two gateways tell of the same beats: one is listened to as long as it speaks.
    if (this.#told && this.#told.gateway !== gateway && at - this.#told.heardAt <= MAX_COUNTER_GAP_MS) return;
    const sumMs = rrIntervalsMs.reduce((sum, ms) => sum + ms, 0);
    const goesOn = this.#goesOn(gateway, at, sumMs) && beats === rrIntervalsMs.length;
    if (!goesOn) this.#told = { gateway, heardAt: at, beatClockMs: at, leastLagMs: 0, periodMs: USUAL_PERIOD_MS };
    const run = goesOn ? this.runs.at(-1)! : this.#begin();
    let beatAt = at - sumMs;
    for (const ms of rrIntervalsMs) {
      beatAt += ms;
      this.#add(run, ms, beatAt);
    }
  }

  /**
   * Whether nothing was lost before these intervals. Then the strap's own time, which is their sum, keeps up with ours but for the age of its last beat;
   * and where a notification is missing, they are as long as the silence.
   */
  #goesOn(gateway: Id, at: number, sumMs: number): boolean {
    const told = this.#told;
    if (!told || told.gateway !== gateway || at - told.heardAt > MAX_COUNTER_GAP_MS) return false;
    const silentMs = at - told.heardAt;
    told.heardAt = at;
    told.beatClockMs += sumMs;
    const lagMs = at - told.beatClockMs;
    told.leastLagMs = Math.min(told.leastLagMs, lagMs);
    const meanMs = this.meanTicks / TICKS_PER_MS;
    if (silentMs > MISSED_AFTER_PERIODS * told.periodMs) return sumMs >= silentMs - meanMs / 2;
    told.periodMs += (silentMs - told.periodMs) * PERIOD_WEIGHT;
    return lagMs - told.leastLagMs <= meanMs + NOTIFICATION_JITTER_MS;
  }

  #begin(): BeatRun {
    const last = this.runs.at(-1);
    if (last?.ticks.length === 0) return last;
    const run: BeatRun = { ticks: [], at: [] };
    this.runs.push(run);
    return run;
  }

  #add(run: BeatRun, rrMs: number | undefined, at: number): void {
    const ticks = rrMs === undefined ? 0 : Math.round(rrMs * TICKS_PER_MS);
    add(run, ticks, at);
    if (ticks === 0) return;
    this.meanTicks += this.meanTicks === 0 ? ticks : (ticks - this.meanTicks) * MEAN_WEIGHT;
  }

  #forget(before: number): void {
    // The newest run goes on, however old its beats are.
    while (this.runs.length > 1 && this.runs[0]!.at.at(-1)! < before) this.runs.shift();
    const [oldest] = this.runs;
    if (oldest && oldest.at[FORGET_AT_ONCE - 1]! < before) {
      oldest.ticks.splice(0, FORGET_AT_ONCE);
      oldest.at.splice(0, FORGET_AT_ONCE);
    }
  }
}

/** Arrays are cut seldom. */
const FORGET_AT_ONCE = 64;

function add(run: BeatRun, ticks: number, at: number): void {
  run.ticks.push(ticks);
  run.at.push(at);
}
