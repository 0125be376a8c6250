import type { MemberSecond } from '@pulseboard/contract';
import { inOrder, type StoredReading } from '../aggregation/stored-reading.js';
import type { DeadLetter } from '../ingest/dead-letter.js';
import type { SpoolRecord } from '../ingest/spool-record.js';

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

/** The record of a spool of gateway-1. */
export const recordOf = (spool: string, fields: Partial<SpoolRecord> = {}): SpoolRecord => ({
  gym: 'demo',
  room: 'main',
  gateway: 'gateway-1',
  spool,
  ranges: [],
  gone: [],
  closed: false,
  deadLettered: 0,
  ...fields,
});

/** A dead letter of gateway-1. */
export const letterOf = (number: number, fields: Partial<DeadLetter> = {}): DeadLetter => ({
  gym: 'demo',
  room: 'main',
  gateway: 'gateway-1',
  spool: 'spool0001',
  number,
  arrivedAt: T0,
  reason: 'implausible',
  detail: 'It is no reading: reading at /heartRateBpm: must be <= 240.',
  payload: '{"sensor":"ant-hr-1","heartRateBpm":300}',
  ...fields,
});
