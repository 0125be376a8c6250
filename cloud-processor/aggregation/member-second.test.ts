import type { MemberSecond } from '@pulseboard/contract';
import { ordered, readingAt, T0 } from '../test-data/readings.js';
import { memberSecond } from './member-second.js';
import type { StoredReading } from './stored-reading.js';

const profile = { hrMaxBpm: 180, hrMaxAssumed: false, ageYears: 35, weightKg: 75, sex: 'male' } as const;
/** The second that begins `second` s after T0. */
const derive = (second: number, ...readings: StoredReading[]) => memberSecond(T0 + second * 1000, ordered(...readings), 'ada', profile);
const beat = (ms: number, beatCount: number, fields: Partial<StoredReading> = {}) =>
  readingAt(ms, { heartRateBpm: 150, beatCount, ...fields });
const notification = (ms: number, beats: number, fields: Partial<StoredReading> = {}) =>
  readingAt(ms, { sensor: 'ble-a', heartRateBpm: 140, beats, ...fields });
const at2 = { gateway: 'gateway-2' };

test('all of a second', () => {
  expect(
    derive(
      20,
      beat(19_800, 10, { rrIntervalsMs: [999] }),
      beat(20_200, 11, { heartRateBpm: 149, rrIntervalsMs: [400] }),
      beat(20_400, 11, { heartRateBpm: 199, rrIntervalsMs: [1] }),
      beat(20_600, 12, { heartRateBpm: 152, rrIntervalsMs: [401.3] }),
      beat(21_000, 13, { heartRateBpm: 200 }),
    ),
  ).toEqual<MemberSecond>({
    gym: 'demo',
    room: 'main',
    member: 'ada',
    at: T0 + 20_000,
    sensor: 'ant-hr-1',
    gateway: 'gateway-1',
    meanBpm: 150.5,
    minBpm: 149,
    maxBpm: 152,
    samples: 2,
    beats: 2,
    meanRrMs: 400.7,
    rrDifferences: 2,
    rrSquaredDifferencesMs2: 599 ** 2 + 2,
    percentOfMax: 83.6,
    hrMaxBpm: 180,
    hrMaxAssumed: false,
    zone: 4,
    microKcal: 246_268,
    pointSixtieths: 4,
    held: false,
  });
});

test.each<{ name: string; readings: StoredReading[]; expected: Partial<MemberSecond> }>([
  {
    name: 'the lower edge of a zone',
    readings: [beat(20_100, 1, { heartRateBpm: 144 })],
    expected: { zone: 4, pointSixtieths: 4, percentOfMax: 80 },
  },
  { name: 'just below it', readings: [beat(20_100, 1, { heartRateBpm: 143 })], expected: { zone: 3, pointSixtieths: 3 } },
  { name: 'below the zones', readings: [beat(20_100, 1, { heartRateBpm: 89 })], expected: { zone: 0, pointSixtieths: 0 } },
  { name: 'the first reading is a baseline', readings: [beat(20_100, 1), beat(20_500, 2)], expected: { samples: 2, beats: 1 } },
  {
    name: 'beats that were lost count when they are known',
    readings: [beat(19_000, 1), beat(20_500, 4)],
    expected: { samples: 1, beats: 3 },
  },
  { name: 'after 5 s of silence beats are unknown', readings: [beat(15_000, 1), beat(20_001, 9)], expected: { samples: 1, beats: 0 } },
  { name: 'the counter wraps', readings: [beat(19_800, 255), beat(20_200, 0), beat(20_600, 1)], expected: { beats: 2 } },
  {
    name: 'a reading without a plausible bpm counts its beat only',
    readings: [beat(19_900, 1), readingAt(20_200, { beatCount: 2 }), beat(20_600, 3)],
    expected: { samples: 1, beats: 2 },
  },
  {
    name: 'a strap without a counter tells its beats',
    readings: [notification(19_500, 9), notification(20_500, 3, { rrIntervalsMs: [430, 431] })],
    expected: { sensor: 'ble-a', samples: 1, beats: 3, meanRrMs: 430.5 },
  },
  {
    name: 'a foot pod',
    readings: [
      beat(20_100, 1),
      readingAt(19_800, { sensor: 'ant-sdm-1', steps: 510 }),
      readingAt(20_400, { sensor: 'ant-sdm-1', steps: 1 }),
    ],
    expected: { steps: 3, beats: 0 },
  },
  {
    name: 'of two foot pods one',
    readings: [
      beat(20_100, 1),
      ...[1, 2].flatMap((n) => [0, 4].map((steps) => readingAt(19_900 + steps * 100 + n, { sensor: `ant-sdm-${n}`, steps }))),
    ],
    expected: { steps: 4 },
  },
])('$name', ({ readings, expected }) => expect(derive(20, ...readings)).toMatchObject(expected));

