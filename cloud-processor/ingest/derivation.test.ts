import { jest } from '@jest/globals';
import type { MemberSecond } from '@pulseboard/contract';
import { emptyRoster, Roster } from '../aggregation/roster.js';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { letterOf, readingAt, recordOf, T0 } from '../test-data/readings.js';
import { Derivation, type DerivationOptions } from './derivation.js';

const roster = new Roster({ ...emptyRoster, assignments: [{ sensor: 'ant-hr-1', member: 'ada', from: 0 }] });
const beats = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) =>
    readingAt((from + i) * 1000 + 500, { heartRateBpm: 150, beatCount: (from + i) % 256, number: from + i }),
  );

let store: DuckDbTimeSeriesStore;
let now: number;
beforeEach(async () => {
  store = await DuckDbTimeSeriesStore.open(':memory:');
  await store.begin();
  now = T0;
});
afterEach(() => store.close());

const create = (also: Pick<DerivationOptions, 'onSetAside'> = {}) =>
  new Derivation({ store, rosterOf: () => roster, clock: () => now, watermarkAt: undefined, ...also });
const flush = (derivation: Derivation, ms: number, fresh: readonly StoredReading[]) => {
  now = T0 + ms;
  return derivation.flush(fresh);
};
const all = { member: 'ada', from: 0, until: Number.MAX_SAFE_INTEGER, limit: 1000 };
const seconds = (list: readonly MemberSecond[] | undefined) => list?.map((s) => (s.at - T0) / 1000);

test('a second is derived 100 ms after its end, no sooner', async () => {
  const derivation = create();
  const first = await flush(derivation, 1099, beats(0, 1));
  expect(seconds(first?.after)).toEqual([]);
  expect(await flush(derivation, 1099, [])).toBeUndefined();
  expect(seconds((await flush(derivation, 1100, []))?.after)).toEqual([0]);
  expect(derivation.watermarkAt).toBe(T0);
});

test('a late reading rewrites what it touches, and tells what stood there', async () => {
  const derivation = create();
  const [gap] = beats(2, 3);
  await flush(derivation, 10_000, [...beats(0, 2), ...beats(3, 8)]);
  const flushed = await flush(derivation, 10_000, [gap!]);
  expect(seconds(flushed?.before)).toEqual([2, 3, 4, 5, 6, 7, 8]);
  expect(flushed?.before[0]).toMatchObject({ held: true, beats: 0 });
  expect(flushed?.after[0]).toMatchObject({ held: false, beats: 1 });
});

test('the books are asked right before the write, and what they say is durable with it', async () => {
  const derivation = create();
  now = T0 + 10_000;
  const record = recordOf('spool0001', { ranges: [[1, 3]] });
  const flushed = await derivation.flush(beats(0, 3), { deadLetters: [letterOf(3)], settle: () => [record] });
  expect(flushed?.spools).toEqual([record]);
  expect(await store.deadLetters({ limit: 9 })).toEqual([letterOf(3)]);
  await derivation.flush([], { removedDeadLetters: [letterOf(3)], settle: () => [] });
  expect(await store.deadLetters({ limit: 9 })).toEqual([]);
  expect(await store.begin()).toMatchObject({ spools: [record] });
});

test.each([
  ['was not stored', false],
  ['was stored all the same', true],
])('after a flush that failed and %s, all comes out as without the fault', async (_, isStored) => {
  const whole = create();
  const readings = beats(1, 30);
  await flush(whole, 40_000, readings);
  const expected = await store.memberSeconds(all);
  await store.close();

  store = await DuckDbTimeSeriesStore.open(':memory:');
  await store.begin();
  const derivation = create();
  const write = store.write.bind(store);
  store.write = async (written) => {
    if (isStored) await write(written);
    throw new Error('the store is away');
  };
  for (let i = 0; i < readings.length; i += 5) {
    const fresh = readings.slice(i, i + 5);
    const failing = store.write;
    await expect(flush(derivation, (i + 6) * 1000, fresh)).rejects.toThrow('the store is away');
    await derivation.resume((await store.begin()).watermarkAt);
    store.write = write;
    if (!isStored) await flush(derivation, (i + 7) * 1000, fresh);
    store.write = failing;
  }
  store.write = write;
  await flush(derivation, 40_000, []);
  expect(await store.memberSeconds(all)).toEqual(expected);
  expect(await store.readings({ gym: 'demo', sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER })).toEqual(readings);
});

