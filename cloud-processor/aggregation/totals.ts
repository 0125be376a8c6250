import type { MemberSecond } from '@pulseboard/contract';

/** Sums of integers over stored seconds: the same whatever order the seconds came in. */
export interface Totals {
  seconds: number;
  /** Mean bpm of each second, summed in tenths. */
  bpmTenths: number;
  beats: number;
  steps: number;
  /** Seconds of which the steps are known; 0 means that steps are unknown, not none. */
  stepSeconds: number;
  pointSixtieths: number;
  microKcal: number;
  /** Seconds of which the energy is known; 0 means that kcal are unknown, not none. */
  energySeconds: number;
  secondsInZone: [number, number, number, number, number, number];
}

export const noTotals = (): Totals => ({
  seconds: 0,
  bpmTenths: 0,
  beats: 0,
  steps: 0,
  stepSeconds: 0,
  pointSixtieths: 0,
  microKcal: 0,
  energySeconds: 0,
  secondsInZone: [0, 0, 0, 0, 0, 0],
});

/** Adds a second to the totals, or with `sign` −1 takes it out again. */
export function addSecond(totals: Totals, second: MemberSecond, sign: 1 | -1 = 1): void {
  totals.seconds += sign;
  totals.beats += sign * second.beats;
  totals.bpmTenths += sign * Math.round(second.meanBpm * 10);
  if (second.steps !== undefined) {
    totals.steps += sign * second.steps;
    totals.stepSeconds += sign;
  }
  totals.pointSixtieths += sign * second.pointSixtieths;
  if (second.microKcal !== undefined) {
    totals.microKcal += sign * second.microKcal;
    totals.energySeconds += sign;
  }
  totals.secondsInZone[second.zone]! += sign;
}

export const points = (totals: Readonly<Totals>): number => Math.round((totals.pointSixtieths * 100) / 60) / 100;
/** Undefined: unknown. */
export const kcal = (totals: Readonly<Totals>): number | undefined =>
  totals.energySeconds ? Math.round(totals.microKcal / 1e5) / 10 : undefined;
/** Undefined: unknown, as nothing that counts steps was worn. */
export const steps = (totals: Readonly<Totals>): number | undefined => (totals.stepSeconds || totals.steps ? totals.steps : undefined);
/** Mean over the seconds, to a tenth; undefined: there are none. */
export const meanBpm = (totals: Readonly<Totals>): number | undefined =>
  totals.seconds ? Math.round(totals.bpmTenths / totals.seconds) / 10 : undefined;
