import { describeOnInflux } from '../../test-data/influx-server.js';
import { InfluxUnderTest } from '../../test-data/influx-under-test.js';
import { letterOf, readingAt, secondOf, T0 } from '../../test-data/readings.js';
import type { StoreWrite, TimeSeriesStore } from '../time-series-store.js';

const always = { from: 0, until: Number.MAX_SAFE_INTEGER };
const flush = (fields: Partial<StoreWrite>): StoreWrite => ({
  readings: [],
  replaced: [],
  seconds: [],
  spools: [],
  deadLetters: [],
  removedDeadLetters: [],
  watermarkAt: T0,
  ...fields,
});

describeOnInflux('what is too old in InfluxDB', () => {
  let influx: InfluxUnderTest;
  beforeAll(async () => {
    influx = await InfluxUnderTest.start();
  });
  afterAll(() => influx.close());
  beforeEach(() => influx.heal());

  const secondsOf = (member: string, ...at: number[]) => at.map((s) => secondOf(s, { member }));
  const membersOf = async (store: TimeSeriesStore) =>
    (await influx.server.ask('forgotten', 'SELECT "beats", "member" FROM "member_second"'))
      .map((row) => row.member)
      .concat((await store.hasMember('ada')) ? ['(ada)'] : []);

  test('goes, and nothing else is hidden by that', async () => {
    const store = await influx.open('forgotten');
    await store.begin();
    // As measured: two series that are emptied, of which one was emptied before, hid the third one.
    const old = (n: number) => ({ readingsBefore: 0, secondsBefore: T0 + n * 1000 });
    await store.write(flush({ seconds: secondsOf('ada', 1) }));
    await store.write(flush({ seconds: secondsOf('bruno', 2, 3), watermarkAt: T0 + 1000 }));
    expect(await store.prune(old(2))).toEqual({ readings: 0, deadLetters: 0, seconds: 1 });
    await store.write(flush({ seconds: secondsOf('ada', 9), watermarkAt: T0 + 2000 }));
    expect(await store.prune(old(4))).toEqual({ readings: 0, deadLetters: 0, seconds: 2 });
    expect(await membersOf(store)).toEqual(['ada', '(ada)']);
    expect(await store.memberSeconds({ member: 'ada', ...always, limit: 9 })).toEqual(secondsOf('ada', 9));
    await store.close();
  });

  test('is left to the retention of a database that deletes nothing', async () => {
    influx.proxy.version = '3.2.1';
    await influx.server.ask('', 'CREATE DATABASE "kept"');
    const store = await influx.open('kept');
    await store.begin();
    await store.write(flush({ seconds: secondsOf('ada', 1), readings: [readingAt(1)], deadLetters: [letterOf(1)] }));
    const limits = { readingsBefore: T0 + 9000, secondsBefore: T0 + 9000 };
    for (const deadLetters of [1, 0]) expect(await store.prune(limits)).toEqual({ readings: 0, deadLetters, seconds: 0 });
    expect(influx.proxy.seen.filter(({ kind }) => kind === 'delete')).toEqual([]);
    expect(influx.logged.filter(({ msg }) => String(msg).includes('goes by the retention of its database'))).toHaveLength(1);
    await store.close();
  });

  test('goes by a time between two milliseconds as well', async () => {
    const store = await influx.open('fraction');
    await store.begin();
    const readings = [0, 1, 2].map((ms) => readingAt(ms));
    await store.write(flush({ readings, seconds: secondsOf('ada', 0, 1) }));
    const limits = { readingsBefore: T0 + 1.3, secondsBefore: T0 + 0.5 };
    expect(await store.prune(limits)).toEqual({ readings: 1, deadLetters: 0, seconds: 0 });
    expect(await store.readings({ gym: 'demo', sensors: [], ...always })).toEqual(readings.slice(1));
    await store.close();
  });
});
