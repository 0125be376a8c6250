import { MAX_RR_INTERVAL_MS, MIN_RR_INTERVAL_MS } from './beat-interval.js';
import { type HeartRatePage, type HeartRatePageMode, PREVIOUS_BEAT_PAGE } from './heart-rate-page.js';

const BEAT_TIME_WRAP_MS = 64_000;
const BEAT_COUNT_WRAP = 256;

/**
 * A beat that is heard is at most one RR interval and one broadcast old. When the strap's clock has moved on less than ours by more than this
 * since its beat before, then the strap slept, or repeats an old page in a bag, or its clock has wrapped unseen: the interval was made across a gap.
 */
const MAX_BEAT_AGE_MS = 3000;

/** What one strap's pages told so far. Opaque: give it back with the next page. */
export interface HeartRateState {
  readonly beatTimeMs: number;
  readonly beatCount: number;
  readonly toggle: boolean;
  /** The toggle was seen to change: bytes 1–3 mean something. */
  readonly toggles: boolean;
  readonly lastHeardAt: number;
  readonly lastNewBeatAt: number;
}

export interface HeartRateStep {
  state: HeartRateState;
  /** The count moved. A page repeated at 4 Hz is no new beat, nor is the first page: its beat may be old. */
  newBeat: boolean;
  /** Beats since the page before; absent when unknown (first page, or silence of 64 s in which the count may have wrapped). */
  beats?: number;
  /** How many of `beats` had no page that was heard. */
  missedBeats?: number;
  /** Exact; between the last two beats. Absent whenever it is not certain. */
  rrIntervalMs?: number;
}

/** How to read the next page of a strap: its toggle counts as seen with the page that changes it. */
export const pageModeAfter = (state: HeartRateState | undefined, toggle: boolean): HeartRatePageMode =>
  state && (state.toggles || state.toggle !== toggle) ? 'toggling' : 'legacy';

/**
 * Adds a page to a strap's state and says what is new in it. Pure; right over both wraps (64 s, 256 beats) and over missed frames.
 * @param state undefined for the first page of a strap
 * @param at reception, UTC ms
 */
export function addHeartRatePage(state: HeartRateState | undefined, page: HeartRatePage, at: number): HeartRateStep {
  const { beatTimeMs, beatCount, toggle } = page;
  const toggles = pageModeAfter(state, toggle) === 'toggling';
  if (!state) return { state: { beatTimeMs, beatCount, toggle, toggles, lastHeardAt: at, lastNewBeatAt: at }, newBeat: false };

  const newBeat = beatCount !== state.beatCount;
  const step: HeartRateStep = {
    state: { beatTimeMs, beatCount, toggle, toggles, lastHeardAt: at, lastNewBeatAt: newBeat ? at : state.lastNewBeatAt },
    newBeat,
  };
  if (at - state.lastHeardAt >= BEAT_TIME_WRAP_MS) return step;
  const beats = (beatCount - state.beatCount + BEAT_COUNT_WRAP) % BEAT_COUNT_WRAP;
  step.beats = beats;
  if (!newBeat) return step;
  step.missedBeats = beats - 1;
  const rrIntervalMs = isAcrossGap(state, page, at) ? undefined : intervalOf(state, page, toggles, beats);
  if (rrIntervalMs !== undefined) step.rrIntervalMs = rrIntervalMs;
  return step;
}

/**
 * The interval before the last beat: by page 4's previous beat, right across missed frames, else by the beat before when none was missed.
 * @returns undefined when it cannot be known or is none of a beating heart
 */
function intervalOf(state: HeartRateState, page: HeartRatePage, toggles: boolean, beats: number): number | undefined {
  const previous = toggles && page.page === PREVIOUS_BEAT_PAGE ? page.previousBeatTimeMs : undefined;
  if (previous !== undefined) return plausibleInterval(page.beatTimeMs, previous);
  return beats === 1 ? plausibleInterval(page.beatTimeMs, state.beatTimeMs) : undefined;
}

/**
 * The time between two beats of a strap's clock that wraps at 64 s.
 * @returns undefined below 250 ms and beyond 2,500 ms
 */
export function plausibleInterval(beatTimeMs: number, previousBeatTimeMs: number): number | undefined {
  const interval = elapsed(beatTimeMs, previousBeatTimeMs);
  return interval >= MIN_RR_INTERVAL_MS && interval <= MAX_RR_INTERVAL_MS ? interval : undefined;
}

function isAcrossGap(state: HeartRateState, page: HeartRatePage, at: number): boolean {
  const ourMs = at - state.lastNewBeatAt;
  return ourMs >= BEAT_TIME_WRAP_MS || ourMs - elapsed(page.beatTimeMs, state.beatTimeMs) > MAX_BEAT_AGE_MS;
}

const elapsed = (laterMs: number, earlierMs: number): number => (laterMs - earlierMs + BEAT_TIME_WRAP_MS) % BEAT_TIME_WRAP_MS;
