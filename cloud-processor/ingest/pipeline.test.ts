import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadingBatch } from '@pulseboard/contract';
import { emptyRoster, Roster } from '../aggregation/roster.js';
import { Boards } from '../board/boards.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { fragileStore, type StoreFault } from '../test-data/fragile-store.js';
import { pipelineOn } from '../test-data/pipeline-on.js';
import { T0 } from '../test-data/readings.js';
import type { Flushed } from './derivation.js';
import type { Pipeline, PipelineOptions } from './pipeline.js';

const from = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const roster = new Roster(emptyRoster);
const all = { gym: 'demo', sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER };
const DAY_MS = 86_400_000;

let folder: string;
let store: DuckDbTimeSeriesStore;
let now: number;
let fault: StoreFault;
let onWrite: () => void;
let begins: number;
let pipeline: Pipeline;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-pipeline-'));
  store = await DuckDbTimeSeriesStore.open(join(folder, 'store.duckdb'));
  now = T0;
  fault = 'none';
  onWrite = () => {};
  pipeline = await create();
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

async function create(options: Partial<Omit<PipelineOptions, 'store' | 'clock'>> = {}): Promise<Pipeline> {
  const fragile = fragileStore(store, (call) => {
    if (call === 'write') onWrite();
    if (call === 'begin') begins++;
    return fault;
  });
  const created = await pipelineOn({ store: fragile, rosterOf: () => roster, clock: () => now, maxWaitingReadings: 50, ...options });
  begins = 0; // its own one
  return created;
}

/** Beats number `first`…, one a second. */
function batch(first: number, count: number, fields: object = {}): ReadingBatch {
  return {
    v: 1,
    gateway: 'gateway-1',
    spool: 'spool0001',
    first,
    oldest: 1,
    boot: 'boot',
    sentAt: T0,
    clock: 'synced',
    readings: Array.from({ length: count }, (_, i) => beat(first + i)),
    ...fields,
  };
}
const beat = (n: number, fields: object = {}) => ({
  sensor: 'ant-hr-1',
  at: T0 + n * 1000,
  heartRateBpm: 150,
  beatCount: n % 256,
  ...fields,
});
const bytes = (payload: unknown): Buffer => Buffer.from(JSON.stringify(payload));
const receive = (payload: unknown, of = from) => pipeline.receive(of, payload, bytes(payload));
const committedOf = (spool = 'spool0001') => [...pipeline.books.ledger()].find((entry) => entry.spool === spool)?.ranges;
const storedNumbers = async () => (await store.readings(all)).map(({ number }) => number);
const counted = (counts: object) => ({ received: 0, stored: 0, deadLettered: 0, duplicate: 0, turnedAway: 0, ...counts });

test('a reading is shown at once, stored with the next flush, and committed then', async () => {
  const boards = new Boards(() => roster);
  pipeline = await create({ boards });
  now = T0 + 1500;
  receive(batch(1, 1));
  expect(boards.of('demo', 'main').rows(now)).toMatchObject([{ bpm: 150 }]);
  expect(committedOf()).toEqual([]);
  await pipeline.flush();
  expect(await storedNumbers()).toEqual([1]);
  expect(committedOf()).toEqual([[1, 1]]);
  expect(await store.begin()).toMatchObject({ spools: [{ spool: 'spool0001', ranges: [[1, 1]] }] });
});

test('what an outage held back waits unopened, and live readings are flushed before it', async () => {
  const flushed: Flushed[] = [];
  pipeline = await create({ maxWaitingReadings: 1e6, onFlushed: (each) => flushed.push(each) });
  now = T0 + 3_600_000;
  const backlog = Array.from({ length: 12 }, (_, i) => batch(1 + i * 1000, 1000, { spool: 'backlog1' }));
  for (const each of backlog) receive({ ...each, readings: each.readings.map((r, i) => ({ ...r, at: T0 + i * 1000 })) });
  receive(batch(3599, 1));
  expect(pipeline.books.counts.received).toBe(1);
  await pipeline.flush();
  expect(committedOf()).toEqual([[3599, 3599]]);
  expect(committedOf('backlog1')).toEqual([[1, 8000]]);
  await pipeline.flush();
  expect(committedOf('backlog1')).toEqual([[1, 12_000]]);
  expect(pipeline.held).toBe(0);
  expect(flushed.map(({ spools }) => spools.map(({ spool }) => spool))).toEqual([['backlog1', 'spool0001'].reverse(), ['backlog1']]);
});

