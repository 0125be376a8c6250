import { join } from 'node:path';
import { describeOnInflux, InfluxServer } from '../../test-data/influx-server.js';
import { InfluxUnderTest } from '../../test-data/influx-under-test.js';
import { flushNumber, inhabitants } from '../../test-data/numbered-flushes.js';
import { readingAt, recordOf, secondOf, T0 } from '../../test-data/readings.js';
import { contentOf } from '../../test-data/store-content.js';
import type { StoreWrite, TimeSeriesStore } from '../time-series-store.js';

const anId = expect.stringMatching(/^[0-9a-f]{16}$/);

const all = { gym: 'demo', sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER };
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

describeOnInflux('what InfluxDB answers', () => {
  let influx: InfluxUnderTest;
  beforeAll(async () => {
    influx = await InfluxUnderTest.start();
  });
  afterAll(() => influx.close());
  beforeEach(() => influx.heal());

  /** What a store has after flushes that went well. */
  async function expectContent(store: TimeSeriesStore, name: string, flushes: number): Promise<void> {
    const oracle = await influx.openOracle(`${name}-${flushes}`);
    await oracle.begin();
    for (let n = 1; n <= flushes; n++) await oracle.write(flushNumber(n));
    const [found, due] = [await contentOf(store, inhabitants), await contentOf(oracle, inhabitants)];
    await oracle.close();
    expect(found).toEqual(due);
  }
  const ofLines = ({ kind }: { kind: string }) => kind === 'write';

  describe('401: the login', () => {
    let guarded: InfluxServer;
    beforeAll(async () => {
      guarded = await InfluxServer.start(join(influx.folder, 'guarded'), { INFLUXDB_HTTP_AUTH_ENABLED: 'true' });
      await guarded.ask('', `CREATE USER "ada" WITH PASSWORD 'open sesame' WITH ALL PRIVILEGES`);
    });
    afterAll(() => guarded.kill());
    const login = { user: 'ada', password: 'open sesame' };

    test('is refused at the start in a sentence without the secret, and taken when it is right', async () => {
      const url = guarded.url;
      const refused = await influx.open('login', { url, ...login, password: 'Open Sesame!' }).catch((error: Error) => error);
      expect(refused).toMatchObject({
        code: 'STORE_OPEN_FAILED',
        message: `The store cannot be opened: InfluxDB at ${url} refuses the token or user (401: authorization failed); set PULSEBOARD_INFLUX_TOKEN, or PULSEBOARD_INFLUX_USER and PULSEBOARD_INFLUX_PASSWORD.`,
      });
      await expect(influx.open('login', { url })).rejects.toThrow('401: unable to parse authentication credentials');
      const store = await influx.open('login', { url, ...login });
      await store.begin();
      await store.write(flushNumber(1));
      await expectContent(store, 'login', 1);
      await store.close();
      expect(JSON.stringify(influx.logged)).not.toMatch(/sesame|b3BlbiBzZXNhbWU/i);
    });

    test('a token goes as one', async () => {
      influx.proxy.fateOf = () => ({ status: 401, body: '{"code":"unauthorized","message":"unauthorized access"}' });
      const refused = await influx.open('token', { token: 'top-secret' }).catch((error: Error) => error);
      expect((refused as Error).message).toContain('(401: unauthorized access)');
      expect((refused as Error).message).not.toContain('top-secret');
      expect(influx.proxy.seen[0]!.headers.authorization).toBe('Token top-secret');
    });

    test('that changes while the processor runs: the store is away, and has all when it is right again', async () => {
      const store = await influx.open('changed');
      await store.begin();
      await store.write(flushNumber(1));
      influx.proxy.fateOf = () => ({ status: 401 });
      await expect(store.write(flushNumber(2))).rejects.toMatchObject({ code: 'INFLUX_LOGIN' });
      await expect(store.begin()).rejects.toMatchObject({ code: 'INFLUX_LOGIN' });
      await expect(store.write(flushNumber(3))).rejects.toMatchObject({ code: 'FLUSH_UNFINISHED' });
      influx.heal();
      expect(await store.begin()).toMatchObject({ epoch: 2, watermarkAt: flushNumber(2).watermarkAt });
      await expectContent(store, 'changed', 2);
      await store.close();
    });
  });

  describe('404: no such database', () => {
    test('InfluxDB 1 makes it, with a word in the log, even when somebody dropped it', async () => {
      const store = await influx.open('dropped');
      await store.begin();
      await store.write(flushNumber(1));
      await influx.server.ask('', 'DROP DATABASE "dropped"');
      await store.write(flushNumber(2));
      expect(await store.readings(all)).toEqual(flushNumber(2).readings);
      const words = influx.logged.filter(
        ({ database, msg }) => database === 'dropped' && String(msg).includes('it is made now, and empty'),
      );
      expect(words).toHaveLength(2);
      await store.close();
    });

    test('InfluxDB 2 does not, so a person must', async () => {
      influx.proxy.version = 'v2.7.11';
      influx.proxy.fateOf = ({ kind }) =>
        kind === 'ping' ? 'pass' : { status: 404, body: '{"code":"not found","message":"bucket not found"}' };
      await expect(influx.open('bucket')).rejects.toThrow(
        /^The store cannot be opened: .* has no such database \(404: bucket not found\); make bucket \(of InfluxDB 2 a bucket\), or set PULSEBOARD_INFLUX_DATABASE/,
      );
    });
  });

  test('413: a flush goes in smaller requests; a line that is too large by itself is a dead letter', async () => {
    const store = await influx.open('large');
    await store.begin();
    influx.proxy.fateOf = ({ kind, text }) => (kind === 'write' && text.length > 3000 ? { status: 413 } : 'pass');
    await store.write(flushNumber(1));
    expect(influx.proxy.seen.filter(ofLines).length).toBeGreaterThan(4);
    await expectContent(store, 'large', 1);
    const readings = [
      readingAt(5000, { number: 1 }),
      readingAt(5001, { number: 2, raw: '00'.repeat(2000) }),
      readingAt(5002, { number: 3 }),
    ];
    const spools = [recordOf(readings[0]!.spool, { ranges: [[1, 3]] })];
    await expect(store.write(flush({ readings, spools, watermarkAt: T0 + 5000 }))).rejects.toMatchObject({ code: 'READINGS_REFUSED' });
    expect((await store.begin()).spools[1]).toEqual({ ...spools[0]!, deadLettered: 1 });
    expect((await store.readings(all)).slice(-2)).toEqual([readings[0], readings[2]]);
    const [letter] = await store.deadLetters({ limit: 1 });
    expect(letter).toMatchObject({ number: 2, reason: 'refused', detail: expect.stringContaining('413') });
    expect(JSON.parse(letter!.payload)).toEqual({ sensor: 'ant-hr-1', at: T0 + 5001, raw: '00'.repeat(2000) });
    await store.close();
  });

  test.each([429, 503])('%p: waits as long as it is asked to, in seconds, but not for ever', async (status) => {
    const name = `busy-${status}`;
    const store = await influx.open(name);
    await store.begin();
    let times = 2;
    influx.proxy.fateOf = (request) => (ofLines(request) && times-- > 0 ? { status, headers: { 'retry-after': '2' } } : 'pass');
    await store.write(flushNumber(1));
    expect(influx.waitedMs).toBe(4000);
    expect(influx.proxy.seen.filter(ofLines)).toHaveLength(3);
    influx.proxy.fateOf = () => ({ status, headers: { 'retry-after': '3600' } });
    await expect(store.write(flushNumber(2))).rejects.toMatchObject({ code: 'INFLUX_BUSY' });
    influx.proxy.seen.length = 0;
    await expect(store.begin()).rejects.toThrow('it asks to wait for 60 s');
    expect(influx.proxy.seen).toEqual([]);
    influx.proxy.fateOf = () => 'pass';
    influx.waitedMs += 60_000;
    await store.begin();
    await expectContent(store, name, 2);
    await store.close();
  });

  describe('400: lines that are refused', () => {
    test('some lines, by InfluxDB itself: readings are dead letters; all others are stored', async () => {
      const limited = await InfluxServer.start(join(influx.folder, 'limited'), { INFLUXDB_DATA_MAX_VALUES_PER_TAG: '5' });
      const store = await influx.open('limited', { url: limited.url });
      await store.begin();
      const strap = (i: number) => readingAt(i, { number: i + 1, sensor: `ant-hr-${i % 7}`, spool: 'spool0001' });
      const readings = Array.from({ length: 21 }, (_, i) => strap(i));
      const seconds = Array.from({ length: 5 }, (_, i) => secondOf(1, { member: `member-${i}` }));
      const spools = [recordOf('spool0001', { ranges: [[1, 21]] })];
      // Only what is there already counts: one request may bring more values than the limit.
      await store.write(flush({ readings: readings.slice(0, 5), seconds }));
      await expect(store.write(flush({ readings: readings.slice(5), spools }))).rejects.toThrow(
        /^InfluxDB refused 6 readings, which are dead letters now: .*max-values-per-tag/,
      );
      const state = await store.begin();
      expect(state).toEqual({ id: anId, epoch: 2, watermarkAt: T0, spools: [{ ...spools[0]!, deadLettered: 6 }] });
      const isRefused = ({ sensor }: { sensor: string }) => sensor === 'ant-hr-5' || sensor === 'ant-hr-6';
      expect(await store.readings(all)).toEqual(readings.filter((reading) => !isRefused(reading)));
      expect((await store.deadLetters({ limit: 99 })).map(({ number }) => number)).toEqual(
        readings.filter(isRefused).map(({ number }) => number),
      );
      expect([...(await store.totals({ gym: 'demo', room: 'main', from: 0 })).keys()].sort()).toEqual(
        [0, 1, 2, 3, 4].map((i) => `member-${i}`),
      );
      // The next flush is one like any other.
      expect(await store.write(flush({ readings: [strap(28)], spools, watermarkAt: T0 + 1000 }))).toEqual([]);
      // A second of one member more than it may keep.
      await store.write(flush({ seconds: [secondOf(2, { member: 'member-5' }), secondOf(2, { member: 'member-1' })] }));
      expect(influx.logged.at(-1)).toMatchObject({
        count: 1,
        of: 2,
        reason: expect.stringContaining('raise max-values-per-tag in the [data] section'),
      });
      expect(await store.memberSeconds({ member: 'member-1', from: 0, until: Number.MAX_SAFE_INTEGER, limit: 9 })).toHaveLength(2);
      await store.close();
      await limited.kill();
    });

    test('seconds, by InfluxDB itself: the store is away, and has all of the flush when it takes them again', async () => {
      const store = await influx.open('seconds');
      await store.begin();
      const [readings, seconds, watermarkAt] = [[readingAt(1, { number: 1 })], [secondOf(1), secondOf(2)], T0 + 2000];
      await influx.server.put('seconds', `member_second,gym=other steps="a text" ${T0}000000`);
      const said = expect.stringMatching(
        /^InfluxDB refuses 2 member-seconds of 2; does something else write there.* It says: .*type conflict/,
      );
      await expect(store.write(flush({ readings, seconds, watermarkAt }))).rejects.toMatchObject({ code: 'INFLUX_AWAY', message: said });
      await expect(store.begin()).rejects.toMatchObject({ code: 'INFLUX_AWAY', message: said });
      expect(await store.deadLetterCounts()).toEqual(new Map());
      await influx.server.ask('seconds', 'DROP MEASUREMENT "member_second"');
      expect(await store.begin()).toMatchObject({ epoch: 2, watermarkAt });
      expect(await store.memberSeconds({ member: 'ada', from: 0, until: Number.MAX_SAFE_INTEGER, limit: 9 })).toEqual(seconds);
      expect(await store.readings(all)).toEqual(readings);
      await store.close();
    });

    test('all lines: something else is in the database, and nothing is set aside for that', async () => {
      const store = await influx.open('foreign');
      await store.begin();
      await influx.server.put('foreign', `reading,gym=demo heartRateBpm="a text" ${T0}000000`);
      await expect(store.write(flushNumber(1))).rejects.toThrow(
        /^InfluxDB refuses \d+ lines of \d+; does something else write there\? It says: .*type conflict/,
      );
      await expect(store.begin()).rejects.toThrow('does something else write there?');
      // The one that came with the flush.
      expect(await store.deadLetterCounts()).toEqual(new Map([['implausible', 1]]));
      await influx.server.ask('foreign', 'DROP MEASUREMENT "reading"');
      await store.begin();
      await expectContent(store, 'foreign', 1);
      await store.close();
    });

    test('lines older than the retention of the database: any number of dead letters', async () => {
      const store = await influx.open('short');
      await store.begin();
      await influx.server.ask('short', 'ALTER RETENTION POLICY "autogen" ON "short" DURATION 1h SHARD DURATION 1h');
      const old = Array.from({ length: 300 }, (_, i) => readingAt(i, { number: i + 1, spool: 'spool0001' }));
      const sinceT0 = Date.now() - T0;
      const now = Array.from({ length: 3 }, (_, i) => readingAt(sinceT0 - i, { number: 301 + i, spool: 'spool0001' }));
      const spools = [recordOf('spool0001', { ranges: [[1, 303]] })];
      await expect(store.write(flush({ readings: [...old, ...now], spools }))).rejects.toMatchObject({ code: 'READINGS_REFUSED' });
      expect((await store.begin()).spools).toEqual([{ ...spools[0]!, deadLettered: 300 }]);
      expect(await store.deadLetterCounts()).toEqual(new Map([['too-old', 300]]));
      expect(await store.readings(all)).toEqual([...now].reverse());
      await store.close();
    });
  });

  test('no answer: what takes too long is given up, and its connections with it; whole it is all the same', async () => {
    const store = await influx.open('silent', { writeTimeoutMs: 300 });
    await store.begin();
    influx.proxy.fateOf = (request) => (ofLines(request) ? 'hold' : 'pass');
    await expect(store.write(flushNumber(1))).rejects.toThrow(/^InfluxDB at .* did not answer within 0.3 s$/);
    influx.heal();
    await store.begin();
    await expectContent(store, 'silent', 1);
    await store.close();
  });

  test('a question that hangs ends no flush', async () => {
    const store = await influx.open('questions', { readTimeoutMs: 500 });
    await store.begin();
    influx.proxy.fateOf = ({ text }) => (text.includes('sum(') ? 'hold' : 'pass');
    const questions = Array.from({ length: 9 }, () =>
      store.totals({ gym: 'demo', room: 'main', from: 0 }).catch((error: Error) => error.message),
    );
    for (let n = 1; n <= 5; n++) await store.write(flushNumber(n));
    for (const said of await Promise.all(questions)) expect(said).toMatch(/did not answer within 0.5 s|cannot be reached/);
    influx.heal();
    await expectContent(store, 'questions', 5);
    await store.close();
  });

  test('a server that is not there is waited for at the start; then it is a sentence', async () => {
    const later = new InfluxServer(join(influx.folder, 'later'));
    await later.start();
    await later.kill();
    await expect(influx.open('later', { url: later.url })).rejects.toThrow(
      `The store cannot be opened: InfluxDB at ${later.url} cannot be reached (`,
    );
    const opening = influx.open('later', { url: later.url, startsWithinMs: 30_000 });
    await later.start(later.port);
    const store = await opening;
    await store.begin();
    await store.close();
    await later.kill();
  });
});
