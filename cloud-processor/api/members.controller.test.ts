import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPglite } from '../registry/pglite-database.js';
import { SqlRegistry } from '../registry/sql-registry.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { apiApp } from '../test-data/api-app.js';
import { secondOf, T0 } from '../test-data/readings.js';
import { MembersController } from './members.controller.js';
import { CLOCK, DEFAULT_GYM, REGISTRY, STORE } from './tokens.js';

const PATH = '/api/v1/members/ada/heart-rate';
let folder: string;
let store: DuckDbTimeSeriesStore;
let registry: SqlRegistry;
let app: Awaited<ReturnType<typeof apiApp>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-members-'));
  store = await DuckDbTimeSeriesStore.open(':memory:');
  await store.begin();
  const seconds = [0, 1, 2].map((s) => secondOf(s));
  await store.write({ readings: [], replaced: [], seconds, spools: [], deadLetters: [], removedDeadLetters: [], watermarkAt: T0 });
  registry = await SqlRegistry.open(await openPglite(join(folder, 'registry')));
  app = await apiApp(
    [MembersController],
    [
      { provide: STORE, useValue: store },
      { provide: REGISTRY, useValue: registry },
      { provide: CLOCK, useValue: () => T0 + 60_000 },
      { provide: DEFAULT_GYM, useValue: 'demo' },
    ],
  );
}, 60_000);
const get = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const { statusCode, body } = await app.inject({ method: 'GET', url: path });
  return { status: statusCode, body: JSON.parse(body) };
};
afterAll(async () => {
  await app.close();
  await store.close();
  await registry.close();
  await rm(folder, { recursive: true });
});

test('a span in either way of writing times', async () => {
  const whole = await get(PATH);
  expect(whole).toMatchObject({ status: 200, body: { member: 'ada', from: 0, to: T0 + 60_000, seconds: 3 } });
  for (const [from, to] of [
    [T0 + 1000, T0 + 2000],
    [new Date(T0 + 1000).toISOString(), new Date(T0 + 2000).toISOString()],
  ])
    expect(await get(`${PATH}?from=${from}&to=${to}`)).toMatchObject({
      status: 200,
      body: { seconds: 1, perSecond: [{ at: T0 + 1000 }] },
    });
});

test.each([
  ['from=2026-02-31T00:00:00Z', 'has a day that does not exist: 2026-02-31'],
  ['to=2026-02-29T00:00:00Z', 'has a day that does not exist'],
  ['from=2026-01-01T00:00:00%2B99:00', 'has an offset that does not exist'],
  ['from=2026-01-01T00:00:00+01:00', 'write the + of an offset as %2B'],
  ['from=2026-01-01T00:00:00', 'has no offset'],
  ['from=1796079379', 'is in seconds: give milliseconds, 1796079379000'],
  ['from=', 'from is empty'],
  ['gym=', 'gym is empty'],
  ['limit=1e1', 'limit must be a whole number from 1 to 86400'],
  ['form=0', 'Unknown parameter "form": there are from, to, limit, gym.'],
])('rejects ?%s', async (query, detail) => {
  expect(await get(`${PATH}?${query}`)).toMatchObject({ status: 400, body: { detail: expect.stringContaining(detail) } });
});

test('a member that is not known', async () => {
  expect(await get('/api/v1/members/nobody/heart-rate')).toMatchObject({ status: 404 });
});
