import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Boards } from '../board/boards.js';
import { GatewayFleet } from '../ingest/gateway-fleet.js';
import { SqlBookStore } from '../registry/books/sql-book-store.js';
import { openPostgres } from '../registry/postgres/open-postgres.js';
import { SqlRegistry } from '../registry/sql-registry.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { KeptFigures } from '../test-data/kept-figures.js';
import { pipelineOn } from '../test-data/pipeline-on.js';
import { describeOnPostgres, PostgresServer } from '../test-data/postgres-server.js';
import { roster } from '../test-data/processor-run.js';
import { letterOf, readingAt, secondOf, T0 } from '../test-data/readings.js';
import { SessionTotals } from './session-totals.js';
import { Telemetry } from './telemetry.js';

const log = pino({ level: 'silent' });
const HOUR_S = 3600;
const ASK_AGAIN_MS = 100;

describeOnPostgres('while PostgreSQL is away', () => {
  let folder: string;
  let server: PostgresServer;
  let store: DuckDbTimeSeriesStore;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pulseboard-telemetry-'));
    server = await PostgresServer.start();
    store = await DuckDbTimeSeriesStore.open(join(folder, 'store.duckdb'));
  });
  afterAll(async () => {
    await store.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  test('that is told, with the gateways and sessions; dead letters, which it has, are left out', async () => {
    const database = await openPostgres({ url: await server.create('gym'), log });
    const registry = await SqlRegistry.open(database);
    const books = await SqlBookStore.open(database, 'pulseboard');
    await registry.ensureRoom('demo', 'main');
    await books.begin();
    await books.commit({ spools: [], deadLetters: [letterOf(1)], removedDeadLetters: [], watermarkAt: T0, flush: '' });
    const boards = new Boards(() => roster);
    boards.note(readingAt(0, { heartRateBpm: 150 }), T0);
    boards.derived([], [secondOf(0)]);
    const fleet = new GatewayFleet({ clock: () => T0 });
    const health = {
      at: T0,
      version: '0.1.0',
      boot: 'boot',
      uptimeS: 60,
      clock: 'synced' as const,
      wallClockAheadMs: 0,
      spools: [],
      spoolBytes: 0,
      refusedCommits: 0,
      radios: [],
      straps: [],
      cpuPercent: 4,
      memoryMb: 60,
    };
    fleet.hearHealth({ gym: 'demo', room: 'main', gateway: 'gateway-1' }, health, false);
    const totals = new SessionTotals({ boards, registry, store, log });
    let now = T0;
    let figures = new KeptFigures();
    const told = async () => {
      figures = new KeptFigures();
      now += 10_000;
      await telemetry.tell();
      return {
        registry: figures.of('pipeline_health').map((fields) => fields.registry),
        letters: figures.of('dead_letters').map((fields) => fields.letters),
        others: ['gateway_health', 'session', 'session_member'].map((name) => figures.of(name).length),
      };
    };
    const telemetry = new Telemetry({
      store: { write: (lines) => figures.write(lines), prune: async () => {} },
      processor: 'processor-demo',
      pipeline: await pipelineOn({ store, rosterOf: () => roster, clock: () => now, boards }),
      fleet,
      sessions: totals,
      registry,
      deadLetters: books,
      health: () => ({ broker: 'connected', clockFaults: 0, derivedUntil: now, memoryMb: 200 }),
      clock: () => now,
      log,
    });
    const before = { registry: ['1i'], letters: ['1i'], others: [1, 1, 1] };
    expect(await told()).toEqual(before);
    await server.kill();
    // What is late of a former session would have to be asked, too.
    totals.changed([secondOf(-HOUR_S)]);
    expect(await told()).toEqual({ registry: ['0i'], letters: [], others: [1, 1, 1] });
    await server.resume();
    let again = await told();
    for (let i = 0; i < 100 && again.registry[0] !== '1i'; i++) {
      await sleep(ASK_AGAIN_MS);
      again = await told();
    }
    expect(again).toEqual(before);
    await registry.close();
  });
});
