import fc from 'fast-check';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { noTotals } from '../aggregation/totals.js';
import { readingAt, T0 } from '../test-data/readings.js';
import { LiveMember } from './live-member.js';

const profile = { hrMaxBpm: 180, hrMaxAssumed: false };
const bpm = (ms: number, heartRateBpm: number, fields: Partial<StoredReading> = {}) => readingAt(ms, { heartRateBpm, ...fields });
const member = (...readings: StoredReading[]) => {
  const live = new LiveMember('ada', T0, readings[0]!);
  for (const reading of readings.slice(1)) live.note(reading);
  return live;
};
const row = (live: LiveMember, ms = 0) => live.row(T0 + ms, profile, noTotals(), undefined, false);

test('what is shown of a reading', () => {
  expect(row(member(bpm(0, 144, { batteryPercent: 80 })))).toEqual({
    member: 'ada',
    guest: false,
    sensor: 'ant-hr-1',
    signal: 'live',
    lastReadingAt: T0,
    bpm: 144,
    percentOfMax: 80,
    zone: 4,
    ...profile,
    points: 0,
    seconds: 0,
    batteryPercent: 80,
    batteryLow: false,
    joinedAt: T0,
  });
});

test.each([
  [2999, 'live'],
  [3000, 'weak'],
  [9999, 'weak'],
  [10_000, 'lost'],
])('after %d ms without a reading: %s', (ms, signal) => expect(row(member(bpm(0, 150)), ms)).toMatchObject({ signal, bpm: 150 }));

test.each([
  [15, true],
  [16, false],
])('a battery at %d %% is low: %p', (batteryPercent, batteryLow) => {
  expect(row(member(bpm(0, 150, { batteryPercent }), bpm(500, 151)))).toMatchObject({ batteryPercent, batteryLow, bpm: 151 });
});

test.each<{ name: string; readings: StoredReading[]; shown: object }>([
  { name: 'an older reading changes nothing', readings: [bpm(1000, 150), bpm(999, 90)], shown: { bpm: 150, lastReadingAt: T0 + 1000 } },
  {
    name: 'nor does another gateway at the same moment',
    readings: [bpm(1000, 150), bpm(1000, 151, { gateway: 'gateway-2' })],
    shown: { bpm: 150 },
  },
  { name: 'a newer one does, of any gateway', readings: [bpm(1000, 150), bpm(1001, 151, { gateway: 'gateway-2' })], shown: { bpm: 151 } },
  { name: 'another strap waits', readings: [bpm(1000, 150), bpm(2999, 90, { sensor: 'ble-a' })], shown: { bpm: 150, sensor: 'ant-hr-1' } },
  {
    name: 'and takes over after 2 s of silence',
    readings: [bpm(1000, 150), bpm(3000, 90, { sensor: 'ble-a' })],
    shown: { bpm: 90, sensor: 'ble-a' },
  },
  {
    name: 'without contact there is no heart rate',
    readings: [bpm(1000, 150), readingAt(2000, { contact: false })],
    shown: { lastReadingAt: T0 + 2000, bpm: undefined, zone: undefined, percentOfMax: undefined },
  },
  {
    name: 'a reading without a heart rate keeps it',
    readings: [bpm(1000, 150), readingAt(2000, { batteryPercent: 9 })],
    shown: { bpm: 150, batteryLow: true },
  },
  {
    name: 'a battery that the strap calls low, without a percentage',
    readings: [bpm(0, 150), bpm(1000, 150, { batteryState: 'low' }), bpm(2000, 150)],
    shown: { batteryLow: true, batteryPercent: undefined },
  },
  { name: 'critical too', readings: [bpm(0, 150, { batteryState: 'critical' })], shown: { batteryLow: true } },
  {
    name: 'ok is not low',
    readings: [bpm(0, 150, { batteryState: 'low' }), bpm(1000, 150, { batteryState: 'ok' })],
    shown: { batteryLow: false },
  },
  {
    name: 'a percentage says it better than the state',
    readings: [bpm(0, 150, { batteryState: 'low', batteryPercent: 60 })],
    shown: { batteryLow: false },
  },
  {
    name: 'readings without a heart rate hold it for no longer than a beat does',
    readings: [bpm(0, 150), readingAt(3000, { contact: true }), readingAt(6000, { contact: true })],
    shown: { bpm: undefined, lastReadingAt: T0 + 6000 },
  },
  {
    name: 'another strap has a battery state of its own',
    readings: [bpm(0, 150, { batteryState: 'low' }), bpm(5000, 151, { sensor: 'ble-a' })],
    shown: { batteryLow: false },
  },
  {
    name: 'another strap has a battery of its own',
    readings: [bpm(0, 150, { batteryPercent: 9 }), bpm(5000, 151, { sensor: 'ble-a' })],
    shown: { batteryLow: false, batteryPercent: undefined },
  },
])('$name', ({ readings, shown }) => {
  const found = row(member(...readings));
  expect(Object.fromEntries(Object.keys(shown).map((key) => [key, found[key as keyof typeof found]]))).toEqual(shown);
});

test('whatever comes, the board never moves backwards, and tells whether it changed', () => {
  const any = fc.record({
    ms: fc.nat(20_000),
    heartRateBpm: fc.integer({ min: 60, max: 200 }),
    gateway: fc.constantFrom('gateway-1', 'gateway-2'),
    sensor: fc.constantFrom('ant-hr-1', 'ble-a'),
  });
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 30 }), (list) => {
      const live = member(bpm(0, 100));
      for (const { ms, ...fields } of list) {
        const before = row(live);
        const changed = live.note(readingAt(ms, fields));
        expect(live.lastReadingAt).toBeGreaterThanOrEqual(before.lastReadingAt);
        if (!changed) expect(row(live)).toEqual(before);
        else expect(row(live)).toMatchObject({ bpm: fields.heartRateBpm, lastReadingAt: T0 + ms, sensor: fields.sensor });
      }
    }),
  );
});

test('the last minute: the last bpm of each second, null where there was none', () => {
  const live = member(bpm(0, 100), bpm(400, 101), bpm(2000, 102));
  const recent = live.recentBpm(T0 + 3500);
  expect(recent).toHaveLength(60);
  expect(recent.slice(-5)).toEqual([null, 101, null, 102, 102]); // this second has no beat yet, but a heart rate
  expect(live.recentBpm(T0 + 5500).slice(-3)).toEqual([null, null, null]);
  expect(live.recentBpm(T0 + 61_000).filter((each) => each !== null)).toEqual([102]);
});

test('a strap that repeats its last page in a bag shows no heart rate once its hold has passed', () => {
  const repeat = (ms: number, beatCount: number) => readingAt(ms, { heartRateBpm: 150, beatCount });
  const live = member(repeat(0, 7), repeat(1000, 8), repeat(2000, 8), repeat(5900, 8));
  const bpmOf = () => live.row(T0, { hrMaxBpm: 190, hrMaxAssumed: true }, noTotals(), undefined, false).bpm;
  expect(bpmOf()).toBe(150);
  live.note(repeat(6100, 8));
  expect(bpmOf()).toBeUndefined();
  live.note(repeat(7000, 9));
  expect(bpmOf()).toBe(150);
});
