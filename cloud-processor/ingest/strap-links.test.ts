import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Roster } from '../aggregation/roster.js';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { openPglite } from '../registry/pglite-database.js';
import type { Registry } from '../registry/registry.js';
import { SqlRegistry } from '../registry/sql-registry.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { type Arrival, batchesOf } from '../test-data/arrivals.js';
import { antReadings, bleReadings } from '../test-data/dual-strap.js';
import { fragileStore, type StoreFault } from '../test-data/fragile-store.js';
import { beatTimes } from '../test-data/hearts.js';
import { boardsAgree, expectedOf, foundIn, same } from '../test-data/oracle.js';
import { ProcessorRun } from '../test-data/processor-run.js';
import { between, createRandom, type Random } from '../test-data/random.js';
import { T0 } from '../test-data/readings.js';
import { heardBy } from '../test-data/strap-trial.js';
import { NoWordOfOperatorError, StrapLinkedElsewhereError } from './strap-links.js';

let folder: string;
let registry: Registry;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-links-'));
  registry = await SqlRegistry.open(await openPglite(join(folder, 'registry')));
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

/** Each test has a gym of its own, and a store. */
let gym: string;
let fault: StoreFault;
let runs = 0;
beforeEach(() => {
  gym = `gym-${++runs}`;
  fault = 'none';
});
const openStore = async () => fragileStore(await DuckDbTimeSeriesStore.open(join(folder, `${gym}.duckdb`)), () => fault);
const start = (of: Registry = registry) => ProcessorRun.start(openStore, T0, of);

const SECONDS = 60;
/** Everybody works at the same heart rate: one heart for each list of sensors. */
function readingsOf(hearts: readonly (readonly string[])[], random: Random, seconds = SECONDS): StoredReading[] {
  const lists = hearts.flatMap((sensors) => {
    const beats = beatTimes({ bpm: () => 140, effort: 0.7 }, seconds * 1000, random);
    return sensors.map((sensor) =>
      sensor.startsWith('ant')
        ? antReadings(sensor, beats, T0, { loss: 0.03 }, random)
        : bleReadings(sensor, beats, T0, { loss: 0 }, random),
    );
  });
  return heardBy(lists).map((reading) => ({ ...reading, gym }));
}
const DUAL = [['ant-hr-1', 'ble-1']];
const pair = { sensor: 'ble-1', twin: 'ant-hr-1' };
const arrivalsOf = (readings: readonly StoredReading[]) => batchesOf(readings, () => 4);
const linksOf = async () => (await registry.strapLinks()).filter((link) => link.gym === gym).map(({ gym: _, ...link }) => link);
const shownOn = (run: ProcessorRun) => [...run.boards.of(gym, 'main').shown()].map(({ member }) => member).sort();

/** Takes what comes, second by second, and waits for the registry each time, until something is so. @returns what is still to come */
async function takeUntil(
  run: ProcessorRun,
  arrivals: readonly Arrival[],
  isSo: () => Promise<boolean> | boolean,
): Promise<readonly Arrival[]> {
  let left = arrivals;
  while (left.length > 0 && !(await isSo())) {
    const until = run.now + 1000;
    const first = left.findIndex(({ at }) => at > until);
    const now = first < 0 ? left : left.slice(0, first);
    left = left.slice(now.length);
    await run.take(now, until);
    await run.links.idle();
  }
  return left;
}
const isFound = async () => (await linksOf()).length > 0;
const never = () => false;

/** Some seconds of silence: every second is closed, and every link settled. */
async function finish(run: ProcessorRun): Promise<void> {
  for (let s = 0; s < 8; s++) {
    await run.links.idle();
    await run.take([], run.now + 5000);
  }
  await run.links.idle();
}

/** The store holds what it would had the links been known from the start, and the boards show it, if they saw all of it. */
async function agreesWithOracle(run: ProcessorRun, readings: readonly StoredReading[], sawAll = true): Promise<void> {
  const who = new Roster(await registry.roster(gym));
  const sensors = [...new Set(readings.map(({ sensor }) => sensor))];
  const members = ['ada', 'ivo', ...sensors.map((sensor) => `guest-${sensor}`)];
  same(await foundIn(run.store, gym, ['main'], members), expectedOf(readings, who));
  if (sawAll) await boardsAgree(run.boards, run.store, gym);
  expect((await linksOf()).filter(({ settled }) => !settled)).toEqual([]);
}

