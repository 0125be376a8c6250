import { describeOnInflux } from '../../test-data/influx-server.js';
import { InfluxUnderTest } from '../../test-data/influx-under-test.js';
import { letterOf, readingAt, recordOf, secondOf, T0 } from '../../test-data/readings.js';
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

  test.each<['reset' | 'lose']>([['reset'], ['lose']])('goes, and a crash meanwhile (%s) hides nothing else', async (fate) => {
    const name = `crash-${fate}`;
    const rows = (member: string, sensor: string, ...at: number[]) =>
      flush({
        seconds: secondsOf(member, ...at),
        readings: at.map((s) => readingAt(s * 1000, { sensor, number: s + 1 })),
        spools: [recordOf('spool0001', { ranges: [[1, 10]] })],
        watermarkAt: T0 + at.at(-1)! * 1000,
      });
    const limits = (s: number) => ({ readingsBefore: T0 + s * 1000, secondsBefore: T0 + s * 1000 });
    let store = await influx.open(name);
    await store.begin();
    await store.write(rows('ada', 'ant-hr-1', 1));
    await store.write(rows('bruno', 'ant-hr-2', 2, 3));
    await store.prune(limits(2));
    const last = rows('ada', 'ant-hr-1', 9);
    await store.write(last);
    // Of readings first, then of member-seconds: all is deleted that should be, and nothing is written after that.
    for (const epoch of [2, 3]) {
      influx.proxy.fateOf = ({ kind }) => (kind === 'write' ? fate : 'pass');
      await expect(store.prune(limits(4))).rejects.toThrow('cannot be reached');
      await expect(store.write(flush({}))).rejects.toMatchObject({ code: 'FLUSH_UNFINISHED' });
      influx.heal();
      await store.close();
      store = await influx.open(name);
      expect(await store.begin()).toEqual({ id: expect.any(String), epoch, watermarkAt: last.watermarkAt, spools: last.spools });
    }
    expect(await store.prune(limits(4))).toEqual({ readings: 0, deadLetters: 0, seconds: 0 });
    expect(await store.readings({ gym: 'demo', sensors: [], ...always })).toEqual(last.readings);
    expect(await store.memberSeconds({ member: 'ada', ...always, limit: 9 })).toEqual(last.seconds);
    const shown = await influx.server.ask(name, 'SHOW SERIES');
    expect(shown.map(({ key }) => String(key).split(',')[0])).toEqual(['member_second', 'reading']);
    expect(await store.deadLetterCounts()).toEqual(new Map());
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
