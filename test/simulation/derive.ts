import {
  derivationPlan,
  emptyRoster,
  firstAtOrAfter,
  inOrder,
  memberSecond,
  Roster,
  windowBegin,
} from '@pulseboard/cloud-processor/protocol';
import type { MemberSecond } from '@pulseboard/contract';
import type { SimulatedStore } from './simulated-store.js';
import type { TrueReading } from './world.js';

/** Nobody is assigned: each strap is a guest. */
export const roster = new Roster(emptyRoster);

/** One second of one member: what it is now, or that it is none. */
export interface DerivedSecond {
  member: string;
  at: number;
  second: MemberSecond | undefined;
}

export interface DeriveInput {
  store: SimulatedStore;
  /** Not in the store yet. */
  fresh: readonly TrueReading[];
  /** What is derived again: the readings of this flush. */
  touched: readonly TrueReading[];
  watermarkAt: number;
  targetAt: number;
  lookbackMs: number;
}

/** Derives what a flush has to, as the processor does: by its plan, from the store and what is about to be in it. */
export function derive({ store, fresh, touched, watermarkAt, targetAt, lookbackMs }: DeriveInput): DerivedSecond[] {
  const bySensor = new Map<string, TrueReading[]>();
  for (const reading of fresh) {
    const list = bySensor.get(reading.sensor);
    if (list) list.push(reading);
    else bySensor.set(reading.sensor, [reading]);
  }
  const readingsOf = (sensor: string, from: number, until: number): TrueReading[] => {
    const stored = store.readings.get(sensor) ?? [];
    const added = (bySensor.get(sensor) ?? []).filter(({ at }) => at >= from && at < until);
    return [...stored.slice(firstAtOrAfter(stored, from), firstAtOrAfter(stored, until)), ...added].sort(inOrder);
  };
  const active = [...new Set([...store.readings.keys(), ...bySensor.keys()])]
    .map((sensor) => ({
      gym: 'demo',
      sensor,
      newestAt: readingsOf(sensor, windowBegin(watermarkAt), Number.MAX_SAFE_INTEGER).at(-1)?.at ?? 0,
    }))
    .filter(({ newestAt }) => newestAt > 0);
  const derived: DerivedSecond[] = [];
  for (const { member, sensors, from, to } of derivationPlan({ fresh: touched, active, watermarkAt, targetAt, rosterOf: () => roster })) {
    const readings = sensors.flatMap((sensor) => readingsOf(sensor, windowBegin(from), to + 1000));
    for (let at = from; at <= to; at += 1000) {
      const seen = lookbackMs === Number.POSITIVE_INFINITY ? readings : readings.filter((r) => r.at >= at - lookbackMs);
      derived.push({ member, at, second: memberSecond(at, seen, member, roster.profileOf(member, at)) });
    }
  }
  return derived;
}
