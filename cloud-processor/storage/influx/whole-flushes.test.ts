import { Ranges } from '@pulseboard/contract';
import fc from 'fast-check';
import { type Arrival, disturbed } from '../../test-data/arrivals.js';
import type { Fate } from '../../test-data/fault-proxy.js';
import { describeOnInflux } from '../../test-data/influx-server.js';
import { InfluxUnderTest } from '../../test-data/influx-under-test.js';
import { boardsAgree, expectedOf, foundIn, same } from '../../test-data/oracle.js';
import { ProcessorRun } from '../../test-data/processor-run.js';
import { between, createRandom, pick } from '../../test-data/random.js';
import { RandomFlushes } from '../../test-data/random-flushes.js';
import { T0 } from '../../test-data/readings.js';
import { simulatedClass } from '../../test-data/simulated-class.js';
import { TwinStores } from '../../test-data/twin-stores.js';

const MEMBERS = ['ada', 'bruno', 'guest-ant-hr-3', 'guest-ble-a0b1c2d3e4f6', 'guest-ant-hr-1'];
const RETRY_MS = 250;
const FLUSHES = 10;
const FAULTS: readonly Fate[] = [
  'reset',
  'lose',
  'lose',
  { status: 500 },
  { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><h1>Bad gateway</h1></html>' },
  { status: 503, headers: { 'retry-after': '1' } },
  { status: 429 },
  { status: 401 },
  { status: 413 },
];

describeOnInflux('flushes while requests fail', () => {
  let influx: InfluxUnderTest;
  let runs = 0;
  beforeAll(async () => {
    influx = await InfluxUnderTest.start();
  });
  afterAll(() => influx.close());
  beforeEach(() => influx.heal());

  test('each is there as a whole or not at all, and what is there is what another store has', async () => {
    let finished = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (seed) => {
        influx.heal();
        const random = createRandom(seed);
        const name = `flushes-${++runs}`;
        const flushes = new RandomFlushes(random);
        const store = await influx.open(name, { patience: { ...influx.patience, mostMs: 1500 } });
        const twins = new TwinStores(store, await influx.openOracle(name), {
          inhabitants: flushes.inhabitants,
          wait: async () => {
            influx.waitedMs += RETRY_MS;
          },
        });
        await twins.begin();
        for (let n = 0; n < FLUSHES; n++) {
          influx.proxy.fateOf = () => (random() < 0.25 ? pick(random, FAULTS) : 'pass');
          await twins.write(flushes.next());
          influx.proxy.fateOf = () => 'pass';
          if (n === FLUSHES / 2) await twins.agree();
        }
        await twins.agreeAndClose();
        finished += twins.finished;
      }),
      { numRuns: 4, endOnFailure: true },
    );
    expect(finished).toBeGreaterThan(0);
  });

  test('under the pipeline: nothing is lost, nothing twice, and every second is that of all readings together', async () => {
    const random = createRandom(7);
    const gym = 'gym-7';
    const { rooms, readings } = simulatedClass(7, { gym, seconds: 30 });
    const arrivals = disturbed(readings, random);
    const patience = { ...influx.patience, mostMs: 1500 };
    const run = await ProcessorRun.start(() => influx.open('pipeline', { patience }), T0);
    const isCommitted = ({ batch: { spool, first, readings: some } }: Arrival) => {
      const committed = new Ranges([...run.pipeline.books.ledger()].find((each) => each.spool === spool)?.ranges ?? []);
      return some.every((_, i) => committed.has(first + i));
    };
    let epochs = 0;
    for (let i = 0; i < arrivals.length; ) {
      const until = Math.max(run.now, arrivals[i]!.at) + between(random, 500, 4000);
      const first = i;
      while (i < arrivals.length && arrivals[i]!.at <= until) i++;
      const again = arrivals.slice(0, first).filter((arrival) => !isCommitted(arrival) && random() < 0.3);
      influx.proxy.fateOf = () => (random() < 0.12 ? pick(random, FAULTS) : 'pass');
      await run.take([...again, ...arrivals.slice(first, i)], until);
      influx.waitedMs += RETRY_MS;
      if (random() < 0.1) {
        influx.heal();
        epochs += run.pipeline.epoch;
        await run.restart();
      }
    }
    influx.heal();
    for (let resends = 0; !arrivals.every(isCommitted); resends++) {
      expect(resends).toBeLessThan(20);
      await run.take(
        arrivals.filter((arrival) => !isCommitted(arrival)),
        run.now + 6000,
      );
    }
    await run.take([], run.now + 30_000);
    expect(epochs + run.pipeline.epoch).toBeGreaterThan(3);
    same(await foundIn(run.store, gym, rooms, MEMBERS), expectedOf(readings));
    same(await run.store.readings({ gym, sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER }), readings);
    await boardsAgree(run.boards, run.store, gym);
    await run.store.close();
  });
});
