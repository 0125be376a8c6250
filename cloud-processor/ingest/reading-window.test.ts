import fc from 'fast-check';
import { inOrder, type StoredReading } from '../aggregation/stored-reading.js';
import type { SensorSpan } from '../storage/time-series-store.js';
import { readingAt, T0 } from '../test-data/readings.js';
import { ReadingWindow } from './reading-window.js';

/** The part of a store that the window asks, with what is stored and the questions it was asked. */
function storeOf(stored: StoredReading[]) {
  const asked: string[][] = [];
  return {
    asked,
    async readingsOf(spans: readonly SensorSpan[]) {
      if (spans.length) asked.push(spans.map(({ sensor }) => sensor));
      return spans
        .flatMap(({ gym, sensor, from, until }) =>
          stored.filter((r) => r.gym === gym && r.sensor === sensor && r.at >= from && r.at < until),
        )
        .sort(inOrder);
    },
    async sensorsSince(from: number) {
      const sensors = new Set(stored.filter(({ at }) => at >= from).map(({ sensor }) => sensor));
      return [...sensors].map((sensor) => ({ gym: 'demo', sensor }));
    },
  };
}

/** Covers and reads in one step. */
async function read(window: ReadingWindow, gym: string, sensors: readonly string[], from: number, until: number) {
  await window.cover(sensors.map((sensor) => ({ gym, sensor, from, until })));
  return window.read(gym, sensors, from, until);
}

test('reads from memory what it covers, from the store what it does not', async () => {
  const old = [readingAt(0), readingAt(8000)];
  const store = storeOf(old);
  const window = new ReadingWindow(store);
  const fresh = readingAt(12_000);
  await window.add([fresh], T0 + 7000);
  expect(store.asked).toEqual([['ant-hr-1']]);
  expect(await read(window, 'demo', ['ant-hr-1'], T0 + 7000, T0 + 20_000)).toEqual([old[1], fresh]);
  expect(store.asked).toHaveLength(1);
  expect(await read(window, 'demo', ['ant-hr-1'], T0, T0 + 20_000)).toEqual([...old, fresh]);
  expect(await read(window, 'demo', ['ant-hr-1'], T0, T0 + 12_000)).toEqual(old);
  expect(await read(window, 'other', ['ant-hr-1'], T0, T0 + 20_000)).toEqual([]);
});

test('asks the store once for many sensors and spans, and never for what it cannot have', async () => {
  const stored = [readingAt(0), readingAt(100, { sensor: 'ble-a' }), readingAt(40_000), readingAt(50_000, { sensor: 'ble-b' })];
  const store = storeOf(stored);
  const window = new ReadingWindow(store);
  await window.restore(T0 + 30_000);
  expect(store.asked).toEqual([['ant-hr-1', 'ble-b']]);
  const span = (sensor: string, from: number) => ({ gym: 'demo', sensor, from: T0 + from, until: T0 + from + 5000 });
  await window.cover([span('ant-hr-1', 0), span('ble-a', 0), span('ble-a', 2000), span('ble-a', 30_000), span('ble-b', 48_000)]);
  expect(store.asked.slice(1)).toEqual([['ant-hr-1', 'ble-a']]);
  expect(window.read('demo', ['ant-hr-1', 'ble-a'], T0, T0 + 5000)).toEqual([stored[0], stored[1]]);
  expect(window.read('demo', ['ble-a'], T0 + 30_000, T0 + 35_000)).toEqual([]);
  expect(window.read('demo', ['ble-b'], T0 + 48_000, T0 + 53_000)).toEqual([stored[3]]);
});

test('a reading older than what is held is not in the store yet, and is read all the same', async () => {
  const window = new ReadingWindow(storeOf([]));
  await window.add([readingAt(60_000)], T0 + 55_000);
  const late = [readingAt(1000), readingAt(2000, { sensor: 'ble-a' })];
  await window.add(late, T0 + 55_000);
  expect(await read(window, 'demo', ['ant-hr-1', 'ble-a'], T0, T0 + 30_000)).toEqual(late);
  expect([...window.activeSince(T0)].map(({ sensor }) => sensor)).toEqual(['ant-hr-1']);
});

test('begins anew with what the store has: what a flush that failed left behind is gone', async () => {
  const stored = [readingAt(1000)];
  const window = new ReadingWindow(storeOf(stored));
  await window.add([readingAt(2000), readingAt(3000, { sensor: 'ble-a' })], T0);
  await window.restore(T0);
  expect([...window.activeSince(T0)]).toEqual([{ gym: 'demo', sensor: 'ant-hr-1', newestAt: T0 + 1000 }]);
  expect(await read(window, 'demo', ['ant-hr-1', 'ble-a'], T0, T0 + 9000)).toEqual(stored);
});

test('tells who is active, and forgets', async () => {
  const window = new ReadingWindow(storeOf([]));
  const readings = [readingAt(0), readingAt(9000), readingAt(500, { sensor: 'ble-a' })];
  await window.add(readings, T0);
  expect([...window.activeSince(T0 + 500)]).toEqual([
    { gym: 'demo', sensor: 'ant-hr-1', newestAt: T0 + 9000 },
    { gym: 'demo', sensor: 'ble-a', newestAt: T0 + 500 },
  ]);
  window.prune(T0 + 501);
  expect([...window.activeSince(0)].map((each) => each.sensor)).toEqual(['ant-hr-1']);
});

test('what it let go of it asks for again', async () => {
  const stored: StoredReading[] = [];
  const window = new ReadingWindow(storeOf(stored));
  await window.restore(T0);
  const reading = readingAt(1000);
  await window.add([reading], T0);
  stored.push(reading);
  window.prune(T0 + 5000);
  await window.add([], T0);
  expect(await read(window, 'demo', ['ant-hr-1'], T0 + 500, T0 + 2000)).toEqual([reading]);
});

test('whatever is added, late, twice, or let go: it reads what the store and the fresh ones are together', async () => {
  const few = fc.record({ ms: fc.integer({ min: 0, max: 60_000 }), sensor: fc.constantFrom('ant-hr-1', 'ble-a') });
  const step = fc.record({
    fresh: fc.array(few, { maxLength: 6 }),
    twice: fc.boolean(),
    passed: fc.integer({ min: 0, max: 10_000 }),
    restores: fc.boolean(),
    keepMs: fc.integer({ min: -5000, max: 5000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), fc.integer({ min: 0, max: 60_000 }), async (steps, from) => {
      const stored: StoredReading[] = [];
      const window = new ReadingWindow(storeOf(stored));
      await window.restore(T0);
      let recentFrom = T0;
      for (const { fresh, twice, passed, restores, keepMs } of steps) {
        const readings = fresh.map(({ ms, sensor }) => readingAt(ms, { sensor }));
        recentFrom += passed;
        if (restores) await window.restore(recentFrom);
        await window.add(readings, recentFrom);
        if (twice) await window.add(readings, recentFrom);
        const all = [...stored, ...readings].filter((r) => r.at >= T0 + from && r.at < T0 + from + 20_000).sort(inOrder);
        expect(await read(window, 'demo', ['ant-hr-1', 'ble-a'], T0 + from, T0 + from + 20_000)).toEqual(all);
        expect(await read(window, 'demo', ['ble-a'], T0 + from, T0 + from + 20_000)).toEqual(all.filter((r) => r.sensor === 'ble-a'));
        stored.push(...readings);
        window.prune(recentFrom - keepMs);
      }
    }),
  );
});