test('what comes while a flush makes it gone is stored by the next one', async () => {
  now = T0 + 5500;
  receive(batch(1, 1));
  receive(batch(4, 1, { oldest: 4 }));
  onWrite = () => receive(batch(3, 1));
  await pipeline.flush();
  onWrite = () => {};
  expect(pipeline.held).toBe(1);
  await pipeline.flush();
  expect(await storedNumbers()).toEqual([1, 3, 4]);
  expect(await store.begin()).toMatchObject({ spools: [{ gone: [[2, 2]] }] });
  expect(pipeline.counts).toEqual(counted({ received: 3, stored: 3 }));
});

describe('a store that fails', () => {
  test.each<[StoreFault, number[][], object]>([
    ['before', [], counted({ received: 6, turnedAway: 3, stored: 3 })],
    ['after', [[1, 3]], counted({ received: 6, turnedAway: 3, duplicate: 3 })],
  ])(
    '%s it stored: nothing is kept, a new epoch begins from what it has, and what comes again is taken once',
    async (kind, durable, counts) => {
      const boards = new Boards(() => roster);
      pipeline = await create({ boards });
      now = T0 + 3500;
      receive(batch(1, 3));
      fault = kind;
      await pipeline.flush();
      expect(pipeline).toMatchObject({ isStoreAway: true, failedFlushes: 1, held: 0, epoch: 2 });
      expect(pipeline.books.counts).toEqual(counted({ received: 3, turnedAway: 3 }));
      fault = 'none';
      now += 250;
      await pipeline.flush();
      expect(pipeline).toMatchObject({ isStoreAway: false, epoch: 3 });
      expect(committedOf()).toEqual(durable);
      receive(batch(1, 3));
      now = T0 + 10_000;
      await pipeline.flush();
      expect(await storedNumbers()).toEqual([1, 2, 3]);
      expect(pipeline.counts).toEqual(counts);
      const seconds = await store.memberSeconds({ gym: 'demo', member: 'guest-ant-hr-1', from: 0, until: now, limit: 99 });
      expect(seconds.map(({ at, held }) => [(at - T0) / 1000, held])).toEqual(
        [1, 2, 3, 4, 5, 6, 7, 8].map((second) => [second, second > 3]),
      );
      expect(boards.of('demo', 'main').totals.get('guest-ant-hr-1')).toMatchObject({ seconds: seconds.length });
    },
  );

  test('while it is away: shown, not taken, nothing of it kept', async () => {
    const boards = new Boards(() => roster);
    pipeline = await create({ boards });
    fault = 'away';
    await flushOne(1);
    for (let n = 2; n <= 4; n++) {
      now = T0 + n * 1000 + 500;
      receive(batch(n, 1));
      await pipeline.flush();
    }
    expect(boards.of('demo', 'main').rows(now)).toMatchObject([{ lastReadingAt: T0 + 4000 }]);
    expect(pipeline.held).toBe(0);
    expect(pipeline.counts).toEqual(counted({ received: 4, turnedAway: 4 }));
  });

  test('is asked less and less often, and the back-off ends only when it has stored readings again', async () => {
    fault = 'away';
    await flushOne(1);
    for (let ms = 0; ms < 30_000; ms += 50) {
      now += 50;
      await pipeline.flush();
    }
    // After 250, 500, 1000, 2000, 4000 ms, then every 5 s.
    expect(begins).toBe(9);
    fault = 'before';
    const epoch = pipeline.epoch;
    for (let n = 100; n < 160; n++) {
      await flushOne(n);
      now += 250;
    }
    expect(pipeline.epoch - epoch).toBeLessThanOrEqual(13);
    fault = 'none';
    now += 5000;
    await pipeline.flush();
    await flushOne(200);
    fault = 'before';
    await flushOne(201);
    begins = 0;
    now += 250;
    await pipeline.flush();
    expect(begins).toBe(1);
  });

  test('tells once that an epoch has begun, when all of it is known', async () => {
    const epochs: [number, unknown][] = [];
    pipeline = await create({ onEpoch: () => epochs.push([pipeline.epoch, committedOf()]) });
    fault = 'after';
    await flushOne(1);
    fault = 'none';
    now += 250;
    for (let i = 0; i < 3; i++) await pipeline.flush();
    expect(epochs).toEqual([[3, [[1, 1]]]]);
  });

  async function flushOne(n: number) {
    now = Math.max(now, T0 + n * 1000 + 500);
    receive(batch(n, 1, { readings: [beat(n, { at: now - 100 })] }));
    await pipeline.flush();
  }
});

