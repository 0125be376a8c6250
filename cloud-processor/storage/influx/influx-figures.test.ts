import { pino } from 'pino';
import { alertPoints, deadLettersPoints, sessionPoints } from '../../telemetry/measurements.js';
import type { Fate } from '../../test-data/fault-proxy.js';
import { describeOnInflux } from '../../test-data/influx-server.js';
import { InfluxUnderTest } from '../../test-data/influx-under-test.js';
import { flushNumber } from '../../test-data/numbered-flushes.js';
import { T0 } from '../../test-data/readings.js';
import { InfluxFigures } from './influx-figures.js';
import type { InfluxTimeSeriesStore } from './influx-time-series-store.js';
import { RequestSlots } from './request-slots.js';

const log = pino({ level: 'silent' });
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const letters = (at: number, count = 3) =>
  deadLettersPoints.lineOf({ at, processor: 'processor-demo', reason: 'implausible', letters: count });
const alert = (at: number) =>
  alertPoints.lineOf({ at, gym: 'demo', room: 'main', kind: 'spool-growing', severity: 'warning', message: 'it grows', place: 0 });
const session = (at: number) =>
  sessionPoints.lineOf({
    at,
    gym: 'demo',
    room: 'main',
    session: `open-${at}`,
    name: 'a session',
    kind: 'open-gym',
    running: 0,
    onBoard: 0,
    startedAtMs: at,
    untilMs: at + HOUR_MS,
    durationS: 3600,
  });

describeOnInflux('figures for dashboards', () => {
  let influx: InfluxUnderTest;
  beforeAll(async () => {
    influx = await InfluxUnderTest.start();
  });
  afterAll(() => influx.close());
  beforeEach(() => influx.heal());
  let store: InfluxTimeSeriesStore;
  let slots: RequestSlots;
  /** Beside a store of that database. */
  const open = async (database: string, options: { writeTimeoutMs?: number } = {}) => {
    slots = new RequestSlots();
    store = await influx.open(database, { slots });
    return new InfluxFigures({ url: influx.proxy.url, database, guard: store.logGuard, slots, log, ...options });
  };
  afterEach(() => store.close());
  const timesOf = async (database: string, measurement: string) =>
    (await influx.server.ask(database, `SELECT * FROM ${measurement}`)).map(({ time }) => time);

  test('stand in the database; a line that it refuses is told, and the others are stored', async () => {
    const figures = await open('figures');
    expect(await figures.write([letters(T0), alert(T0)])).toBe(0);
    // A field that was a number before.
    expect(await figures.write([letters(T0 + 1), letters(T0 + 2).replace('letters=3i', 'letters="three"'), letters(T0 + 3)])).toBe(1);
    expect(await timesOf('figures', 'dead_letters')).toEqual([T0, T0 + 1, T0 + 3]);
    figures.close();
  });

  test('that are too old go with the readings, sessions with the member-seconds', async () => {
    const figures = await open('old');
    const days = Array.from({ length: 5 }, (_, day) => T0 - day * DAY_MS);
    await figures.write(days.flatMap((at) => [letters(at), alert(at), session(at)]));
    await figures.prune({ readingsBefore: T0 - DAY_MS - 1, secondsBefore: T0 - 3 * DAY_MS - 1 });
    expect(await timesOf('old', 'dead_letters')).toEqual([T0 - DAY_MS, T0]);
    expect(await timesOf('old', 'alert')).toEqual([T0 - DAY_MS, T0]);
    expect(await timesOf('old', 'session')).toEqual([3, 2, 1, 0].map((day) => T0 - day * DAY_MS));
    figures.close();
  });

  test('that tear the log of InfluxDB: neither they nor a flush are written until it was started twice', async () => {
    const figures = await open('torn');
    await store.begin();
    const body = '{"error":"engine: error writing WAL entry: no space left on device"}';
    influx.proxy.fateOf = ({ kind }) => (kind === 'write' ? { status: 500, body } : 'pass');
    await expect(figures.write([letters(T0)])).rejects.toMatchObject({ code: 'INFLUX_LOG_BROKEN' });
    influx.heal();
    for (const said of ['its log is torn', 'restart it once more']) {
      await expect(figures.write([letters(T0)])).rejects.toThrow(said);
      await expect(store.write(flushNumber(1))).rejects.toThrow(said);
      await expect(store.begin()).rejects.toThrow(said);
      await influx.server.restart();
    }
    expect(influx.proxy.seen.filter(({ kind }) => kind === 'write')).toEqual([]);
    expect(await figures.write([letters(T0)])).toBe(0);
    await store.write(flushNumber(1));
    figures.close();
  });

  test('and questions and flushes together: at most four requests are in flight, and a flush finds a slot', async () => {
    const figures = await open('together', { writeTimeoutMs: 60_000 });
    await store.begin();
    let [most, ended] = [0, 0];
    influx.proxy.fateOf = ({ text }) => {
      most = Math.max(most, slots.inFlight);
      return text.startsWith('dead_letters') ? 'hold' : 'pass';
    };
    const held = Array.from({ length: 6 }, (_, i) =>
      figures
        .write([letters(T0 + i)])
        .catch(() => {})
        .finally(() => ended++),
    );
    const questions = Array.from({ length: 6 }, () => store.totals({ gym: 'demo', room: 'main', from: 0 }));
    for (let n = 1; n <= 3; n++) await store.write(flushNumber(n));
    expect([most, ended]).toEqual([4, 0]);
    influx.heal();
    figures.close();
    await Promise.all([...held, ...questions]);
  });

  test.each<[Fate]>([
    ['hold'],
    ['reset'],
    ['lose'],
    [{ status: 401 }],
    [{ status: 429, headers: { 'retry-after': '60' } }],
    [{ status: 503 }],
  ])('that meet %j are nothing to a flush', async (fate) => {
    const figures = await open('beside', { writeTimeoutMs: 200 });
    await store.begin();
    influx.proxy.fateOf = ({ text }) => (text.startsWith('dead_letters') ? fate : 'pass');
    const told = figures.write([letters(T0)]).catch((error: Error) => error);
    for (let n = 1; n <= 20; n++) await store.write(flushNumber(n));
    expect(await told).toBeInstanceOf(Error);
    figures.close();
  });
});