describe('heart-rate variability', () => {
  const reported = (ms: number, ...rrIntervalsMs: number[]) => notification(ms, rrIntervalsMs.length, { rrIntervalsMs });
  const [first, second, third] = [reported(19_000, 800, 810), reported(20_000, 820, 830), reported(20_900, 805)];

  test('is made of measured intervals that follow each other', () => {
    expect(derive(20, first!, second!, third!)).toMatchObject({ rrDifferences: 3, rrSquaredDifferencesMs2: 100 + 100 + 625 });
  });

  test.each<[string, Partial<StoredReading>]>([
    ['computed ones', { rrComputed: true }],
    ['those with some left out', { rrIncomplete: true }],
    ['those with a beat that has no interval', { beats: 3 }],
  ])('leaves out %s, and what is across them', (_, fields) => {
    expect(derive(20, first!, { ...second!, ...fields }, third!)?.rrDifferences).toBeUndefined();
    expect(derive(20, first!, second!, { ...third!, ...fields })).toMatchObject({ rrDifferences: 2 });
  });
});

describe('what is held', () => {
  const last = [beat(19_000, 7), beat(19_500, 8, { heartRateBpm: 155 })];
  const repeats = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => beat((from + i) * 1000, 8));

  test.each([
    [20, true],
    [24, true],
    [25, false],
  ])('second %d after a last beat at 19.5 s: %p', (second, held) => {
    const expected = { held: true, meanBpm: 155, minBpm: 155, maxBpm: 155, samples: 0, beats: 0, zone: 4, pointSixtieths: 4 };
    const found = derive(second, ...last);
    if (held) expect(found).toMatchObject(expected);
    else expect(found).toBeUndefined();
    expect(found && 'meanRrMs' in found).toBeFalsy();
  });

  test('a beat is held for 5 s to the millisecond', () => {
    expect(derive(25, beat(20_000, 1))).toMatchObject({ held: true });
    expect(derive(25, beat(19_999, 1))).toBeUndefined();
  });

  test('a strap in a bag, which repeats its count, ends as if it were silent', () => {
    const bag = [...last, ...repeats(20, 40)];
    expect([20, 24, 25, 30, 36].map((second) => derive(second, ...bag)?.held)).toEqual([true, true, undefined, undefined, undefined]);
  });

  test.each([
    ['no contact', { contact: false }],
    ['a heart rate of 0, which a gateway tells as no contact', { contact: false, beatCount: 8 }],
  ])('%s ends it at once', (_, fields) => {
    const off = readingAt(19_700, fields);
    expect(derive(19, ...last, off)).toMatchObject({ held: false, samples: 2 });
    expect(derive(20, ...last, off)).toBeUndefined();
    expect(derive(20, ...last, off, beat(20_300, 9))).toMatchObject({ held: false, beats: 1 });
  });

  test('nothing is held of nothing', () => {
    expect(derive(20)).toBeUndefined();
    expect(derive(20, readingAt(20_100, { sensor: 'ant-sdm-1', steps: 4 }))).toBeUndefined();
    expect(derive(20, beat(21_000, 1))).toBeUndefined();
  });
});