test('what waits for a slow store is bounded: the rest is shown, counted, and taken when it comes again', async () => {
  for (let first = 1; first <= 51; first += 10) {
    now = T0 + (first + 9) * 1000;
    receive(batch(first, 10));
  }
  expect(pipeline.counts).toEqual(counted({ received: 60, turnedAway: 10 }));
  await pipeline.flush();
  receive(batch(51, 10));
  await pipeline.flush();
  expect(pipeline.counts).toEqual(counted({ received: 70, stored: 60, turnedAway: 10 }));
  expect(await storedNumbers()).toHaveLength(60);
});

test('what an outage held back leaves room for what is live', async () => {
  now = T0 + 3_600_000;
  for (let i = 0; i < 6; i++) receive(batch(1 + i * 10, 10, { spool: 'backlog1' }));
  expect(pipeline.held).toBe(40);
  receive(batch(3590, 10));
  receive(batch(3600, 1));
  expect(pipeline.counts).toEqual(counted({ received: 31, turnedAway: 21 }));
});

test('a fault in showing keeps nothing from the store', async () => {
  pipeline = await create({
    onPicture: () => {
      throw new Error('a page is gone');
    },
  });
  now = T0 + 1500;
  receive(batch(1, 1));
  await pipeline.flush();
  expect(committedOf()).toEqual([[1, 1]]);
});

test('a fault in telling does not store again', async () => {
  pipeline = await create({
    onFlushed: () => {
      throw new Error('a page is gone');
    },
  });
  now = T0 + 1500;
  receive(batch(1, 2));
  await pipeline.flush();
  await pipeline.flush();
  expect(await storedNumbers()).toEqual([1, 2]);
  expect(pipeline.isStoreAway).toBe(false);
});

describe('a batch that is refused', () => {
  const rejected = () => pipeline.books.committed(1).map(({ to, message }) => [to, message.rejected]);

  test.each([
    ['no JSON', '{"v":1,', Buffer.from('{"v":1,')],
    ['of another version', { ...batch(1, 1), v: 2 }, Buffer.from('anything')],
    ['nothing at all', '', Buffer.alloc(0)],
  ])('as unreadable is named by the hash of its bytes: %s', async (_, payload, raw) => {
    pipeline.receive(from, payload, raw);
    expect(pipeline.refusedBatches).toBe(1);
    expect(rejected()).toEqual([
      [from, [{ batch: createHash('sha256').update(raw).digest('hex'), reason: expect.stringMatching(/^batch/) }]],
    ]);
  });

  test('as foreign is not: its gateway has it from another one, or not at all', async () => {
    receive(batch(1, 1));
    const foreign = { ...from, gateway: 'gateway-2' };
    now = T0 + 3_600_000; // late: it waits unopened
    receive(batch(2, 1, { spool: 'spool0002' }));
    receive(batch(3, 1, { gateway: 'gateway-2', spool: 'spool0002' }), foreign);
    now = T0;
    receive(batch(2, 1), foreign);
    receive(batch(2, 1, { gateway: 'gateway-2' }), foreign);
    receive(batch(2, 1), { ...from, gym: 'other' });
    await pipeline.flush();
    expect(pipeline.refusedBatches).toBe(4);
    expect(pipeline.counts).toEqual(counted({ received: 2, stored: 2 }));
    expect(pipeline.books.committed(1).flatMap(({ message }) => message.rejected)).toEqual([]);
    expect(await storedNumbers()).toEqual([1, 2]);
  });
});

test('readings that cannot be stored are kept as dead letters, counted and committed with the others', async () => {
  now = T0 + 5000;
  const readings = [
    beat(1),
    beat(2, { heartRateBpm: 300 }),
    'rubbish',
    beat(4, { at: now + 2 * DAY_MS }),
    beat(5, { at: T0 - 31 * DAY_MS }),
    beat(4),
  ];
  receive(batch(1, 6, { readings }));
  await pipeline.flush();
  expect(committedOf()).toEqual([[1, 6]]);
  expect(await storedNumbers()).toEqual([1, 6]);
  expect(pipeline.counts).toEqual(counted({ received: 6, stored: 2, deadLettered: 4 }));
  const letters = await store.deadLetters({ limit: 9 });
  expect(letters.map(({ number, reason, payload }) => [number, reason, JSON.parse(payload)])).toEqual([
    [2, 'implausible', readings[1]],
    [3, 'implausible', readings[2]],
    [4, 'ahead', readings[3]],
    [5, 'too-old', readings[4]],
  ]);
  expect(letters[0]).toMatchObject({ ...from, spool: 'spool0001', arrivedAt: now, detail: expect.stringContaining('heartRateBpm') });
  expect(await store.begin()).toMatchObject({ spools: [{ ranges: [[1, 6]], deadLettered: 4 }] });
  // They do not come twice either.
  receive(batch(1, 6, { readings }));
  await pipeline.flush();
  expect(await store.deadLetters({ limit: 9 })).toHaveLength(4);
});

