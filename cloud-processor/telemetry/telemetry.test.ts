import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert, GatewayHealth, Id, Session } from '@pulseboard/contract';
import { pino } from 'pino';
import { addSecond, noTotals, type Totals } from '../aggregation/totals.js';
import { Boards } from '../board/boards.js';
import { GatewayFleet } from '../ingest/gateway-fleet.js';
import type { Pipeline } from '../ingest/pipeline.js';
import { openPglite } from '../registry/pglite-database.js';
import { sessionSaver } from '../registry/session-saver.js';
import { SqlRegistry } from '../registry/sql-registry.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { type Arrival, batchesOf } from '../test-data/arrivals.js';
import { KeptFigures } from '../test-data/kept-figures.js';
import { expectedOf } from '../test-data/oracle.js';
import { pipelineOn } from '../test-data/pipeline-on.js';
import { roster } from '../test-data/processor-run.js';
import { T0 } from '../test-data/readings.js';
import { simulatedClass } from '../test-data/simulated-class.js';
import type { SessionMemberRow, SessionRow } from './measurements.js';
import { OPEN_END_MS } from './session-rows.js';
import { SessionTotals } from './session-totals.js';
import { type FigureStore, Telemetry } from './telemetry.js';

const log = pino({ level: 'silent' });
const MINUTE_MS = 60_000;
const NO_BYTES = new Uint8Array();

let folder: string;
let registry: SqlRegistry;
let store: DuckDbTimeSeriesStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-sessions-'));
  registry = await SqlRegistry.open(await openPglite(join(folder, 'registry')));
  store = await DuckDbTimeSeriesStore.open(join(folder, 'store.duckdb'));
  for (const room of ['floor', 'studio']) await registry.ensureRoom('demo', room);
});
afterAll(async () => {
  await store.close();
  await registry.close();
  await rm(folder, { recursive: true });
});

/** As a dashboard finds them: what is written again takes the place of what was there. */
const told = { sessions: new Map<string, SessionRow>(), members: new Map<string, SessionMemberRow>() };

/** A process on what is stored. */
async function start(now: () => number): Promise<{ pipeline: Pipeline; boards: Boards; totals: SessionTotals; tell(): Promise<void> }> {
  const boards = new Boards(() => roster);
  const totals = new SessionTotals({ boards, registry, store, log });
  const saves: Promise<void>[] = [];
  const save = sessionSaver(
    boards,
    (session) => {
      const saving = registry.saveSession(session);
      saves.push(saving);
      return saving;
    },
    log,
  );
  const pipeline = await pipelineOn({
    store,
    rosterOf: () => roster,
    clock: now,
    boards,
    onFlushed: ({ before, after }) => {
      totals.changed(before);
      totals.changed(after);
    },
    onTick: (at) => {
      boards.tick(at);
      save();
    },
  });
  const tell = async () => {
    await Promise.all(saves.splice(0));
    const { done, ...rows } = await totals.rows(now());
    for (const row of rows.sessions) told.sessions.set(`${row.room}/${row.at}`, row);
    for (const row of rows.members) told.members.set(`${row.room}/${row.at}/${row.member}`, row);
    done();
  };
  return { pipeline, boards, totals, tell };
}

let now = 0;
async function take(
  { pipeline, tell }: { pipeline: Pipeline; tell(): Promise<void> },
  arrivals: readonly Arrival[],
  stepMs: number,
): Promise<void> {
  let i = 0;
  while (i < arrivals.length) {
    now = Math.max(now, arrivals[i]!.at) + stepMs;
    for (; i < arrivals.length && arrivals[i]!.at <= now; i++) pipeline.receive(arrivals[i]!.from, arrivals[i]!.batch, NO_BYTES);
    await pipeline.flush();
    await tell();
  }
  now += 30_000;
  await pipeline.flush();
  await tell();
}