describe('what the store cannot hold is set aside alone', () => {
  const { spool } = beats(1, 2)[0]!;
  const record = recordOf(spool, { ranges: [[1, 10]] });

  test('a reading is a dead letter, and its seconds are derived as if it had never come', async () => {
    const reasons: string[] = [];
    const whole = create();
    await flush(whole, 20_000, beats(1, 10));
    const expected = await store.memberSeconds(all);
    await store.close();

    store = await DuckDbTimeSeriesStore.open(':memory:');
    await store.begin();
    const derivation = create({ onSetAside: (count, reason) => reasons.push(`${count}: ${reason}`) });
    const bad = { ...beats(5, 6)[0]!, number: 77, heartRateBpm: 1e9, at: T0 + 5500 };
    now = T0 + 20_000;
    const flushed = await derivation.flush([...beats(1, 10), bad], { settle: () => [record] });
    expect(flushed!.refused).toMatchObject([{ number: 77, reason: 'refused', detail: expect.stringContaining('heart_rate_bpm') }]);
    expect(flushed!.spools).toEqual([{ ...record, deadLettered: 1 }]);
    expect(await store.memberSeconds(all)).toEqual(expected);
    expect(await store.deadLetters({ limit: 9 })).toEqual(flushed!.refused);
    expect((await store.begin()).spools).toEqual(flushed!.spools);
    expect(reasons).toHaveLength(1);
    expect(await flush(derivation, 22_000, beats(11, 11))).toMatchObject({ refused: [] });
  });

  test('counts that a gateway reported of a spool', async () => {
    const derivation = create();
    const told = { decoded: 1e300, waiting: 0, dropped: {}, listedAt: T0 };
    now = T0 + 20_000;
    const flushed = await derivation.flush(beats(1, 10), { settle: () => [{ ...record, told }] });
    expect(flushed!.spools).toEqual([{ ...record, told }]);
    expect(await store.readings({ gym: 'demo', sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER })).toHaveLength(9);
  });

  test('a record of a spool keeps its own readings out and no others', async () => {
    const derivation = create();
    const spoiled = { ...recordOf('spool0002'), gone: [[1, 1e300]] as [number, number][] };
    now = T0 + 20_000;
    const foreign = beats(1, 10).map((reading) => ({ ...reading, spool: 'spool0002', sensor: 'ant-hr-9' }));
    const flushed = await derivation.flush([...beats(1, 10), ...foreign], { settle: () => [record, spoiled] });
    expect(flushed!.spools).toEqual([record]);
    const stored = await store.readings({ gym: 'demo', sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER });
    expect(stored).toHaveLength(9);
    expect(new Set(stored.map((reading) => reading.spool))).toEqual(new Set([spool]));
  });
});

test('a clock that goes back derives nothing twice', async () => {
  const derivation = create();
  await flush(derivation, 10_000, beats(0, 9));
  expect(await flush(derivation, 5000, [])).toBeUndefined();
  await flush(derivation, 12_000, beats(9, 11));
  expect(seconds(await store.memberSeconds(all))).toEqual(Array.from({ length: 11 }, (_, i) => i));
});

test('a process that ended before its seconds closed leaves them to the next one', async () => {
  await flush(create(), 2500, beats(0, 3));
  expect(seconds(await store.memberSeconds(all))).toEqual([0, 1]);
  now = T0 + 60_000;
  const next = new Derivation({ store, rosterOf: () => roster, clock: () => now, watermarkAt: T0 + 1000 });
  await next.resume();
  await next.flush([]);
  const found = await store.memberSeconds(all);
  expect(seconds(found)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(found.map((s) => s.beats)).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);
});

