import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MemberSecond } from '@pulseboard/contract';
import { pino } from 'pino';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { SqlBookStore } from '../registry/books/sql-book-store.js';
import { openPglite } from '../registry/pglite-database.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { InfluxDatabase } from '../storage/influx/influx-database.js';
import { readingPoints } from '../storage/influx/influx-schema.js';
import { openInfluxStore } from '../storage/influx/open-influx-store.js';
import type { StoreWrite, TimeSeriesStore } from '../storage/time-series-store.js';
import { InfluxServer, influxd } from '../test-data/influx-server.js';
import { recordOf, secondOf } from '../test-data/readings.js';

/*
 * What InfluxDB costs: points a second, and how long a flush takes at 40 and 400 straps beside the embedded store. A real influxd and real books in a
 * temporary folder.
 *
 *   npm run bench:influx -- [flushes of each kind, default 240]
 */

const FLUSHES_A_SECOND = 4;
/** A flush must be done before the next one is due. */
const TARGET_MS = 1000 / FLUSHES_A_SECOND;
const POINTS = 200_000;
const BEGAN = 1_769_882_400_000;
const SPOOL = 'spool0001';

interface Kind {
  name: string;
  readings: number;
  members: number;
  /** Of the members, whose last second is rewritten, as a late second gateway does. */
  late: number;
}
const KINDS: readonly Kind[] = [
  { name: '40 straps', readings: 20, members: 40, late: 10 },
  { name: '400 straps', readings: 200, members: 400, late: 100 },
  { name: '400 readings, 40 members', readings: 400, members: 40, late: 40 },
];

let last = 0;
const reading = (at: number): StoredReading => ({
  gym: 'demo',
  room: 'main',
  gateway: 'gateway-1',
  spool: SPOOL,
  number: ++last,
  sensor: `ant-hr-${last % 400}`,
  at,
  heartRateBpm: 100 + (last % 80),
  beatTimeMs: (last * 497.0703125) % 64_000,
  beatCount: last % 256,
  rrIntervalsMs: [497.0703125],
  rssiDbm: -60 - (last % 20),
});

/** Flush `n` of a kind: a new second of each member once a second. */
function flush(n: number, { readings, members, late }: Kind): StoreWrite {
  const second = Math.floor(n / FLUSHES_A_SECOND);
  const at = BEGAN + n * TARGET_MS;
  const some: StoredReading[] = Array.from({ length: readings }, (_, i) => reading(at + (i % TARGET_MS)));
  const isNew = n % FLUSHES_A_SECOND === 0;
  const of = (member: number, s: number): MemberSecond =>
    secondOf(s, { at: BEGAN + s * 1000, member: `member-${member}`, meanRrMs: 497.1, beats: n % 4 });
  const rewritten = isNew || second === 0 ? [] : Array.from({ length: late }, (_, i) => (n * late + i) % members);
  return {
    readings: some,
    replaced: rewritten.map((m) => ({ gym: 'demo', member: `member-${m}`, from: BEGAN + second * 1000, to: BEGAN + second * 1000 })),
    seconds: [...(isNew ? Array.from({ length: members }, (_, m) => of(m, second)) : []), ...rewritten.map((m) => of(m, second))],
    spools: [recordOf(SPOOL, { ranges: [[1, last]] })],
    deadLetters: [],
    removedDeadLetters: [],
    watermarkAt: BEGAN + second * 1000,
  };
}

async function timesOf(store: TimeSeriesStore, kind: Kind, flushes: number): Promise<{ p50: number; p99: number }> {
  last = 0;
  await store.begin();
  const times: number[] = [];
  for (let n = 0; n < flushes; n++) {
    const write = flush(n, kind);
    const began = performance.now();
    await store.write(write);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return { p50: times[times.length >> 1]!, p99: times[Math.floor(times.length * 0.99)]! };
}

if (!influxd) {
  process.stderr.write('influxd is not installed (Debian package influxdb).\n');
  process.exit(1);
}
const flushes = Number(process.argv[2] ?? 240);
const out = (line: string) => process.stdout.write(`${line}\n`);
const log = pino({ level: 'silent' });
const folder = await mkdtemp(join(tmpdir(), 'pulseboard-bench-'));
const server = await InfluxServer.start(join(folder, 'influx'));
const registry = await openPglite(join(folder, 'registry'));

const database = new InfluxDatabase({ url: server.url, database: 'points' }, { log, writeTimeoutMs: 60_000 });
await database.open();
const lines = Array.from({ length: POINTS }, (_, i) => readingPoints.lineOf(reading(BEGAN + i)));
const began = performance.now();
await database.write(lines);
const seconds = (performance.now() - began) / 1000;
database.close();
out(
  `${POINTS} readings written in ${seconds.toFixed(2)} s: ${Math.round(POINTS / seconds / 1000)} k points/s, 5,000 a request, 4 in flight`,
);

let slowest = 0;
for (const [i, kind] of KINDS.entries()) {
  const name = `flushes-${i}`;
  const influx = await openInfluxStore({
    url: server.url,
    database: name,
    books: await SqlBookStore.open(registry, name),
    clock: Date.now,
    log,
  });
  const here = await timesOf(influx, kind, flushes);
  await influx.close();
  const embedded = await DuckDbTimeSeriesStore.open(join(folder, `${name}.duckdb`));
  const there = await timesOf(embedded, kind, flushes);
  await embedded.close();
  slowest = Math.max(slowest, here.p99);
  const text = ({ p50, p99 }: { p50: number; p99: number }) => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  out(`a flush of ${kind.name}: InfluxDB ${text(here)}; DuckDB ${text(there)}; ${(here.p50 / there.p50).toFixed(1)} times as long`);
}
out(`target: p99 below ${TARGET_MS} ms, as there are ${FLUSHES_A_SECOND} flushes a second`);
await registry.close();
await server.kill();
await rm(folder, { recursive: true });
process.exit(slowest < TARGET_MS ? 0 : 1);
