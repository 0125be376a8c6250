import { MAX_RR_INTERVAL_MS } from '../decode/beat-interval.js';

/** 240 bpm. */
const BEATS_PER_S = 4;
/** What a silence may be worth: notifications that waited come together, but what is older was not live. */
const MOST_BEATS = 20;
const MOST_MS = 6000;
/** The strap's clock and ours differ a little, and its first notification may carry what came before it. */
const FIRST_MS = 4000;
const CLOCK_TOLERANCE = 1.02;
/** An interval this much shorter than the heart rate says is a wave counted twice, not a beat. */
const SHORTEST_SHARE = 0.4;

/** What a strap may still tell of at a moment: beats, and time that their intervals cover. */
export interface BeatBudget {
  readonly at: number;
  readonly beats: number;
  readonly ms: number;
}

export interface ToldBeats {
  budget: BeatBudget;
  beats: number;
  /** Those of a heart, oldest first. An interval across a strap that was off is a beat, but not one of these. */
  rrIntervalsMs: number[];
  /** How many intervals are no beats: too short for the heart rate, or more than the time since the last notification has place for. */
  leftOut: number;
}

/**
 * How many beats a notification tells of. Each interval is a beat, newest last; whatever a strap sends, there are at most four a second and no more than
 * the time that has passed has place for. Pure.
 * @param budget of the notification before; undefined for the first one
 * @param intervalsMs oldest first
 * @param bpm of the same notification, where it is plausible
 * @param at reception, ms
 */
export function tellBeats(budget: BeatBudget | undefined, intervalsMs: readonly number[], bpm: number | undefined, at: number): ToldBeats {
  const passedMs = budget ? Math.max(0, at - budget.at) : 1000;
  let beats = Math.min(MOST_BEATS, (budget?.beats ?? 0) + (passedMs / 1000) * BEATS_PER_S);
  let ms = budget ? Math.min(MOST_MS, budget.ms + passedMs * CLOCK_TOLERANCE) : FIRST_MS;
  const most = Math.floor(Math.min(beats, BEATS_PER_S * Math.max(1, passedMs / 1000)));
  const shortestMs = bpm === undefined ? 0 : (SHORTEST_SHARE * 60_000) / bpm;

  const rrIntervalsMs: number[] = [];
  let counted = 0;
  // What does not fit is older than the last notification, so the newest ones come first.
  for (const intervalMs of [...intervalsMs].reverse()) {
    if (intervalMs < shortestMs) continue;
    const isOfHeart = intervalMs <= MAX_RR_INTERVAL_MS;
    if (counted >= most || (isOfHeart && intervalMs > ms)) break;
    counted++;
    if (!isOfHeart) continue;
    ms -= intervalMs;
    rrIntervalsMs.unshift(intervalMs);
  }
  beats -= counted;
  return { budget: { at, beats, ms }, beats: counted, rrIntervalsMs, leftOut: intervalsMs.length - counted };
}

/** A smoothed rate and single intervals differ by this much at most: breathing makes 15 %. */
const AGREEMENT = 0.25;

/** Whether intervals have the rate that the strap shows: then there is a heart, whatever the strap says of its contact. */
export function agreesWith(intervalsMs: readonly number[], bpm: number | undefined): boolean {
  if (bpm === undefined || intervalsMs.length === 0) return false;
  const meanMs = intervalsMs.reduce((sum, ms) => sum + ms, 0) / intervalsMs.length;
  return Math.abs((meanMs * bpm) / 60_000 - 1) <= AGREEMENT;
}