describe('the room', () => {
  const inRoom = (room: string, ...at: number[]) => at.map((ms) => beat(ms, ms / 500, { room, gateway: `gateway-of-${room}` }));
  test.each([
    {
      name: 'of the preceding aligned 10 s',
      readings: [...inRoom('floor', 10_000, 19_500), ...inRoom('studio', 15_000, 20_000, 20_500)],
      room: 'floor',
    },
    { name: 'not of the 10 s before them', readings: [...inRoom('floor', 8000, 8500, 9500), ...inRoom('studio', 15_000)], room: 'studio' },
    { name: 'ties by id', readings: [...inRoom('studio', 15_000, 16_000), ...inRoom('floor', 15_500, 16_500)], room: 'floor' },
    { name: 'of the heart rate itself when nothing was heard in them', readings: inRoom('studio', 20_500), room: 'studio' },
  ])('$name', ({ readings, room }) => {
    expect(derive(20, ...readings, beat(20_900, 42, { room: readings.at(-1)!.room }))).toMatchObject({ room });
    const block = derive(29, ...readings, beat(29_900, 60, { room: 'elsewhere' }));
    expect(block).toMatchObject({ room: readings.some((r) => r.at < T0 + 20_000 && r.at >= T0 + 10_000) ? room : 'elsewhere' });
  });
});

describe('counted once', () => {
  test('at two gateways: the beats of the strap, the heart rate of whoever heard more', () => {
    const weak = (ms: number, count: number) => beat(ms, count, { ...at2, heartRateBpm: 120 });
    const readings = [
      beat(19_600, 1),
      weak(19_650, 1),
      beat(20_000, 2),
      beat(20_400, 3),
      weak(20_450, 3),
      beat(20_800, 4),
      weak(20_850, 4),
    ];
    expect(derive(20, ...readings)).toMatchObject({ gateway: 'gateway-1', beats: 3, samples: 3, meanBpm: 150 });
  });

  test('with as many beats the stronger signal, then the id', () => {
    const both = (rssi1: number | undefined, rssi2: number | undefined) =>
      [1, 2].flatMap((count) => [
        beat(19_000 + count * 600, count, rssi1 === undefined ? {} : { rssiDbm: rssi1 }),
        beat(19_010 + count * 600, count, { ...at2, ...(rssi2 === undefined ? {} : { rssiDbm: rssi2 }) }),
      ]);
    expect(derive(20, ...both(-70, -60))).toMatchObject({ gateway: 'gateway-2', beats: 1 });
    expect(derive(20, ...both(-60, -70))).toMatchObject({ gateway: 'gateway-1', beats: 1 });
    expect(derive(20, ...both(-70, -70))).toMatchObject({ gateway: 'gateway-1' });
    expect(derive(20, ...both(undefined, -90))).toMatchObject({ gateway: 'gateway-2' });
  });

  test('a receiver that hears again after a silence is not thought to have heard most', () => {
    const readings = [beat(12_000, 200, at2), beat(19_500, 30), beat(20_000, 31), beat(20_400, 32), beat(20_500, 32, at2)];
    expect(derive(20, ...readings)).toMatchObject({ gateway: 'gateway-1', beats: 2 });
  });

  test('a strap without a counter at two gateways', () => {
    const readings = [notification(20_100, 2), notification(20_150, 2, at2), notification(20_900, 1), notification(20_950, 1, at2)];
    expect(derive(20, ...readings)).toMatchObject({ beats: 3 });
    expect(derive(20, notification(17_000, 1), notification(20_150, 2, at2))).toMatchObject({ beats: 2, gateway: 'gateway-2' });
  });

  test('on ANT+ and BLE: the strap with the counter, as long as it is heard', () => {
    const ant = [beat(19_700, 1), beat(20_100, 2), beat(20_500, 3)];
    const ble = [
      notification(19_800, 4),
      notification(20_800, 4),
      notification(21_800, 4),
      notification(22_800, 4),
      notification(23_800, 4),
    ];
    expect(derive(20, ...ant, ...ble)).toMatchObject({ sensor: 'ant-hr-1', beats: 2, meanBpm: 150 });
    expect(derive(23, ...ant, ...ble)).toMatchObject({ sensor: 'ble-a', beats: 4, meanBpm: 140 });
  });

  test('of two alike the first by id', () => {
    const two = ['ant-hr-8', 'ant-hr-9'].flatMap((sensor) => [beat(19_900, 1, { sensor }), beat(20_300, 2, { sensor })]);
    expect(derive(20, ...two)).toMatchObject({ sensor: 'ant-hr-8', beats: 1 });
  });
});

test('a gateway that tells nonsense costs no second', () => {
  const readings = Array.from({ length: 200 }, (_, i) => notification(20_000 + i, 255));
  expect(derive(20, ...readings)).toMatchObject({ beats: 4 });
});
