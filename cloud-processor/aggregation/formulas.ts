/** What is known of a member's body in a second. */
export interface Profile {
  hrMaxBpm: number;
  /** True: from the gym's assumption for people it knows nothing of. */
  hrMaxAssumed: boolean;
  ageYears?: number;
  weightKg?: number;
  sex?: 'female' | 'male';
}

/** HRmax by age: Tanaka, Monahan, Seals 2001, 208 − 0.7·age, in whole bpm. */
export const tanakaHrMaxBpm = (ageYears: number): number => Math.round(208 - 0.7 * ageYears);

/** Lower edges of the zones 1–5 as percent of HRmax; an edge belongs to the upper zone. */
const ZONE_EDGES_PERCENT = [50, 60, 70, 80, 90] as const;

/** @returns the zone 0–5 of a heart rate; compared without division, so that an edge is exact */
export function zoneOf(bpm: number, hrMaxBpm: number): number {
  let zone = 0;
  // bpm has one decimal at most: tenths are integers, and the comparison is exact.
  for (const edge of ZONE_EDGES_PERCENT) if (Math.round(bpm * 10) * 10 >= edge * hrMaxBpm) zone++;
  return zone;
}

/** Percent of HRmax, to a tenth. */
export const percentOfMax = (bpm: number, hrMaxBpm: number): number => Math.round((bpm * 1000) / hrMaxBpm) / 10;

const KJ_PER_KCAL = 4.184;
const SECONDS_PER_MINUTE = 60;

/**
 * Energy: Keytel et al. 2005, without VO2max; the mean of both when the sex is not stated; never below 0.
 * @returns kcal a minute, or undefined when weight or age is unknown
 */
export function kcalPerMinute(bpm: number, { ageYears, weightKg, sex }: Profile): number | undefined {
  if (ageYears === undefined || weightKg === undefined) return undefined;
  const male = -55.0969 + 0.6309 * bpm + 0.1988 * weightKg + 0.2017 * ageYears;
  const female = -20.4022 + 0.4472 * bpm - 0.1263 * weightKg + 0.074 * ageYears;
  const kj = sex === 'male' ? male : sex === 'female' ? female : (male + female) / 2;
  return Math.max(0, kj / KJ_PER_KCAL);
}

/** Energy of one second, rounded once to a whole micro-kcal so that sums of seconds are exact. */
export function microKcalOfSecond(bpm: number, profile: Profile): number | undefined {
  const perMinute = kcalPerMinute(bpm, profile);
  return perMinute === undefined ? undefined : Math.round((perMinute / SECONDS_PER_MINUTE) * 1e6);
}