describe('a room that the registry does not know', () => {
  let known: boolean;
  let answer: () => Promise<void>;
  const studio = { gym: 'demo', room: 'studio', gateway: 'gateway-2' };
  const late = (n: number) => batch(n, 1, { gateway: 'gateway-2', spool: 'spool0002' });
  beforeEach(async () => {
    known = false;
    answer = async () => {
      known = true;
    };
    pipeline = await create({ prepareRoom: () => answer(), isPrepared: (_, room) => room === 'main' || known });
  });
  /** What was asked of the registry has been answered. */
  const answered = () => new Promise((resolve) => setImmediate(resolve));

  test('is made known, and its readings go on', async () => {
    now = T0 + 1500;
    receive(late(1), studio);
    expect(pipeline.held).toBe(1);
    await answered();
    await pipeline.flush();
    expect(committedOf('spool0002')).toEqual([[1, 1]]);
  });

  test('while the registry is away is not taken, not lost, and holds nobody up', async () => {
    answer = () => Promise.reject(new Error('PGlite is closed'));
    now = T0 + 1500;
    receive(late(1), studio);
    receive(batch(1, 1));
    await answered();
    receive(late(2), studio); // it is not asked again so soon
    await pipeline.flush();
    expect(pipeline).toMatchObject({ isRegistryAway: true, isStoreAway: false, held: 0 });
    expect(committedOf()).toEqual([[1, 1]]);
    expect(committedOf('spool0002')).toEqual([]);
    expect(pipeline.counts).toEqual(counted({ received: 3, stored: 1, turnedAway: 2 }));
    now += 1000;
    answer = async () => {
      known = true;
    };
    for (const n of [1, 2]) receive(late(n), studio);
    await answered();
    await pipeline.flush();
    expect(pipeline.isRegistryAway).toBe(false);
    expect(committedOf('spool0002')).toEqual([[1, 2]]);
  });

  test('when the store fails meanwhile, what was held is not stored twice', async () => {
    const answers: (() => void)[] = [];
    answer = () =>
      new Promise((resolve) => {
        answers.push(resolve);
      });
    now = T0 + 1500;
    receive(late(1), studio);
    receive(batch(1, 1));
    fault = 'before';
    await pipeline.flush();
    fault = 'none';
    now += 250;
    await pipeline.flush();
    receive(late(1), studio);
    expect(answers).toHaveLength(2);
    known = true;
    for (const resolve of answers) resolve();
    await answered();
    await pipeline.flush();
    expect((await store.readings(all)).filter(({ spool }) => spool === 'spool0002')).toHaveLength(1);
    expect(committedOf('spool0002')).toEqual([[1, 1]]);
  });
});

test('at its end it stores what waits', async () => {
  pipeline = await create({ maxWaitingReadings: 1e6 });
  now = T0 + 3_600_000;
  for (let i = 0; i < 10; i++) receive(batch(1 + i * 1000, 1000, { readings: batch(1, 1000).readings }));
  await pipeline.stop();
  expect(committedOf()).toEqual([[1, 10_000]]);
});

test('says why the store is away, until it is back', async () => {
  fault = 'away';
  pipeline.receive(from, batch(1, 2), Buffer.alloc(0));
  await pipeline.flush();
  expect([pipeline.isStoreAway, pipeline.storeFault]).toEqual([true, 'no space left on device']);
  fault = 'none';
  now += 10_000;
  await pipeline.flush();
  expect([pipeline.isStoreAway, pipeline.storeFault]).toEqual([false, undefined]);
});

test('a store that is unsafe from the start: shown, not taken, nothing committed, until it is asked again and is safe', async () => {
  pipeline = await create({ storeFault: 'restart InfluxDB once more' });
  receive(batch(1, 3));
  expect([pipeline.isStoreAway, pipeline.storeFault, committedOf()]).toEqual([true, 'restart InfluxDB once more', undefined]);
  expect(await storedNumbers()).toEqual([]);
  await pipeline.flush();
  expect([pipeline.isStoreAway, begins]).toEqual([false, 1]);
  receive(batch(1, 3));
  await pipeline.flush();
  expect(await storedNumbers()).toEqual([1, 2, 3]);
});

