import fc from 'fast-check';
import { inOrder, type StoredReading } from '../aggregation/stored-reading.js';
import { readingAt, T0 } from '../test-data/readings.js';
import { ReadingWindow } from './reading-window.js';

/** The part of a store that the window asks, with what is stored and the questions it was asked. */
function storeOf(stored: StoredReading[]) {
  const asked: string[][] = [];
  return {
    asked,
    async readings({ gym, sensors, from, until }: { gym: string; sensors: readonly string[]; from: number; until: number }) {
      asked.push([...sensors]);
      return stored.filter((r) => r.gym === gym && r.at >= from && r.at < until && sensors.includes(r.sensor)).sort(inOrder);
    },
  };
}
const back = (at: number) => at - 5000;

test('reads from memory what it covers, from the store what it does not', async () => {
  const old = [readingAt(0), readingAt(8000)];
  const store = storeOf(old);
  const window = new ReadingWindow(store);
  const fresh = readingAt(12_000);
  await window.add([fresh], back);
  expect(store.asked).toEqual([['ant-hr-1']]);
  expect(await window.read('demo', ['ant-hr-1'], T0 + 7000, T0 + 20_000)).toEqual([old[1], fresh]);
  expect(store.asked).toHaveLength(1);
  expect(await window.read('demo', ['ant-hr-1'], T0, T0 + 20_000)).toEqual([...old, fresh]);
  expect(await window.read('demo', ['ant-hr-1'], T0, T0 + 12_000)).toEqual(old);
  expect(await window.read('other', ['ant-hr-1'], T0, T0 + 20_000)).toEqual([]);
});

test('a reading older than what is held is not in the store yet, and is read all the same', async () => {
  const window = new ReadingWindow(storeOf([]));
  await window.add([readingAt(60_000)], back);
  const late = readingAt(1000);
  await window.add([late], back);
  expect(await window.read('demo', ['ant-hr-1'], T0, T0 + 30_000)).toEqual([late]);
});

test('tells who is active, and forgets', async () => {
  const window = new ReadingWindow(storeOf([]));
  const readings = [readingAt(0), readingAt(9000), readingAt(500, { sensor: 'ble-a' })];
  await window.add(readings, back);
  expect([...window.activeSince(T0 + 500)]).toEqual([
    { gym: 'demo', sensor: 'ant-hr-1', newestAt: T0 + 9000 },
    { gym: 'demo', sensor: 'ble-a', newestAt: T0 + 500 },
  ]);
  window.prune(T0 + 501);
  expect([...window.activeSince(0)].map((each) => each.sensor)).toEqual(['ant-hr-1']);
});

test('whatever is added, late, twice, or let go: it reads what the store and the fresh ones are together', async () => {
  const few = fc.record({ ms: fc.integer({ min: 0, max: 60_000 }), sensor: fc.constantFrom('ant-hr-1', 'ble-a') });
  const step = fc.record({
    fresh: fc.array(few, { maxLength: 6 }),
    twice: fc.boolean(),
    prune: fc.option(fc.integer({ min: 0, max: 60_000 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), fc.integer({ min: 0, max: 60_000 }), async (steps, from) => {
      const stored: StoredReading[] = [];
      const window = new ReadingWindow(storeOf(stored));
      for (const { fresh, twice, prune } of steps) {
        const readings = fresh.map(({ ms, sensor }) => readingAt(ms, { sensor }));
        await window.add(readings, back);
        if (twice) await window.add(readings, back);
        const all = [...stored, ...readings].filter((r) => r.at >= T0 + from && r.at < T0 + from + 20_000).sort(inOrder);
        expect(await window.read('demo', ['ant-hr-1', 'ble-a'], T0 + from, T0 + from + 20_000)).toEqual(all);
        expect(await window.read('demo', ['ble-a'], T0 + from, T0 + from + 20_000)).toEqual(all.filter((r) => r.sensor === 'ble-a'));
        stored.push(...readings);
        if (prune !== null) window.prune(T0 + prune);
      }
    }),
  );
});