/** Sums over what must be stored of each session, by room, begin and member. */
async function expected(readings: Parameters<typeof expectedOf>[0]): Promise<Map<string, Written>> {
  const sums = new Map<string, Totals>();
  const sessions: Session[] = [];
  for (const room of ['floor', 'studio'])
    sessions.push(...(await registry.sessions({ gym: 'demo', room, from: 0, until: OPEN_END_MS, limit: 99 })));
  for (const second of expectedOf(readings).seconds)
    for (const { room, startedAt, endedAt = OPEN_END_MS } of sessions) {
      if (second.room !== room || second.at < Math.floor(startedAt / 1000) * 1000 || second.at >= endedAt) continue;
      const key = `${room}/${startedAt}/${second.member}`;
      const totals = sums.get(key) ?? noTotals();
      addSecond(totals, second);
      sums.set(key, totals);
    }
  return new Map([...sums].map(([key, totals]) => [key, written(totals)]));
}
/** What is written of totals. */
type Written = Omit<Totals, 'bpmTenths' | 'stepSeconds'>;
const written = ({ bpmTenths: _, stepSeconds: __, ...totals }: Totals): Written => totals;
const figures = ({ seconds, beats, steps, pointSixtieths, energySeconds, microKcal, ...row }: SessionMemberRow): Written => ({
  seconds,
  beats,
  steps,
  pointSixtieths,
  microKcal,
  energySeconds,
  secondsInZone: [row.secondsInZone0, row.secondsInZone1, row.secondsInZone2, row.secondsInZone3, row.secondsInZone4, row.secondsInZone5],
});
const found = () => new Map([...told.members].filter(([, row]) => row.seconds > 0).map(([key, row]) => [key, figures(row)]));
const sorted = (map: Map<string, Written>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
const onBoard = (room: Id) =>
  [...told.sessions.values()].filter((row) => row.room === room).map((row) => [row.running, row.onBoard, row.untilMs === OPEN_END_MS]);

test('totals of every session are the sums of its stored seconds: live, after late readings, and after another session took its place', async () => {
  const first = simulatedClass(11, { seconds: 60 }).readings;
  const second = simulatedClass(12, { seconds: 60, begin: T0 + 30 * MINUTE_MS }).readings.map((reading) => ({
    ...reading,
    spool: `${reading.spool}b`,
  }));
  const arrivals = batchesOf(first, () => 10);
  const isLate = (arrival: Arrival) => arrival.from.gateway === 'gateway-2';
  now = T0;
  let process = await start(() => now);

  await take(
    process,
    arrivals.filter((arrival) => !isLate(arrival)),
    5000,
  );
  expect(sorted(found())).toEqual(sorted(await expected(first.filter(({ gateway }) => gateway !== 'gateway-2'))));
  expect(onBoard('floor')).toEqual([[1, 1, true]]);

  now = T0 + 29 * MINUTE_MS;
  await process.pipeline.flush();
  await process.tell();
  expect(onBoard('floor')).toEqual([[0, 1, true]]);

  await take(
    process,
    batchesOf(second, () => 10),
    5000,
  );
  expect(onBoard('floor')).toEqual([
    [0, 0, false],
    [1, 1, true],
  ]);

  // What one gateway held back of the first session comes now.
  await take(
    process,
    arrivals.filter(isLate).map((arrival) => ({ ...arrival, at: now })),
    1000,
  );
  expect(sorted(found())).toEqual(sorted(await expected([...first, ...second])));

  // Another process, whose predecessor told nothing of all that.
  told.members.clear();
  told.sessions.clear();
  process = await start(() => now);
  await process.totals.resumeAll(now);
  await process.tell();
  expect(sorted(found())).toEqual(sorted(await expected([...first, ...second])));
  expect(onBoard('floor').sort()).toEqual([
    [0, 0, false],
    [1, 1, true],
  ]);
});

/** What is told, as it is handed to the store. */
class Told implements FigureStore {
  readonly written: (readonly string[])[] = [];
  isAway = false;

  async write(lines: readonly string[]): Promise<number> {
    if (this.isAway) throw new Error('InfluxDB is away');
    this.written.push(lines);
    return 0;
  }

  async prune(): Promise<void> {}

  /** Measurements of each time. */
  get measurements(): string[][] {
    return this.written.map((lines) => lines.map((line) => line.split(/[ ,]/, 1)[0]!));
  }
}

async function telemetryOn(figureStore: FigureStore, fleet = new GatewayFleet({ clock: () => now })): Promise<Telemetry> {
  const { pipeline, totals } = await start(() => now);
  return new Telemetry({
    store: figureStore,
    processor: 'processor-demo',
    pipeline,
    fleet,
    sessions: totals,
    registry,
    deadLetters: store,
    health: () => ({ broker: 'away', clockFaults: 1, derivedUntil: now - 1500, memoryMb: 200 }),
    clock: () => now,
    log,
  });
}

test('everything is told in one go; lines that InfluxDB does not take are counted, and not kept; while it is slow one more waits, not many', async () => {
  const figures = new Told();
  const telemetry = await telemetryOn(figures);
  const { written } = figures;
  await telemetry.tell();
  figures.isAway = true;
  await telemetry.tell();
  figures.isAway = false;
  await Promise.all([telemetry.tell(), telemetry.tell()]);
  expect(figures.measurements).toEqual([['pipeline_health'], ['pipeline_health']]);
  const [before, after] = [written[0]![0]!, written[1]![0]!];
  expect(before).toContain('pipeline_health,processor=processor-demo epoch=');
  expect(before).toContain(',store=1i,broker=0i,registry=1i,received=0i,');
  expect(before).toContain(',clockFaults=1i,lostLines=0i,derivedLagMs=1500i,');
  expect(after).toContain(',lostLines=1i,');
  expect(telemetry.lostLines).toBe(1);
});

test('a thousand alerts wait while InfluxDB is slow, those beyond are counted; of one millisecond each is a point; kinds are bounded', async () => {
  const kept = new KeptFigures();
  let answer = () => {};
  const slow = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const telemetry = await telemetryOn({ write: (lines) => slow.then(() => kept.write(lines)), prune: async () => {} });
  const alert = (i: number): Alert => ({ gym: 'demo', room: 'main', at: now, kind: `kind-${i % 300}`, severity: 'info', message: `${i}` });
  const told = Array.from({ length: 400 }, (_, post) => telemetry.alert(Array.from({ length: 3 }, (_, i) => alert(post * 3 + i))));
  expect(telemetry.lostLines).toBe(200);
  answer();
  await Promise.all(told);
  expect(kept.of('alert')).toHaveLength(1000);
  expect(kept.of('alert', 'kind=kind-199')).toHaveLength(3);
  expect(kept.of('alert', 'kind=kind-200')).toHaveLength(0);
  expect(kept.of('alert', 'kind=other')).toHaveLength(300);
  await telemetry.alert([alert(1)]);
  expect(kept.of('alert')).toHaveLength(1001);
  expect(telemetry.lostLines).toBe(200);
});

test('a line that cannot be is lost alone; a gateway that was taken down is missed for a day', async () => {
  const figures = new Told();
  const heardAt = now;
  const fleet = new GatewayFleet({ clock: () => now, monotonic: () => now });
  fleet.hearHealth({ gym: 'demo', room: 'floor', gateway: 'gateway-1' }, healthWith(['ant', 'a stick\\']), false);
  const telemetry = await telemetryOn(figures, fleet);
  const day = 24 * 60 * MINUTE_MS;
  for (now of [heardAt, heardAt + day, heardAt + day + 1]) await telemetry.tell();
  const withGateway = ['pipeline_health', 'gateway_health', 'radio_health'];
  expect(figures.measurements).toEqual([withGateway, withGateway, ['pipeline_health']]);
  expect(figures.written[1]![1]).toContain(' online=0i,silentS=86400i,');
  expect(telemetry.lostLines).toBe(2);
});

const healthWith = (radios: string[]): GatewayHealth => ({
  at: now,
  version: '0.1.0',
  boot: 'boot',
  uptimeS: 60,
  clock: 'synced',
  wallClockAheadMs: 0,
  spools: [],
  spoolBytes: 0,
  refusedCommits: 0,
  radios: radios.map((radio) => ({ radio, state: 'receiving', frames: 4, badFrames: 0, straps: 1, restarts: 0 })),
  straps: [],
  cpuPercent: 4,
  memoryMb: 60,
});
