import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MemberSecond, Session } from '@pulseboard/contract';
import { emptyRoster, Roster } from './aggregation/roster.js';
import { Boards } from './board/boards.js';
import { openPglite } from './registry/pglite-database.js';
import { SqlRegistry } from './registry/sql-registry.js';
import { restoreBoards } from './restore-boards.js';
import { DuckDbTimeSeriesStore } from './storage/duckdb-time-series-store.js';
import type { TimeSeriesStore } from './storage/time-series-store.js';
import { describeOnInflux } from './test-data/influx-server.js';
import { InfluxUnderTest } from './test-data/influx-under-test.js';
import { readingAt, secondOf, T0 } from './test-data/readings.js';

const roster = new Roster({
  ...emptyRoster,
  members: [{ member: 'ada', nickname: 'Ada', consent: true }],
  assignments: [{ sensor: 'ant-hr-1', member: 'ada', from: 0 }],
});
const MINUTE_S = 60;
const session: Session = { gym: 'demo', room: 'main', session: 'open-1', kind: 'open-gym', state: 'running', startedAt: T0 };
const GUEST = { member: 'guest-ant-hr-9', sensor: 'ant-hr-9' };

let folder: string;
let registry: SqlRegistry;
let store: TimeSeriesStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-restore-'));
  registry = await SqlRegistry.open(await openPglite(join(folder, 'registry')));
  await registry.ensureRoom('demo', 'main');
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

/** What a former process stored, and the boards of the next one. @param nowS seconds after T0 */
async function restored(seconds: readonly MemberSecond[], saved: Session, nowS: number): Promise<Boards> {
  await registry.saveSession(saved);
  const watermarkAt = seconds.at(-1)!.at;
  await store.begin();
  await store.write({ readings: [], replaced: [], seconds, spools: [], deadLetters: [], removedDeadLetters: [], watermarkAt });
  const boards = new Boards(() => roster);
  await restoreBoards({ boards, registry, store, watermarkAt, now: T0 + nowS * 1000 });
  boards.tick(T0 + nowS * 1000);
  return boards;
}
const run = (from: number, to: number, fields: Partial<MemberSecond> = {}) =>
  Array.from({ length: to - from + 1 }, (_, i) => secondOf(from + i, { meanBpm: 120 + ((from + i) % 30), ...fields }));

/** What depends on the answers of a store. */
function storeTests(): void {
  test('whoever is heard again within a minute is no newcomer, and has the curve of the last minute', async () => {
    const boards = await restored([...run(0, 300), ...run(290, 300, GUEST)], session, 303);
    const board = boards.of('demo', 'main');
    expect(board.rows(T0 + 303_000)).toEqual([]);
    boards.note(readingAt(303_500, { heartRateBpm: 140 }), T0 + 303_500);
    boards.note(readingAt(303_500, { heartRateBpm: 141, sensor: 'ant-hr-9' }), T0 + 303_500);
    boards.note(readingAt(303_500, { heartRateBpm: 142, sensor: 'ant-hr-new' }), T0 + 303_500);
    const joined = new Map(board.rows(T0 + 303_500).map((row) => [row.member, (row.joinedAt - T0) / 1000]));
    expect(joined).toEqual(
      new Map([
        ['ada', 0],
        ['guest-ant-hr-9', 290],
        ['guest-ant-hr-new', 303.5],
      ]),
    );
    const curve = board.recentBpm('ada', T0 + 303_500)!;
    expect(curve).toHaveLength(60);
    expect(curve.slice(0, 57)).toEqual(run(244, 300).map(({ meanBpm }) => meanBpm));
    expect(curve.slice(57)).toEqual([null, null, 140]);
    expect(board.recentBpm('guest-ant-hr-new', T0 + 303_500)!.filter((bpm) => bpm !== null)).toEqual([142]);
    expect(board.rows(T0 + 303_500).find(({ member }) => member === 'ada')).toMatchObject({ seconds: 301 });
  });

  test('results of a session that ended within the last minute are shown until the minute is over, with everybody in them', async () => {
    const ended: Session = { ...session, state: 'ended', endedAt: T0 + 20 * MINUTE_S * 1000 };
    const { microKcal: _, steps: __, ...unknown } = secondOf(1);
    const guest = run(0, 3).map(({ at }) => ({ ...unknown, ...GUEST, at, meanBpm: 100, zone: 1, pointSixtieths: 1 }));
    const boards = await restored([...guest, ...run(0, 59, { steps: 2 })], ended, 20 * MINUTE_S + 30);
    const board = boards.of('demo', 'main');
    expect(board.results(T0 + (20 * MINUTE_S + 30) * 1000)).toEqual({
      session: ended,
      members: [
        { rank: 1, member: 'ada', nickname: 'Ada', guest: false, points: 4, kcal: 12.2, seconds: 60, meanBpm: 134.5, steps: 120 },
        { rank: 2, member: 'guest-ant-hr-9', guest: true, points: 0.07, seconds: 4, meanBpm: 100 },
      ],
    });
    expect(board.results(T0 + (21 * MINUTE_S - 0.001) * 1000)).toBeDefined();
    expect(board.results(T0 + 21 * MINUTE_S * 1000)).toBeUndefined();
  });

  test('a running session in which nobody was heard for ten minutes ends when its last strap says, not ten minutes after the restart', async () => {
    const boards = await restored([...run(0, 59), ...run(700, 700, { room: 'studio' })], session, 59 + 10 * MINUTE_S + 30);
    const board = boards.of('demo', 'main');
    expect(board.session).toMatchObject({ state: 'ended', endedAt: T0 + (59 + 10 * MINUTE_S) * 1000 });
    expect(board.results(T0 + (59 + 10 * MINUTE_S + 30) * 1000)!.members).toMatchObject([{ member: 'ada', seconds: 60 }]);
  });
}

describe('on DuckDB', () => {
  let file = 0;
  beforeEach(async () => {
    store = await DuckDbTimeSeriesStore.open(join(folder, `${++file}.duckdb`));
  });
  afterEach(() => store.close());
  storeTests();

  test('who comes back after more than a minute is a newcomer', async () => {
    const boards = await restored(run(0, 100), session, 105);
    boards.tick(T0 + 161_000);
    boards.note(readingAt(161_000, { heartRateBpm: 140 }), T0 + 161_000);
    expect(boards.of('demo', 'main').rows(T0 + 161_000)[0]!.joinedAt).toBe(T0 + 161_000);
    expect(
      boards
        .of('demo', 'main')
        .recentBpm('ada', T0 + 161_000)!
        .filter((bpm) => bpm !== null),
    ).toEqual([140]);
  });

  test('a session that ended longer ago has none, and begins anew with the next strap', async () => {
    const ended: Session = { ...session, state: 'ended', endedAt: T0 + 20 * MINUTE_S * 1000 };
    const boards = await restored(run(0, 59), ended, 21 * MINUTE_S);
    expect([...boards.all()]).toEqual([]);
  });
});

describeOnInflux('on InfluxDB', () => {
  let influx: InfluxUnderTest;
  let name = 0;
  beforeAll(async () => {
    influx = await InfluxUnderTest.start();
  });
  afterAll(() => influx.close());
  beforeEach(async () => {
    store = await influx.open(`restore${++name}`, { direct: true });
  });
  afterEach(() => store.close());
  storeTests();
});
