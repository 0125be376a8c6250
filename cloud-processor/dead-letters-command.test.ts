import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ranges } from '@pulseboard/contract';
import { pino } from 'pino';
import { runDeadLettersCommand } from './dead-letters-command.js';
import { openPglite } from './registry/pglite-database.js';
import { SqlRegistry } from './registry/sql-registry.js';
import { DuckDbTimeSeriesStore } from './storage/duckdb-time-series-store.js';
import { registryPath, storePath } from './storage/embedded-paths.js';
import { letterOf, readingAt, recordOf, T0 } from './test-data/readings.js';

const DAY_MS = 86_400_000;
const all = { from: 0, until: Number.MAX_SAFE_INTEGER };

let dataDir: string;
let said: string[];
let complained: string[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pulseboard-dead-'));
  said = [];
  complained = [];
});
afterEach(() => rm(dataDir, { recursive: true }));

const run = (args: string[], readingsMs = 30 * DAY_MS, now = T0 + 60_000) =>
  runDeadLettersCommand(args, {
    dataDir,
    retention: { readingsMs, secondsMs: 1825 * DAY_MS },
    clock: () => now,
    log: pino({ level: 'silent' }),
    out: (line) => said.push(line),
    err: (line) => complained.push(line),
  });

async function withStore<T>(work: (store: DuckDbTimeSeriesStore) => Promise<T>): Promise<T> {
  const store = await DuckDbTimeSeriesStore.open(storePath(dataDir));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

test.each([
  [['--help'], 0, /replay/],
  [['-h'], 0, /replay/],
  [['burn'], 1, /^"burn" is nothing that dead-letters knows/],
  [['list', 'all'], 1, /^"list all" is nothing/],
  [[], 1, /^There is no store in .*PULSEBOARD_DATA_DIR/],
])('%j ends with %d and a sentence', async (args, code, sentence) => {
  expect(await run(args)).toBe(code);
  expect((code === 0 ? said : complained).join('\n')).toMatch(sentence);
});

test('lists what there is by reason, and the newest', async () => {
  await withStore((store) => store.begin());
  expect(await run([])).toBe(0);
  expect(said.splice(0)).toEqual(['There are no dead letters.']);
  const deadLetters = [
    ...Array.from({ length: 30 }, (_, i) => letterOf(i + 1, { arrivedAt: T0 + i })),
    letterOf(99, { arrivedAt: T0 + 99, reason: 'ahead', detail: 'Its time is more than a day ahead.', payload: '{"at":9}' }),
  ];
  await withStore((store) =>
    store.write({ readings: [], replaced: [], seconds: [], spools: [], deadLetters, removedDeadLetters: [], watermarkAt: T0 }),
  );
  expect(await run(['list'])).toBe(0);
  expect(said.slice(0, 6)).toEqual([
    'Dead letters, by reason:',
    '         30  implausible',
    '          1  ahead',
    'The newest:',
    '  2026-01-31T18:00:00.099Z  demo/main/gateway-1  spool0001 99  ahead: Its time is more than a day ahead.',
    '    {"at":9}',
  ]);
  expect(said).toHaveLength(4 + 2 * 20);
});

test('replays what passes by now: stored, derived for who wore the strap then, and no dead letter any more', async () => {
  const registry = await SqlRegistry.open(await openPglite(registryPath(dataDir)));
  await registry.ensureRoom('demo', 'main');
  const nobody = { consent: false, ageYears: 34, weightKg: 62 };
  await registry.addMembers('demo', [{ ...nobody, member: 'ada', nickname: 'Ada', sensors: ['ant-hr-1'] }], T0 + 5000);
  await registry.close();

  const beat = (n: number) => ({ sensor: 'ant-hr-1', at: T0 + n * 1000 + 500, heartRateBpm: 150, beatCount: n });
  // Of ten beats the even ones are dead letters; two more of them stay so.
  const stored = [1, 3, 5, 7, 9].map((n) => readingAt(0, { ...beat(n), spool: 'spool0001', number: n }));
  const dead = [2, 4, 6, 8, 10].map((n) => letterOf(n, { reason: 'too-old', payload: JSON.stringify(beat(n)) }));
  const deader = [letterOf(11), letterOf(12, { spool: 'spool0002', reason: 'ahead', payload: '"rubbish"' })];
  const spools = [
    recordOf('spool0001', { ranges: [[1, 11]], deadLettered: 6, closed: true }),
    recordOf('spool0002', { ranges: [[12, 12]], deadLettered: 1 }),
  ];
  await withStore(async (store) => {
    await store.begin();
    const nothing = { replaced: [], seconds: [], removedDeadLetters: [] };
    await store.write({ ...nothing, readings: stored, spools, deadLetters: [...dead, ...deader], watermarkAt: T0 + 30_000 });
  });

  expect(await run(['replay'])).toBe(0);
  expect(said).toEqual([
    '5 dead letters are readings now, stored and derived; 2 stay dead.',
    '          5  too-old, stored',
    '          1  ahead, dead',
    '          1  implausible, dead',
  ]);
  await withStore(async (store) => {
    const readings = await store.readings({ gym: 'demo', sensors: [], ...all });
    expect(readings.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const letters = await store.deadLetters({ limit: 9 });
    expect(letters.map(({ number }) => number)).toEqual([11, 12]);
    const state = await store.begin();
    expect(state.spools).toEqual([{ ...spools[0], deadLettered: 1 }, spools[1]]);
    const committed = state.spools.reduce((sum, { ranges }) => sum + new Ranges(ranges).size, 0);
    expect(committed).toBe(readings.length + letters.length);
    const beats = async (member: string) =>
      (await store.memberSeconds({ member, ...all, limit: 99 })).map(({ at, beats: count, held }) => [(at - T0) / 1000, count, held]);
    expect(await beats('guest-ant-hr-1')).toEqual([
      [2, 1, false],
      [3, 1, false],
      [4, 1, false],
    ]);
    expect((await beats('ada')).filter(([, , held]) => !held).map(([second]) => second)).toEqual([5, 6, 7, 8, 9, 10]);
  });

  said = [];
  expect(await run(['replay'])).toBe(0);
  expect(said[0]).toBe('0 dead letters are readings now, stored and derived; 2 stay dead.');
});
