import { emptyRoster, Roster } from '../../aggregation/roster.js';
import { describeOnInflux } from '../../test-data/influx-server.js';
import { InfluxUnderTest } from '../../test-data/influx-under-test.js';
import { pipelineOn } from '../../test-data/pipeline-on.js';
import { T0 } from '../../test-data/readings.js';

const from = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const roster = new Roster(emptyRoster);

describeOnInflux('a limit of InfluxDB on series', () => {
  test.each([['max-values-per-tag', { INFLUXDB_DATA_MAX_VALUES_PER_TAG: '4' }]])(
    '%s: known members are stored, a new strap is set aside with its reason, and the store is never away',
    async (limit, env) => {
      const influx = await InfluxUnderTest.start(env);
      const store = await influx.open('limited', { direct: true });
      let now = T0;
      const sentences: string[] = [];
      const pipeline = await pipelineOn({ store, rosterOf: () => roster, clock: () => now });
      let next = 1;
      /** Four readings a second of each strap. */
      const send = async (straps: number[], seconds: number) => {
        for (let i = 0; i < seconds; i++) {
          const readings = straps.flatMap((strap) =>
            [0, 250, 500, 750].map((ms) => ({
              sensor: `ant-hr-${strap}`,
              at: now + ms,
              heartRateBpm: 150,
              beatCount: Math.floor((now + ms) / 250) % 256,
            })),
          );
          const batch = {
            v: 1,
            ...{ gateway: from.gateway },
            spool: 'spool0001',
            first: next,
            oldest: next,
            boot: 'boot',
            sentAt: now,
            clock: 'synced',
            readings,
          };
          next += readings.length;
          now += 1000;
          pipeline.receive(from, batch, Buffer.from(JSON.stringify(batch)));
          if (i % 8 === 7 || i === seconds - 1) await pipeline.flush();
          if (pipeline.storeFault !== undefined) sentences.push(pipeline.storeFault);
        }
      };
      await send([1, 2, 3, 4], 8);
      await send([1, 2, 3, 4, 5], 16); // the fifth is one too many
      await send([5], 8); // alone in a flush, too
      await send([1, 2, 3, 4], 2);
      expect({ isStoreAway: pipeline.isStoreAway, failed: pipeline.failedFlushes, epoch: pipeline.epoch, sentences }).toEqual({
        isStoreAway: false,
        failed: 0,
        epoch: 1,
        sentences: [],
      });
      const stored = await store.readings({ gym: 'demo', sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER });
      const count = (strap: number) => stored.filter(({ sensor }) => sensor === `ant-hr-${strap}`).length;
      expect([1, 2, 3, 4, 5].map(count)).toEqual([104, 104, 104, 104, 0]);
      expect(pipeline.counts).toMatchObject({ stored: 416, deadLettered: 96, turnedAway: 0 });
      const { message } = pipeline.books.committed(1)[0]!;
      expect(message.deadLetters).toEqual([{ reason: 'refused', readings: 96, example: expect.stringContaining(`raise ${limit}`) }]);
      expect(message.spools).toMatchObject([{ ranges: [[1, next - 1]] }]);
      expect((await store.begin()).spools).toMatchObject([{ ranges: [[1, next - 1]], deadLettered: 96 }]);
      for (const strap of [1, 4])
        expect((await store.summary({ member: `guest-ant-hr-${strap}`, from: 0, until: now })).seconds).toBeGreaterThan(20);
      await store.close();
      await influx.close();
    },
  );
});
