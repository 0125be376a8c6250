import type { MemberSecond } from '@pulseboard/contract';
import { inOrder, type StoredReading } from '../aggregation/stored-reading.js';

/** 2026-01-31T18:00:00Z: a whole second, and the begin of an aligned block of 10 s. */
export const T0 = 1_769_882_400_000;

let lastNumber = 0;

/** A reading of Ada's strap at gateway-1, `ms` after T0, but for what is said otherwise. */
export function readingAt(ms: number, fields: Partial<StoredReading> = {}): StoredReading {
  return {
    gym: 'demo',
    room: 'main',
    gateway: 'gateway-1',
    spool: `spool-of-${fields.gateway ?? 'gateway-1'}`.replaceAll('-', ''),
    number: ++lastNumber,
    sensor: 'ant-hr-1',
    at: T0 + ms,
    ...fields,
  };
}

export const ordered = (...readings: StoredReading[]): StoredReading[] => readings.sort(inOrder);

/** A second of Ada, `index` whole seconds after T0. */
export const secondOf = (index: number, fields: Partial<MemberSecond> = {}): MemberSecond => ({
  gym: 'demo',
  room: 'main',
  member: 'ada',
  at: T0 + index * 1000,
  sensor: 'ant-hr-1',
  gateway: 'gateway-1',
  meanBpm: 150.5,
  minBpm: 149,
  maxBpm: 152,
  samples: 2,
  beats: 3,
  percentOfMax: 80.1,
  hrMaxBpm: 188,
  hrMaxAssumed: false,
  zone: 4,
  microKcal: 203_411,
  pointSixtieths: 4,
  steps: 0,
  held: false,
  ...fields,
});
