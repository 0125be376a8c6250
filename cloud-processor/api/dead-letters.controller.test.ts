import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { apiApp } from '../test-data/api-app.js';
import { letterOf, T0 } from '../test-data/readings.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { STORE } from './tokens.js';

const PATH = '/api/v1/dead-letters';
let store: DuckDbTimeSeriesStore;
let app: Awaited<ReturnType<typeof apiApp>>;
beforeAll(async () => {
  store = await DuckDbTimeSeriesStore.open(':memory:');
  await store.begin();
  const deadLetters = [1, 2, 3].map((number) => ({ ...letterOf(number), payload: number === 1 ? 'x'.repeat(100_000) : '{}' }));
  await store.write({ readings: [], replaced: [], seconds: [], spools: [], deadLetters, removedDeadLetters: [], watermarkAt: T0 });
  app = await apiApp([DeadLettersController], [{ provide: STORE, useValue: store }]);
});
const get = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const { statusCode, body } = await app.inject({ method: 'GET', url: path });
  return { status: statusCode, body: JSON.parse(body) };
};
afterAll(async () => {
  await app.close();
  await store.close();
});

test('page by page, and never with a payload beyond every bound of a reading', async () => {
  const first = await get(`${PATH}?limit=2`);
  expect(first).toMatchObject({ status: 200, body: { deadLetters: [{}, {}], nextAfter: expect.any(String) } });
  const second = await get(`${PATH}?limit=2&after=${first.body.nextAfter}`);
  const letters = [...(first.body.deadLetters as { payload: string }[]), ...(second.body.deadLetters as { payload: string }[])];
  expect(letters).toHaveLength(3);
  for (const { payload } of letters) expect(payload.length).toBeLessThanOrEqual(8000);
});

test.each([
  ['limit=1e1', 'limit must be a whole number from 1 to 1000.'],
  ['limit=0x2', 'limit must be a whole number from 1 to 1000.'],
  ['limit=', 'limit is empty: give a value, or leave it out.'],
  ['limit=1&limit=2', 'limit is given more than once.'],
  ['limitt=1', 'Unknown parameter "limitt": there are limit, after.'],
  ['limit[]=1', 'Unknown parameter "limit[]": there are limit, after.'],
  ['__proto__=1', 'Unknown parameter "__proto__": there are limit, after.'],
  ['after=7', 'after "7" is no place'],
])('rejects ?%s', async (query, detail) => {
  expect(await get(`${PATH}?${query}`)).toMatchObject({ status: 400, body: { status: 400, detail: expect.stringContaining(detail) } });
});
