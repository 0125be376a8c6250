import type { MemberSecond } from '@pulseboard/contract';
import type { StoredReading } from '../../aggregation/stored-reading.js';
import { LineError } from './line-protocol.js';
import { byte, flag, int, intOrZero, long, Measurement, real, reals, short, tenths, tenthsOrZero, text } from './measurement.js';

const NANOSECONDS = 1_000_000;
const ZONES = [0, 1, 2, 3, 4, 5] as const;
/** Of a point that is no second any more. */
const GONE_ZONE = -1;

/**
 * A reading is one point, however often it is written: its nanoseconds come from its number, so that two of a series in one millisecond stay two.
 * That two spools of a gateway have the same ones for the same strap and millisecond is one in a million for each such pair.
 */
export const readingPoints = new Measurement<StoredReading>({
  name: 'reading',
  tags: ['gateway', 'gym', 'room', 'sensor'],
  fields: [
    ['spool', text],
    ['number', long],
    ['heartRateBpm', short, '?'],
    ['beatTimeMs', real, '?'],
    ['beatCount', short, '?'],
    ['beats', short, '?'],
    ['rrIntervalsMs', reals, '?'],
    ['rrComputed', flag, '?'],
    ['rrIncomplete', flag, '?'],
    ['contact', flag, '?'],
    ['batteryPercent', short, '?'],
    ['batteryState', text, '?'],
    ['steps', long, '?'],
    ['cadenceSpm', real, '?'],
    ['speedMps', real, '?'],
    ['strideLengthM', real, '?'],
    ['running', flag, '?'],
    ['distanceM', real, '?'],
    ['totalSteps', long, '?'],
    ['totalDistanceM', real, '?'],
    ['energyKj', int, '?'],
    ['kcal', short, '?'],
    ['rssiDbm', short, '?'],
    ['raw', text, '?'],
  ],
  timeOf: ({ at, spool, number }) => timeText(at, (saltOf(spool) + (number % NANOSECONDS)) % NANOSECONDS),
});

/**
 * One point for each member, room and second; a second that is written again overwrites every field, so none may be missing: an unknown `meanRrMs`
 * is 0, as are unknown differences of RR intervals; an unknown `microKcal` is 0 with `energySeconds` 0, unknown `steps` are 0 with `stepSeconds` 0. A zone would leave two points as a tag; as a field it is summed with `secondsInZone…`.
 */
export const secondPoints = new Measurement<MemberSecond>({
  name: 'member_second',
  tags: ['gym', 'member', 'room'],
  fields: [
    ['sensor', text],
    ['gateway', text],
    ['meanBpm', tenths],
    ['minBpm', short],
    ['maxBpm', short],
    ['samples', short],
    ['beats', short],
    ['meanRrMs', tenthsOrZero, '?'],
    ['percentOfMax', tenths],
    ['hrMaxBpm', short],
    ['hrMaxAssumed', flag],
    ['zone', byte],
    ['microKcal', intOrZero, '?'],
    ['pointSixtieths', byte],
    ['steps', intOrZero, '?'],
    ['held', flag],
    ['rrDifferences', intOrZero, '?'],
    ['rrSquaredDifferencesMs2', intOrZero, '?'],
  ],
  derived: ['energySeconds', 'stepSeconds'],
  timeOf: ({ at }) => timeText(at, 0),
  derivedOf: ({ zone, microKcal, steps }) =>
    `,seconds=${zone === GONE_ZONE ? 0 : 1}i,energySeconds=${microKcal === undefined ? 0 : 1}i,stepSeconds=${steps === undefined ? 0 : 1}i${ZONES.map((z) => `,secondsInZone${z}=${z === zone ? 1 : 0}i`).join('')}`,
  read(row, derived) {
    if (row.meanRrMs === 0) delete row.meanRrMs;
    if (derived('energySeconds') === 0) delete row.microKcal;
    // Until 0.1 a second without a foot pod had 0 steps.
    if (!derived('stepSeconds') && !row.steps) delete row.steps;
    if (!row.rrDifferences) {
      delete row.rrDifferences;
      delete row.rrSquaredDifferencesMs2;
    }
  },
  isGone: ({ zone }) => zone === GONE_ZONE,
});

/** Where a second stands. */
export type SecondPlace = Pick<MemberSecond, 'gym' | 'room' | 'member' | 'at'>;

/**
 * What takes the place of a second that stands there no more: it adds nothing to any sum, minimum or maximum. Not DELETE: on InfluxDB 1.6.7 one that empties as
 * many series as it leaves hides those as well (measured), others come back after a restart (influxdata/influxdb#14229), and InfluxDB 3 has none.
 */
export const goneSecond = ({ gym, room, member, at }: SecondPlace): MemberSecond => ({
  gym,
  room,
  member,
  at,
  sensor: '-',
  gateway: '-',
  meanBpm: 0,
  minBpm: 999,
  maxBpm: 0,
  samples: 0,
  beats: 0,
  percentOfMax: 0,
  hrMaxBpm: 0,
  hrMaxAssumed: false,
  zone: GONE_ZONE,
  pointSixtieths: 0,
  held: false,
});

/** @param at UTC ms @param nanoseconds within its millisecond */
function timeText(at: number, nanoseconds: number): string {
  if (!Number.isSafeInteger(at) || at < 0) throw new LineError(`${at} is no time of a point`);
  return `${at}${String(nanoseconds).padStart(6, '0')}`;
}

const salts = new Map<string, number>();
const MAX_SALTS = 1000;

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function saltOf(spool: string): number {
  const known = salts.get(spool);
  if (known !== undefined) return known;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(spool)) hash = Math.imul(hash ^ byte, 0x01000193);
  if (salts.size >= MAX_SALTS) salts.clear();
  salts.set(spool, (hash >>> 0) % NANOSECONDS);
  return (hash >>> 0) % NANOSECONDS;
}