describe('after a clock that stood in the future', () => {
  const DAY_MS = 86_400_000;
  let setBackFrom: number[];
  beforeEach(() => {
    setBackFrom = [];
  });
  const start = async (watermarkAt: number | undefined) => {
    const derivation = new Derivation({
      store,
      rosterOf: () => roster,
      clock: () => now,
      watermarkAt,
      onSetBack: (at) => setBackFrom.push(at),
    });
    await derivation.resume();
    return derivation;
  };
  const restart = async () => start((await store.begin()).watermarkAt);
  /** One strap, a reading a second, flushed as they come. */
  const live = async (derivation: Derivation, from: number, to: number) => {
    for (const reading of beats(from, to)) await flush(derivation, reading.at - T0 + 100, [reading]);
  };

  test.each([
    ['a second too much', DAY_MS + 1000, true],
    ['a day, as no clock that is right goes', DAY_MS, false],
  ])('a watermark ahead of it by %s', async (_, aheadMs, isSetBack) => {
    now = T0 + 1100;
    const wrongAt = T0 + aheadMs;
    const derivation = await start(wrongAt);
    expect(setBackFrom).toEqual(isSetBack ? [wrongAt] : []);
    expect(derivation.watermarkAt).toBe(isSetBack ? T0 - 10_000 : wrongAt);
    await derivation.resume(wrongAt);
    expect(derivation.watermarkAt).toBe(isSetBack ? T0 - 10_000 : wrongAt);
  });

  test.each([
    ['within one process', false],
    ['over a restart', true],
  ])('live readings are derived as without it, %s', async (_, restarts) => {
    await live(await start(undefined), 0, 60);
    const expected = await store.memberSeconds(all);
    await store.close();

    store = await DuckDbTimeSeriesStore.open(':memory:');
    await store.begin();
    now = T0;
    let derivation = await start(undefined);
    await live(derivation, 0, 20);
    now = T0 + 400 * DAY_MS;
    await derivation.flush([]);
    // Readings are right all the same: their gateway has NTP.
    await derivation.flush(beats(20, 30));
    now = T0 + 30_000;
    if (restarts) derivation = await restart();
    await live(derivation, 30, 60);
    expect(await store.memberSeconds(all)).toEqual(expected);
    expect(setBackFrom).toEqual([T0 + 400 * DAY_MS - 2000]);
    expect(derivation.watermarkAt).toBe(T0 + 58_000);
  });

  test('when it is really that late, no second stands twice', async () => {
    const derivation = await start(undefined);
    const later = (2 * DAY_MS) / 1000;
    await live(derivation, later, later + 20);
    now = T0;
    await derivation.flush([]);
    await live(await restart(), 0, 20);
    await live(await restart(), later + 20, later + 40);
    const found = await store.memberSeconds(all);
    expect(new Set(seconds(found)).size).toBe(found.length);
    expect(setBackFrom).not.toEqual([]);
  });

  test('a clock that stands in the past does not bring the whole store into memory, and derives nothing anew when it is set right', async () => {
    await live(await start(undefined), 0, 30);
    const expected = await store.memberSeconds(all);
    const asked = jest.spyOn(store, 'readingsOf');
    now = T0 - 30 * DAY_MS;
    const derivation = await restart();
    expect(await derivation.flush([])).toBeUndefined();
    now = T0 + 40_000;
    await derivation.flush([]);
    expect(asked.mock.calls.flatMap(([spans]) => spans)).toEqual([]);
    await live(derivation, 60, 70);
    expect((await store.memberSeconds(all)).slice(0, expected.length)).toEqual(expected);
    expect(derivation.watermarkAt).toBe(T0 + 68_000);
  });
});
