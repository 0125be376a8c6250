import type { BeatRun } from './beat-history.js';

/** Two runs of beats that were heard at one time. */
export interface Overlap {
  a: BeatRun;
  b: BeatRun;
  /** First beat of `b` that counts. */
  fromB: number;
  /** How many beats of `b` count. */
  beats: number;
  /** By time alone beat `i` of `b` is beat `i + offset` of `a`. */
  offset: number;
  /** By how many beats that may be wrong, either way. */
  reach: number;
  /** So many beats apart they are others for sure. */
  elsewhere: number;
}

/** How two runs agree at one shift. Lists are by tolerance: within 0, 1 and 2 ticks. */
export interface Shift {
  /** Time allows that they are the same beats. */
  isPossible: boolean;
  /** Beats of which both told the interval. */
  compared: number;
  agreed: number[];
  /** Of those, beats whose distance from the beats around them is known on both sides: what is left when the heart speeds up or slows down. */
  comparedBare: number;
  agreedBare: number[];
  /** Of the first and the last beat compared. */
  fromAt: number;
  untilAt: number;
}

/**
 * In 1/1024 s. Both protocols tell a strap's one measurement. Nearly all tell it alike; a difference of rounded times against a rounded interval
 * is one tick off at most, and an interval that was rounded to whole ms on the way, two.
 */
export const TOLERANCES_TICKS = [0, 1, 2];
const WIDEST_TICKS = 2;
/** How far apart two gateways may tell of one beat: their clocks differ by 200 ms, Bluetooth is late by a second or two. */
const MAX_APART_MS = 3000;
/** What is further apart is compared only to see how predictable the heart is: over more than one breath, which at rest has several seconds. */
const PREDICTABLE_MS = 12_000;
/** Fewer beats in succession say nothing. */
export const LEAST_BEATS = 6;
/** Beats on either side that a beat is held against, and how many pairs of them are needed. */
const NEIGHBOURS = 4;
const LEAST_PAIRS = 2;
/** A premature beat says nothing of those around it. */
const MAX_FROM_NEIGHBOUR = 1 / 8;

/** @param since earlier beats do not count, UTC ms; @returns undefined when too few were heard by both */
export function overlapOf(a: BeatRun, b: BeatRun, since: number): Overlap | undefined {
  if (a.at.length < LEAST_BEATS || b.at.length < LEAST_BEATS) return undefined;
  const endAt = Math.min(a.at.at(-1)!, b.at.at(-1)!);
  const lastA = indexAt(a.at, endAt);
  const lastB = indexAt(b.at, endAt);
  const fromB = indexAt(b.at, Math.max(since, a.at[0]!));
  const beats = lastB - fromB + 1;
  if (beats < LEAST_BEATS) return undefined;
  const meanMs = Math.max(1, (b.at[lastB]! - b.at[fromB]!) / (beats - 1));
  const [reach, elsewhere] = [Math.ceil(MAX_APART_MS / meanMs), Math.ceil(PREDICTABLE_MS / meanMs)];
  return { a, b, fromB, beats, offset: lastA - lastB, reach, elsewhere };
}

/** Whether any shift reaches a share of agreement; nearly always it is seen after few beats that none does. */
export function mayAgree(overlap: Overlap, leastShare: number): boolean {
  const { a, b, reach } = overlap;
  for (let shift = -reach; shift <= reach; shift++) {
    const { from, to, offset } = boundsOf(overlap, shift);
    let disagreementsLeft = Math.floor((to - from) * (1 - leastShare));
    for (let i = from; i < to && disagreementsLeft >= 0; i++) {
      const ticksA = a.ticks[i + offset]!;
      const ticksB = b.ticks[i]!;
      const apart = ticksA > ticksB ? ticksA - ticksB : ticksB - ticksA;
      if (apart > WIDEST_TICKS && ticksA && ticksB) disagreementsLeft--;
    }
    if (disagreementsLeft >= 0 && to - from >= LEAST_BEATS) return true;
  }
  return false;
}

/** How the runs agree at each shift, possible or not. */
export function shiftsOf(overlap: Overlap): Shift[] {
  const { a, b, elsewhere } = overlap;
  const [bareA, bareB] = [a.ticks.map(fromNeighbours), b.ticks.map(fromNeighbours)];
  return Array.from({ length: 2 * elsewhere + 1 }, (_, i) => shiftAt(overlap, i - elsewhere, bareA, bareB));
}

function shiftAt(overlap: Overlap, shift: number, bareA: readonly number[], bareB: readonly number[]): Shift {
  const { a, b } = overlap;
  const { from, to, offset } = boundsOf(overlap, shift);
  const isPossible = Math.abs(shift) <= overlap.reach;
  const found: Shift = { isPossible, compared: 0, agreed: [0, 0, 0], comparedBare: 0, agreedBare: [0, 0, 0], fromAt: 0, untilAt: 0 };
  for (let i = from; i < to; i++) {
    const ticksA = a.ticks[i + offset]!;
    const ticksB = b.ticks[i]!;
    if (ticksA === 0 || ticksB === 0) continue;
    if (found.compared++ === 0) found.fromAt = b.at[i]!;
    found.untilAt = b.at[i]!;
    count(found.agreed, ticksA - ticksB);
    const bareTicksA = bareA[i + offset]!;
    const bareTicksB = bareB[i]!;
    if (bareTicksA === UNKNOWN || bareTicksB === UNKNOWN) continue;
    found.comparedBare++;
    count(found.agreedBare, bareTicksA - bareTicksB);
  }
  return found;
}

/** Where the beats of `b` that have a beat of `a` at this shift begin and end. */
function boundsOf({ a, b, fromB, offset: byTime }: Overlap, shift: number): { from: number; to: number; offset: number } {
  const offset = byTime + shift;
  return { from: Math.max(fromB, -offset), to: Math.min(b.ticks.length, a.ticks.length - offset), offset };
}

function count(agreed: number[], apartTicks: number): void {
  const apart = apartTicks < 0 ? -apartTicks : apartTicks;
  for (let tolerance = 0; tolerance <= WIDEST_TICKS; tolerance++) if (apart <= tolerance + ROUNDING_TICKS) agreed[tolerance]!++;
}

/** Means are fractions of a tick. */
const ROUNDING_TICKS = 0.5;
const UNKNOWN = Number.MAX_VALUE;

/** How far an interval is from the mean of those around it, ticks, if that is known. Only pairs of neighbours count, else a trend would not cancel. */
function fromNeighbours(ticks: number, at: number, all: readonly number[]): number {
  let sum = 0;
  let pairs = 0;
  for (let distance = 1; distance <= NEIGHBOURS; distance++) {
    const before = all[at - distance] ?? 0;
    const after = all[at + distance] ?? 0;
    const most = ticks * MAX_FROM_NEIGHBOUR;
    if (Math.abs(before - ticks) > most || Math.abs(after - ticks) > most) continue;
    sum += before + after;
    pairs++;
  }
  return ticks > 0 && pairs >= LEAST_PAIRS ? ticks - sum / (2 * pairs) : UNKNOWN;
}

/** Index of the last beat at or before a time; 0 when there is none. */
function indexAt(at: readonly number[], time: number): number {
  let low = 0;
  let high = at.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at[middle]! <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}