test('a strap that speaks both is one guest from its first second on, and leaves the board once, as one', async () => {
  const run = await start();
  const readings = readingsOf(DUAL, createRandom(1));
  const arrivals = arrivalsOf(readings);
  const shown: string[] = [];
  await run.takeAll(
    arrivals,
    () => 250,
    async () => {
      await run.links.idle();
      shown.push(shownOn(run).join(' '));
    },
  );
  // Two, then one: nobody comes back or goes for a moment.
  const changes = shown.filter((now, i) => now !== shown[i - 1]);
  expect(changes).toEqual(['guest-ant-hr-1', 'guest-ant-hr-1 guest-ble-1', 'guest-ant-hr-1']);
  expect(run.left).toEqual(['guest-ble-1']);
  await finish(run);
  expect(await linksOf()).toEqual([{ ...pair, state: 'found', from: expect.any(Number), foundAt: expect.any(Number), settled: true }]);
  expect((await linksOf())[0]!.from).toBe(Math.floor(readings[0]!.at / 1000) * 1000);
  await agreesWithOracle(run, readings);
  expect((await run.store.memberSeconds({ gym, member: 'guest-ble-1', from: 0, until: T0 * 2, limit: 9 })).length).toBe(0);
  await run.store.close();
});

test('however late a link is found or said, taken back, lost by a crash: all is as had it been so from the start', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      gym = `gym-${++runs}`;
      const random = createRandom(seed);
      const run = await start();
      const hearts = [['ant-hr-1', 'ble-1'], ['ant-hr-2', 'ble-2'], ['ant-hr-3'], ['ble-4']];
      const readings = readingsOf(hearts, random);
      await registry.ensureRoom(gym, 'main');
      await registry.addMembers(gym, [{ member: 'ada', nickname: 'Ada', consent: true, sensors: ['ant-hr-2'] }], 0);
      await registry.addMembers(gym, [{ member: 'ivo', nickname: 'Ivo', consent: true, sensors: ['ble-4'] }], 0);
      await run.restart();
      const pairs = [
        pair,
        { sensor: 'ble-2', twin: 'ant-hr-2' },
        { sensor: 'ble-4', twin: 'ant-hr-3' },
        { sensor: 'ble-1', twin: 'ant-hr-3' },
      ];
      const operate = async () => {
        const of = pairs[between(random, 0, 3)]!;
        const word = random() < 0.3 ? run.links.unsay(gym, of) : run.links.say(gym, of, random() < 0.5);
        await word.catch((error) => {
          if (!(error instanceof NoWordOfOperatorError || error instanceof StrapLinkedElsewhereError)) throw error;
        });
      };
      let sawAll = true;
      await run.takeAll(
        arrivalsOf(readings),
        () => between(random, 100, 3000),
        async () => {
          if (random() < 0.15) await operate();
          if (random() < 0.5) await run.links.idle();
          if (random() < 0.06) {
            await run.links.idle(); // it was its own process, and its registry
            await run.restart();
            sawAll = false;
          }
        },
      );
      await finish(run);
      await agreesWithOracle(run, readings, sawAll);
      expect((await linksOf()).filter(({ state }) => state === 'withdrawn')).toEqual([]);
      await run.store.close();
    }),
    { numRuns: 2, endOnFailure: true },
  );
});

test('a crash between the registry and the store: the next process makes good', async () => {
  const run = await start();
  const readings = readingsOf(DUAL, createRandom(2));
  const guestSeconds = async () =>
    (await run.store.memberSeconds({ gym, member: 'guest-ble-1', from: 0, until: T0 * 2, limit: 99 })).length;
  const left = await takeUntil(run, arrivalsOf(readings), isFound);
  expect(await linksOf()).toMatchObject([{ state: 'found', settled: false }]);
  expect(await guestSeconds()).toBeGreaterThan(10);
  await run.restart();
  await run.take([], run.now);
  expect(await guestSeconds()).toBe(0);
  await takeUntil(run, left, never);
  await finish(run);
  await agreesWithOracle(run, readings, false);
  await run.store.close();
});

test.each<[string, StoreFault]>([
  ['it was not written', 'before'],
  ['it was written, and nobody was told', 'after'],
  ['the store is away for a while', 'away'],
])('the store fails in the flush that takes a link over, and %s: the link waits', async (_, how) => {
  const run = await start();
  const readings = readingsOf(DUAL, createRandom(3));
  const arrivals = arrivalsOf(readings);
  const left = await takeUntil(run, arrivals, isFound);
  fault = how;
  await run.take([], run.now + 250);
  expect(run.pipeline.isStoreAway).toBe(true);
  expect(await linksOf()).toMatchObject([{ settled: false }]);
  fault = 'none';
  for (let s = 0; s < 30; s++) await run.take([], run.now + 1000);
  expect(run.pipeline.isStoreAway).toBe(false);
  // What was not committed comes again.
  await run.take([...arrivals.slice(0, -left.length), ...left], Math.max(run.now, T0 + SECONDS * 1000));
  await finish(run);
  await agreesWithOracle(run, readings);
  await run.store.close();
});