test('a store that does not answer does not stop the boards', async () => {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let isAsked = false;
  const slow = new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'write') return value.bind(target);
      return async (write: never) => {
        isAsked = true;
        await answered;
        return target.write(write);
      };
    },
  });
  let ticks = 0;
  let tickedThrice = () => {};
  const ticked = new Promise<void>((resolve) => {
    tickedThrice = resolve;
  });
  const onTick = () => {
    if (isAsked && ++ticks === 3) tickedThrice();
  };
  const hanging = await pipelineOn({ store: slow, rosterOf: () => roster, clock: () => now, onTick });
  hanging.start();
  hanging.receive(from, batch(1, 2), Buffer.alloc(0));
  await ticked;
  expect(hanging.held).toBe(2);
  answer();
  await hanging.stop();
  expect(hanging.held).toBe(0);
});

test('tells what becomes of what a gateway sends, and who sent it', async () => {
  const fates: string[] = [];
  const words: object[] = [];
  pipeline = await create({
    onFate: ({ gateway }, fate, count) => void fates.push(`${gateway} ${fate} ${count}`),
    onBatch: (_, word) => void words.push(word),
    maxWaitingReadings: 4,
  });
  const told = () => fates.splice(0);
  receive(batch(1, 3));
  expect(told()).toEqual(['gateway-1 taken 3']);
  receive(batch(2, 3));
  expect(told()).toEqual(['gateway-1 duplicate 2', 'gateway-1 taken 1']);
  receive(batch(5, 2));
  expect(told()).toEqual(['gateway-1 deferred 2']);
  await pipeline.flush();
  receive(batch(1, 2));
  expect(told()).toEqual(['gateway-1 duplicate 2']);
  receive(batch(5, 1, { readings: [{ sensor: 'ant-hr-1', at: 'never' }] }));
  expect(told()).toEqual(['gateway-1 deadLettered 1']);
  receive({ v: 2 });
  receive(batch(1, 1, { gateway: 'gateway-9' }));
  expect(told()).toEqual(['gateway-1 refused 1', 'gateway-1 refused 1']);
  expect(words).toHaveLength(5);
  expect(words[0]).toMatchObject({
    boot: expect.any(String),
    spool: 'spool0001',
    sentAt: expect.any(Number),
    newestAt: expect.any(Number),
  });
  expect(words[4]).toMatchObject({ newestAt: undefined });
});

describe("by a processor's clock that may be wrong", () => {
  const wrong = [
    ['1970', 5000],
    ['two days behind', T0 - 2 * DAY_MS],
    ['2106', 4_294_967_295_000],
    ['a year ahead', T0 + 365 * DAY_MS],
  ] as const;

  test.each(wrong)('%s: good readings are deferred, and stored once it is set', async (_, wrongMs) => {
    let doubt: string | undefined = 'It may be wrong.';
    pipeline = await create({ clockDoubt: () => doubt });
    now = wrongMs;
    receive(batch(1, 10));
    await pipeline.flush();
    expect(pipeline.counts).toMatchObject({ received: 10, turnedAway: 10, deadLettered: 0, stored: 0 });
    now = T0 + 10_000;
    doubt = undefined;
    receive(batch(1, 10));
    await pipeline.flush();
    expect(pipeline.counts).toMatchObject({ deadLettered: 0, stored: 10 });
  });

  test('one that is right in itself still sets aside what is absurd', async () => {
    pipeline = await create({ clockDoubt: () => undefined });
    now = T0 - 2 * DAY_MS;
    receive(batch(1, 10));
    await pipeline.flush();
    expect(pipeline.counts).toMatchObject({ deadLettered: 10, turnedAway: 0 });
  });
});

test.each([
  ['ahead', -3000, 10],
  ['late', 15_000, 10],
  ['in time', 100, 0],
])('readings that were just made and come %s are counted as clock faults alike', async (_, lateMs, faults) => {
  const seen: number[] = [];
  const boards = new Boards(() => roster);
  pipeline = await create({ boards, onClock: ({ off, readings }) => seen.push(off, readings) });
  for (let i = 0; i < 10; i++) {
    const at = T0 + i * 1000;
    now = at + lateMs;
    receive({ ...batch(i + 1, 1), sentAt: at, readings: [{ sensor: 'ant-hr-1', at, heartRateBpm: 120 }] });
  }
  expect(boards.of('demo', 'main').clockFaults).toBe(faults);
  expect(seen.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b)).toBe(faults);
});

test('what an outage held back is no clock fault', async () => {
  const boards = new Boards(() => roster);
  pipeline = await create({ boards });
  now = T0 + 600_000;
  receive({ ...batch(1, 10), sentAt: now });
  await pipeline.flush();
  expect(boards.of('demo', 'main').clockFaults).toBe(0);
});
