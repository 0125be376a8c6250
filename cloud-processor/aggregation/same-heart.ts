import type { BeatHistory, BeatRun } from './beat-history.js';
import { LEAST_BEATS, mayAgree, type Overlap, overlapOf, type Shift, shiftsOf, TOLERANCES_TICKS } from './beat-shifts.js';

/** What the beats of two sensors say of whether they are of one heart. */
export interface BeatAgreement {
  /** Beats of which both told the RR interval, at the shift at which most agree. */
  compared: number;
  agreed: number;
  /** Within so many 1/1024 s they agree. */
  toleranceTicks: number;
  /** From the first beat compared to the last. */
  spanMs: number;
  /** Decimal logarithm of how probable it is that so many agree by chance, whatever the shift; an upper bound. */
  log10Chance: number;
}

const LEAST_SHARE = 0.9;
const LEAST_COMPARED = 16;
const LEAST_SPAN_MS = 20_000;
/** A room of 40 straps tries hundreds of pairs, for hours. */
const MOST_LOG10_CHANCE = -10;
/** The means of one heart differ by less, though one of the sensors is a second or two behind while the heart quickens. */
const MAX_MEAN_APART = 0.05;

/** One heart beyond doubt. */
export const isOneHeart = ({ compared, agreed, spanMs, log10Chance }: BeatAgreement): boolean =>
  compared >= LEAST_COMPARED && spanMs >= LEAST_SPAN_MS && isMost(agreed, compared) && log10Chance <= MOST_LOG10_CHANCE;

/** Whether two hearts are about as fast now: most pairs of a room are not. */
export const areAsFast = (a: BeatHistory, b: BeatHistory): boolean =>
  Math.abs(a.meanTicks - b.meanTicks) <= MAX_MEAN_APART * Math.min(a.meanTicks, b.meanTicks);

/**
 * A glance that costs little: whether in the longest stretch of beats any shift agrees.
 * @param since earlier beats do not count, UTC ms
 * @returns undefined when there is no stretch long enough
 */
export function lookAlike(a: BeatHistory, b: BeatHistory, since: number): boolean | undefined {
  const [longest] = overlapsOf(a.runs, b.runs, since).sort((x, y) => y.beats - x.beats);
  return longest && mayAgree(longest, LEAST_SHARE);
}

/**
 * Holds the beats of two sensors against each other at every shift that time allows.
 * A heart is predictable, the more so the harder it works. How predictable these two are, the other shifts tell, at which the beats are others for sure:
 * the best of them says how many agreements chance would give, of the intervals as they are, or bare of what the heart speeds up or slows down,
 * since a class that recovers at one command has one trend.
 * @returns undefined when there is nothing to compare
 */
export function agreementOf(a: BeatHistory, b: BeatHistory, since: number): BeatAgreement | undefined {
  const runs = overlapsOf(a.runs, b.runs, since).map(shiftsOf);
  if (runs.length === 0) return undefined;
  const byTolerance = TOLERANCES_TICKS.map((_, tolerance) => agreementWithin(tolerance, runs));
  const reached = byTolerance.filter(({ agreed, compared }) => isMost(agreed, compared));
  return reached.sort((x, y) => x.log10Chance - y.log10Chance)[0] ?? byTolerance.at(-1);
}

const isMost = (agreed: number, compared: number): boolean => agreed >= LEAST_SHARE * compared;

const overlapsOf = (a: readonly BeatRun[], b: readonly BeatRun[], since: number): Overlap[] =>
  a.flatMap((runA) => b.flatMap((runB) => overlapOf(runA, runB, since) ?? []));

/** Of each pair of runs the shift at which most agree; chance had all shifts of all of them, and all tolerances, to choose from. */
function agreementWithin(tolerance: number, runs: readonly Shift[][]): BeatAgreement {
  const found: BeatAgreement = { compared: 0, agreed: 0, toleranceTicks: TOLERANCES_TICKS[tolerance]!, spanMs: 0, log10Chance: 0 };
  let log10Tries = Math.log10(TOLERANCES_TICKS.length);
  // Laplace's rule of succession: from few beats nobody knows that they never agree by chance.
  let agreedByChance = 1;
  let comparedByChance = 2;
  for (const shifts of runs) {
    const possible = shifts.filter(({ isPossible }) => isPossible);
    const best = possible.reduce((most, shift) => (shift.agreed[tolerance]! > most.agreed[tolerance]! ? shift : most));
    found.compared += best.compared;
    found.agreed += best.agreed[tolerance]!;
    found.spanMs += best.untilAt - best.fromAt;
    log10Tries += Math.log10(possible.length);
    agreedByChance += chanceRate(shifts, best, tolerance) * best.compared;
    comparedByChance += best.compared;
  }
  const log10Tail = log10BinomialTail(found.compared, found.agreed, agreedByChance / comparedByChance);
  found.log10Chance = Math.min(0, log10Tries + log10Tail);
  return found;
}

/** The share that agrees at the best of all shifts but one, of those that compare about as much. */
function chanceRate(shifts: readonly Shift[], except: Shift, tolerance: number): number {
  const enough = Math.max(LEAST_BEATS, except.compared / 2);
  let most = 0;
  for (const shift of shifts) {
    if (shift === except) continue;
    const { compared, agreed, comparedBare, agreedBare } = shift;
    if (compared >= enough) most = Math.max(most, agreed[tolerance]! / compared);
    if (comparedBare >= enough) most = Math.max(most, agreedBare[tolerance]! / comparedBare);
  }
  return most;
}

/** Decimal logarithm of the probability of at least `hits` in `tries`, each with the probability `p`; 0 when no fewer were to be expected. */
export function log10BinomialTail(tries: number, hits: number, p: number): number {
  if (hits <= tries * p) return 0;
  let logFirst = (tries - hits) * Math.log1p(-p);
  for (let k = 1; k <= hits; k++) logFirst += Math.log(((tries - hits + k) / k) * p);
  // Each term is a fraction of the one before.
  let sum = 1;
  let term = 1;
  for (let k = hits; k < tries; k++) {
    term *= ((tries - k) / (k + 1)) * (p / (1 - p));
    sum += term;
  }
  return (logFirst + Math.log(sum)) / Math.LN10;
}