test('a registry that fails stops nothing: the link is found again', async () => {
  let isAway = true;
  const away = ['saveStrapLink', 'strapLinks'];
  let refused = 0;
  const fragile = new Proxy(registry, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (!isAway || !isStarted || !away.includes(String(name))) return value.bind(target);
      return async () => {
        refused++;
        throw new Error('the registry does not answer');
      };
    },
  });
  let isStarted = false;
  const run = await start(fragile);
  isStarted = true;
  const readings = readingsOf(DUAL, createRandom(4));
  const left = await takeUntil(run, arrivalsOf(readings), () => refused > 2);
  expect(refused).toBeGreaterThan(2);
  expect(await linksOf()).toEqual([]);
  expect(shownOn(run)).toEqual(['guest-ant-hr-1', 'guest-ble-1']);
  await expect(run.links.say(gym, pair, true)).rejects.toThrow('the registry does not answer');
  isAway = false;
  await takeUntil(run, left, never);
  await finish(run);
  await agreesWithOracle(run, readings);
  expect(await linksOf()).toHaveLength(1);
  await run.store.close();
});

describe('an operator', () => {
  let run: ProcessorRun;
  const readings = () => readingsOf([...DUAL, ['ant-hr-2'], ['ble-2']], createRandom(5), 40);
  beforeEach(async () => {
    run = await start();
    await takeUntil(run, arrivalsOf(readings()), never);
    await finish(run);
  });
  afterEach(() => run.store.close());

  test('parts what was found, and it is not found again; the word taken back, it counts again from where it did', async () => {
    const [found] = await linksOf();
    expect(await run.links.say(gym, pair, false)).toEqual({ ...found, state: 'overruled', settled: false });
    await finish(run);
    expect(await linksOf()).toEqual([{ ...found, state: 'overruled' }]);
    await agreesWithOracle(run, readings());
    await run.links.unsay(gym, pair);
    await finish(run);
    expect(await linksOf()).toEqual([found]);
    await agreesWithOracle(run, readings());
  });

  test('links what beats cannot tell, for as long as it was there', async () => {
    const two = { sensor: 'ble-2', twin: 'ant-hr-2' };
    const given = await run.links.say(gym, two, true);
    expect(given).toEqual({ ...two, state: 'given', from: T0, settled: false });
    expect(await run.links.say(gym, two, true)).toEqual(given);
    await finish(run);
    await agreesWithOracle(run, readings());
    await run.links.unsay(gym, two);
    await finish(run);
    expect(run.links.of(gym)).toHaveLength(1);
    await agreesWithOracle(run, readings());
  });

  test('says what the beats said already: then nothing is derived anew', async () => {
    const [found] = await linksOf();
    expect(await run.links.say(gym, pair, true)).toEqual({ ...found, state: 'given' });
    await run.links.unsay(gym, pair);
    expect(await linksOf()).toEqual([found]);
  });

  test('says of two that they are two before anybody said that they are one, and takes it back', async () => {
    const two = { sensor: 'ble-2', twin: 'ant-hr-2' };
    expect(await run.links.say(gym, two, false)).toMatchObject({ state: 'overruled', settled: true });
    await run.links.unsay(gym, two);
    expect(await linksOf()).toHaveLength(1);
  });

  test('is told what cannot be', async () => {
    const refused = (what: Promise<unknown>, error: new () => Error, sentence: RegExp) =>
      Promise.all([expect(what).rejects.toThrow(error), expect(what).rejects.toThrow(sentence)]);
    await refused(
      run.links.say(gym, { sensor: 'ble-1', twin: 'ant-hr-2' }, true),
      StrapLinkedElsewhereError,
      /^ble-1 is linked to ant-hr-1 already; say of those two first/,
    );
    await refused(
      run.links.say(gym, { sensor: 'ble-2', twin: 'ant-hr-1' }, true),
      StrapLinkedElsewhereError,
      /ble-1 is linked to ant-hr-1/,
    );
    await refused(run.links.unsay(gym, pair), NoWordOfOperatorError, /^No operator has said anything of ble-1 and ant-hr-1/);
    await refused(run.links.unsay(gym, { sensor: 'ble-9', twin: 'ant-hr-9' }), NoWordOfOperatorError, /ble-9/);
    await run.links.say(gym, pair, false);
    await run.links.say(gym, { sensor: 'ble-1', twin: 'ant-hr-2' }, true);
    await refused(run.links.unsay(gym, pair), StrapLinkedElsewhereError, /ble-1 is linked to ant-hr-2/);
  });
});
