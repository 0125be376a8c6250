import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { inOrder, type StoredReading } from '../aggregation/stored-reading.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { batchesOf, disturbed, heldBack } from '../test-data/arrivals.js';
import { boardsAgree, expectedOf, foundIn, same } from '../test-data/oracle.js';
import { ProcessorRun } from '../test-data/processor-run.js';
import { between, createRandom } from '../test-data/random.js';
import { T0 } from '../test-data/readings.js';
import { type SimulatedClass, simulatedClass } from '../test-data/simulated-class.js';

const MEMBERS = ['ada', 'bruno', 'guest-ant-hr-3', 'guest-ble-a0b1c2d3e4f6', 'guest-ant-hr-1'];
const HOUR_MS = 3_600_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-order-'));
});
afterAll(() => rm(folder, { recursive: true }));

const openStore = (name: string) => () => DuckDbTimeSeriesStore.open(join(folder, `${name}.duckdb`));

/** Each run has an hour of its own, each class a gym, so that all share a file and a flush. */
let runs = 0;
function classesOf(seeds: readonly number[]) {
  const begin = T0 + ++runs * HOUR_MS;
  return { begin, classes: seeds.map((seed, i) => simulatedClass(seed, { gym: `gym-${runs}-${i}`, begin, seconds: 40 })) };
}

async function agreesWithOracle(run: ProcessorRun, classes: readonly SimulatedClass[]): Promise<void> {
  for (const { gym, rooms, readings } of classes) {
    same(await foundIn(run.store, gym, rooms, MEMBERS), expectedOf(readings));
    same(await run.store.readings({ gym, sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER }), readings);
  }
}

const seeds = (count: number) => fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: count, maxLength: count });

test('the same readings in order, and shuffled, late and duplicated, give the same seconds and totals, to the last digit', async () => {
  const run = await ProcessorRun.start(openStore('ordered'), T0);
  const other = await ProcessorRun.start(openStore('disturbed'), T0);
  await fc.assert(
    fc.asyncProperty(seeds(2), async (list) => {
      const { begin, classes } = classesOf(list);
      const readings = classes.flatMap((each) => each.readings);
      const random = createRandom(list[0]!);
      run.now = other.now = begin;
      const inOrderOfTime = batchesOf(readings, () => 4);
      await run.takeAll(inOrderOfTime, () => 2500);
      const inAnyOrder = disturbed(readings, random);
      await other.takeAll(inAnyOrder, () => between(random, 100, 8000));
      for (const each of [run, other]) {
        await agreesWithOracle(each, classes);
        for (const { gym } of classes) await boardsAgree(each.boards, each.store, gym);
      }
    }),
    { numRuns: 1, endOnFailure: true },
  );
  await run.store.close();
  await other.store.close();
});

test('so they do when the processor is restarted in the middle', async () => {
  const run = await ProcessorRun.start(openStore('restarted'), T0);
  await fc.assert(
    fc.asyncProperty(seeds(3), async (list) => {
      const { begin, classes } = classesOf(list);
      const random = createRandom(list[0]!);
      run.now = begin;
      const arrivals = disturbed(
        classes.flatMap((each) => each.readings),
        random,
      );
      await run.takeAll(
        arrivals,
        () => between(random, 100, 8000),
        async () => {
          if (random() < 0.1) await run.restart();
        },
      );
      await agreesWithOracle(run, classes);
    }),
    { numRuns: 1, endOnFailure: true },
  );
  await run.store.close();
});

test('so they do when hours of them are held back, and come oldest first between live ones', async () => {
  const run = await ProcessorRun.start(openStore('held-back'), T0);
  await fc.assert(
    fc.asyncProperty(seeds(2), async (list) => {
      const random = createRandom(list[0]!);
      const begin = T0 + ++runs * 24 * HOUR_MS;
      // Of each gym's day a few stretches; the straps are heard in all of them, and the first three come hours late.
      const stretches = [0, 1, 2.5, 5].map((hours) => begin + hours * HOUR_MS);
      const classes = list.map((seed, i) => {
        const gym = `gym-${runs}-${i}`;
        const parts = stretches.map((from, part) => simulatedClass(seed + part, { gym, begin: from, seconds: 40 }));
        return { gym, rooms: parts[0]!.rooms, readings: renumbered(parts.flatMap(({ readings }) => readings)) };
      });
      const arrivals = heldBack(
        classes.flatMap(({ readings }) => readings),
        stretches[0]! + 10_000,
        stretches[3]! + 5000,
        between(random, 20, 200),
        between(random, 50, 2000),
      );
      run.now = begin;
      await run.takeAll(arrivals, () => between(random, 250, 3000));
      await agreesWithOracle(run, classes);
      for (const { gym } of classes) await boardsAgree(run.boards, run.store, gym);
    }),
    { numRuns: 1, endOnFailure: true },
  );
  await run.store.close();
});

/** Each spool goes on through all stretches. */
function renumbered(readings: readonly StoredReading[]): StoredReading[] {
  const numbers = new Map<string, number>();
  return [...readings].sort(inOrder).map((reading) => {
    const number = (numbers.get(reading.spool) ?? 0) + 1;
    numbers.set(reading.spool, number);
    return { ...reading, number };
  });
}
