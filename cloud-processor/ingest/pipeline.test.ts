import type { ReadingBatch } from '@pulseboard/contract';
import { pino } from 'pino';
import { emptyRoster, Roster } from '../aggregation/roster.js';
import { Boards } from '../board/boards.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';
import { T0 } from '../test-data/readings.js';
import { Derivation, type Flushed } from './derivation.js';
import { Intake } from './intake.js';
import { Pipeline } from './pipeline.js';

const from = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const roster = new Roster(emptyRoster);
const all = { gym: 'demo', sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER };

let store: DuckDbTimeSeriesStore;
let now: number;
let failing: boolean;
let told: Flushed[];
beforeEach(async () => {
  store = await DuckDbTimeSeriesStore.open(':memory:');
  await store.begin();
  now = T0;
  failing = false;
  told = [];
});
afterEach(() => store.close());

/** The real store, but for writes while it is `failing`. */
function fragile(): TimeSeriesStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'write' && failing) return () => Promise.reject(new Error('no space left on device'));
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function create(onFlushed: (flushed: Flushed) => void = (flushed) => told.push(flushed)) {
  const clock = () => now;
  const intake = new Intake([]);
  const boards = new Boards(() => roster);
  const derivation = new Derivation({ store: fragile(), rosterOf: () => roster, clock, watermarkAt: undefined });
  const pipeline = new Pipeline({
    intake,
    derivation,
    boards,
    prepareRoom: async () => {},
    isPrepared: () => true,
    clock,
    log: pino({ level: 'silent' }),
    onPicture: () => {},
    onFlushed,
    onTick: () => {},
    maxWaitingReadings: 50,
  });
  return { pipeline, intake, board: boards.of('demo', 'main') };
}

/** Beats number `first`…, one a second. */
function batch(first: number, count: number): ReadingBatch {
  return {
    v: 1,
    gateway: 'gateway-1',
    spool: 'spool0001',
    first,
    oldest: 1,
    boot: 'boot',
    sentAt: T0,
    clock: 'synced',
    readings: Array.from({ length: count }, (_, i) => ({
      sensor: 'ant-hr-1',
      at: T0 + (first + i) * 1000,
      heartRateBpm: 150,
      beatCount: (first + i) % 256,
    })),
  };
}
const committedOf = (intake: Intake) => intake.committed(1)[0]?.message.spools[0]?.ranges;

test('a reading is shown at once, stored with the next flush, and committed then', async () => {
  const { pipeline, intake, board } = create();
  now = T0 + 1500;
  pipeline.receive(from, batch(1, 1));
  expect(board.rows(now)).toMatchObject([{ bpm: 150 }]);
  expect(committedOf(intake)).toEqual([]);
  await pipeline.flush();
  expect(await store.readings(all)).toHaveLength(1);
  expect(committedOf(intake)).toEqual([[1, 1]]);
});

test('a flush that fails is tried again, and nothing is stored twice or committed before', async () => {
  const { pipeline, intake, board } = create();
  failing = true;
  for (let n = 1; n <= 3; n++) {
    now = T0 + n * 1000 + 500;
    pipeline.receive(from, batch(n, 1));
    await pipeline.flush();
  }
  expect(pipeline.storeAway).toBe(true);
  expect(pipeline.counts).toMatchObject({ failedFlushes: 3, storedReadings: 0 });
  expect(committedOf(intake)).toEqual([]);
  expect(board.rows(now)).toMatchObject([{ lastReadingAt: T0 + 3000 }]);
  failing = false;
  now = T0 + 10_000;
  await pipeline.flush();
  expect(pipeline.storeAway).toBe(false);
  expect((await store.readings(all)).map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(
    (await store.memberSeconds({ gym: 'demo', member: 'guest-ant-hr-1', from: 0, until: now, limit: 99 })).map(({ at, held }) => [
      at - T0,
      held,
    ]),
  ).toEqual([
    [1000, false],
    [2000, false],
    [3000, false],
    [4000, true],
    [5000, true],
    [6000, true],
    [7000, true],
    [8000, true],
  ]);
  expect(committedOf(intake)).toEqual([[1, 3]]);
});

test('with the store away what is kept is bounded: the rest is shown, counted, and taken when it comes again', async () => {
  const { pipeline } = create();
  failing = true;
  for (let first = 1; first <= 51; first += 10) {
    now = T0 + (first + 9) * 1000;
    pipeline.receive(from, batch(first, 10));
  }
  expect(pipeline.counts).toMatchObject({ receivedReadings: 60, turnedAwayReadings: 10 });
  failing = false;
  await pipeline.flush();
  pipeline.receive(from, batch(51, 10));
  await pipeline.flush();
  expect(pipeline.counts).toMatchObject({ storedReadings: 60, duplicateReadings: 0 });
  expect(await store.readings(all)).toHaveLength(60);
});

test('a fault in telling does not store again', async () => {
  const { pipeline } = create(() => {
    throw new Error('a page is gone');
  });
  now = T0 + 1500;
  pipeline.receive(from, batch(1, 2));
  await pipeline.flush();
  await pipeline.flush();
  expect(await store.readings(all)).toHaveLength(2);
});

test.each([
  ['rubbish', 'rubbish', { refusedBatches: 1 }],
  ["another's topic", { ...batch(1, 1), gateway: 'gateway-2' }, { refusedBatches: 1 }],
  [
    'a reading that is none',
    { ...batch(1, 2), readings: [{ sensor: 'X' }, ...batch(2, 1).readings] },
    { refusedReadings: 1, receivedReadings: 2 },
  ],
])('%s is counted and harms nothing', async (_, payload, counts) => {
  const { pipeline } = create();
  pipeline.receive(from, payload);
  await pipeline.flush();
  expect(pipeline.counts).toMatchObject(counts);
});
