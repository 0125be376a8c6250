import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ranges } from '@pulseboard/contract';
import fc from 'fast-check';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { type Arrival, disturbed } from '../test-data/arrivals.js';
import { fragileStore, type StoreFault } from '../test-data/fragile-store.js';
import { boardsAgree, expectedOf, foundIn, same } from '../test-data/oracle.js';
import { ProcessorRun } from '../test-data/processor-run.js';
import { between, createRandom, pick } from '../test-data/random.js';
import { T0 } from '../test-data/readings.js';
import { simulatedClass } from '../test-data/simulated-class.js';

const MEMBERS = ['ada', 'bruno', 'guest-ant-hr-3', 'guest-ble-a0b1c2d3e4f6', 'guest-ant-hr-1'];
const all = { sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER };
const MAX_RESENDS = 20;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-faults-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** received = stored + deadLettered + duplicate + waiting + turnedAway, in each epoch and in all of them. */
function balances({ pipeline: { books, counts } }: ProcessorRun): void {
  for (const { received, stored, deadLettered, duplicate, turnedAway } of [books.counts, counts])
    expect(stored + deadLettered + duplicate + turnedAway + books.waiting).toBe(received);
}

const committedOf = ({ pipeline }: ProcessorRun): Map<string, Ranges> =>
  new Map([...pipeline.books.ledger()].map(({ spool, ranges }) => [spool, new Ranges(ranges)]));

/** What the gateways still hold. */
function uncommitted(run: ProcessorRun, arrivals: readonly Arrival[]): Arrival[] {
  const committed = committedOf(run);
  return arrivals.filter(({ batch: { spool, first, readings } }) => readings.some((_, i) => !committed.get(spool)?.has(first + i)));
}

let runs = 0;

test('whatever fails, before or after it was stored: nothing is lost, nothing twice, and all comes out as without the fault', async () => {
  let epochs = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (seed) => {
      const random = createRandom(seed);
      const gym = `gym-${++runs}`;
      let fault: StoreFault = 'none';
      let real!: DuckDbTimeSeriesStore;
      const openStore = async () => {
        real = await DuckDbTimeSeriesStore.open(join(folder, `${gym}.duckdb`));
        return fragileStore(real, () => fault);
      };
      const { rooms, readings } = simulatedClass(seed, { gym, seconds: 40 });
      const arrivals = disturbed(readings, random);
      const run = await ProcessorRun.start(openStore, T0);

      for (let i = 0; i < arrivals.length; ) {
        const until = Math.max(run.now, arrivals[i]!.at) + between(random, 100, 4000);
        const first = i;
        while (i < arrivals.length && arrivals[i]!.at <= until) i++;
        // What was sent before comes again: nobody told the gateway.
        const again = uncommitted(run, arrivals.slice(0, first)).filter(() => random() < 0.3);
        fault = pick(random, ['none', 'none', 'none', 'before', 'after', 'away']);
        await run.take([...again, ...arrivals.slice(first, i)], until);
        balances(run);
        const stored = new Set((await real.readings({ gym, ...all })).map(({ spool, number }) => `${spool} ${number}`));
        for (const [spool, ranges] of committedOf(run))
          for (const [from, to] of ranges.toArray())
            for (let n = from; n <= to; n++) if (!stored.has(`${spool} ${n}`)) throw new Error(`${spool} ${n} is committed, not stored`);
        if (random() < 0.05) {
          fault = 'none';
          await run.restart();
        }
      }

      fault = 'none';
      for (let resends = 0; uncommitted(run, arrivals).length > 0; resends++) {
        expect(resends).toBeLessThan(MAX_RESENDS);
        await run.take(uncommitted(run, arrivals), run.now + 6000);
        balances(run);
      }
      await run.take([], run.now + 30_000);
      epochs += run.pipeline.epoch;
      same(await foundIn(real, gym, rooms, MEMBERS), expectedOf(readings));
      same(await real.readings({ gym, ...all }), readings);
      await boardsAgree(run.boards, real, gym);
      await real.close();
    }),
    { numRuns: 3, endOnFailure: true },
  );
  expect(epochs).toBeGreaterThan(2 * runs);
});
