import type { Beat } from './beat.js';
import type { Workout, WorkoutRow } from './replay-workouts.js';

/** Rows (or beats) up to this far apart are held by the strap; a longer gap is silence. */
export const MAX_HELD_GAP_MS = 10_000;
/** No heart beats faster than 240 a minute. */
const SHORTEST_RR_MS = 250;
/** Intervals whose mean is shown where no row gives a heart rate. */
const RR_IN_MEAN = 8;

/** Time on the air without a break: broadcasts from the first beat to the last, both included. */
export interface BeatRun {
  fromMs: number;
  toMs: number;
  beats: Iterable<Beat>;
}

/** The beats of a recording, run by run: from its RR intervals if it has any, else from its heart rate. Lazy. */
export const beatRuns = (workout: Workout): Iterable<BeatRun> =>
  workout.rrIntervalsMs ? runsOfRrIntervals(workout.rrIntervalsMs, workout.rows) : runsOfRows(workout.rows);

type HeartRateRow = WorkoutRow & { heartRateBpm: number };
const hasHeartRate = (row: WorkoutRow): row is HeartRateRow => row.heartRateBpm !== undefined;

function* runsOfRows(allRows: readonly WorkoutRow[]): Generator<BeatRun> {
  let before: HeartRateRow | undefined;
  for (const rows of splitWhere(allRows.filter(hasHeartRate), (a, b) => b.elapsedMs - a.elapsedMs > MAX_HELD_GAP_MS)) {
    const fromMs = rows[0]!.elapsedMs;
    const countStep = before ? countStepOverSilence((fromMs - before.elapsedMs) * (before.heartRateBpm / 60_000)) : 1;
    before = rows.at(-1)!;
    yield { fromMs, toMs: before.elapsedMs, beats: beatsOfRows(rows, countStep) };
  }
}

/**
 * Beats at the heart rate of the rows, each held until the next: the k-th beat falls where the integral of bpm/60 reaches
 * k. The first is at the first row, and, so that the last row is shown too, the last is at the last row: the number of
 * intervals is the integral rounded, and all are stretched alike to fit (by less than half a beat over the whole run).
 */
function* beatsOfRows(rows: readonly HeartRateRow[], firstCountStep: number): Generator<Beat> {
  const first = rows[0]!;
  const last = rows.at(-1)!;
  yield beatOf(first.elapsedMs, first, firstCountStep);
  if (last.elapsedMs - first.elapsedMs < SHORTEST_RR_MS) return;
  let integral = 0;
  for (let i = 1; i < rows.length; i++) integral += workBetween(rows[i - 1]!, rows[i]!);
  const intervals = Math.max(1, Math.round(integral / WORK_OF_A_BEAT));
  const step = integral / intervals;
  let row = 0;
  let reached = 0;
  for (let k = 1; k < intervals; k++) {
    const wanted = k * step;
    while (row < rows.length - 2 && reached + workBetween(rows[row]!, rows[row + 1]!) <= wanted) {
      reached += workBetween(rows[row]!, rows[row + 1]!);
      row++;
    }
    const inForce = rows[row]!;
    yield beatOf(inForce.elapsedMs + (wanted - reached) / inForce.heartRateBpm, inForce, 1);
  }
  yield beatOf(last.elapsedMs, last, 1);
}

/** The integral in ms x beats a minute: whole numbers, so that no rounding of ours decides whether a half is rounded up. */
const WORK_OF_A_BEAT = 60_000;
const workBetween = (row: HeartRateRow, next: HeartRateRow): number => (next.elapsedMs - row.elapsedMs) * row.heartRateBpm;
const beatOf = (atMs: number, row: HeartRateRow, countStep: number): Beat => ({
  atMs,
  computedBpm: Math.round(row.heartRateBpm),
  countStep,
});

function* runsOfRrIntervals(rrIntervalsMs: readonly number[], rows: readonly WorkoutRow[]): Generator<BeatRun> {
  const beats = beatsOfRrIntervals(rrIntervalsMs, rows);
  for (const run of splitWhere(beats, (a, b) => b.atMs - a.atMs > MAX_HELD_GAP_MS)) {
    yield { fromMs: run[0]!.atMs, toMs: run.at(-1)!.atMs, beats: run };
  }
}

/** The first beat at time 0, each other one an interval later; the heart rate is that of the row in force. */
function beatsOfRrIntervals(rrIntervalsMs: readonly number[], allRows: readonly WorkoutRow[]): Beat[] {
  const rows = allRows.filter(hasHeartRate);
  let atMs = 0;
  let row = -1;
  return [0, ...rrIntervalsMs].map((rrIntervalMs, i) => {
    atMs += rrIntervalMs;
    while (row + 1 < rows.length && rows[row + 1]!.elapsedMs <= atMs) row++;
    const recent = rrIntervalsMs.slice(Math.max(0, i - RR_IN_MEAN), Math.max(1, i));
    const meanRrMs = recent.reduce((sum, rr) => sum + rr, 0) / recent.length;
    const computedBpm = Math.min(254, Math.round(heldBpm(rows, row, atMs) ?? (recent.length ? 60_000 / meanRrMs : 0)));
    return { atMs, computedBpm, countStep: rrIntervalMs > MAX_HELD_GAP_MS ? countStepOverSilence(2) : 1 };
  });
}

/** A row is in force until the next one, but not into a silence. */
function heldBpm(rows: readonly HeartRateRow[], index: number, atMs: number): number | undefined {
  const row = rows[index];
  const next = rows[index + 1];
  if (!row) return undefined;
  const held = row.elapsedMs === atMs || (next && next.elapsedMs - row.elapsedMs <= MAX_HELD_GAP_MS);
  return held ? row.heartRateBpm : undefined;
}

/**
 * The strap goes on counting while nobody hears it. Never by 1, which would make the silence an RR interval, nor by 0,
 * which would make the first beat after it a repeat (both modulo 256, where the counter wraps).
 */
function countStepOverSilence(beats: number): number {
  const whole = Math.round(beats);
  return whole % 256 < 2 ? whole + 2 : whole;
}

function* splitWhere<T>(items: readonly T[], isGap: (before: T, after: T) => boolean): Generator<T[]> {
  let from = 0;
  for (let i = 1; i <= items.length; i++) {
    if (i < items.length && !isGap(items[i - 1]!, items[i]!)) continue;
    yield items.slice(from, i);
    from = i;
  }
}
