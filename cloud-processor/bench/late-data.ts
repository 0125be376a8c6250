import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Reading } from '@pulseboard/contract';
import { pino } from 'pino';
import { emptyRoster, Roster } from '../aggregation/roster.js';
import { Boards } from '../board/boards.js';
import { Derivation } from '../ingest/derivation.js';
import { Pipeline } from '../ingest/pipeline.js';
import { SpoolBooks } from '../ingest/spool-books.js';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';

/*
 * An hour of a full room arrives as backlog while the room goes on: how fast it is stored, derived and committed, and how long the event loop,
 * which live readings share, is held up. The real pipeline on the real store in a temporary folder.
 *
 *   npm run bench:late-data -- [minutes of backlog, default 60]
 */

const STRAPS = 40;
const BATCH_READINGS = 1000;
/** A gateway's batches under way at once. */
const WINDOW_BATCHES = 16;
const LIVE_BATCH_MS = 50;
const GATEWAY = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const BACKLOG = 'backlog0001';
const GIVE_UP_AFTER_MS = 300_000;

const minutes = Number(process.argv[2] ?? 60);
const total = STRAPS * 2 * 60 * minutes;
const backlogFrom = Date.now() - minutes * 60_000 - 60_000;

/** Reading `n` of a room in which every strap is heard twice a second. */
const reading = (n: number, at: number): Reading => {
  const beat = Math.floor(n / STRAPS);
  return {
    sensor: `ant-hr-${1000 + (n % STRAPS)}`,
    at,
    heartRateBpm: 120 + (beat % 40),
    beatTimeMs: (beat * 500) % 64_000,
    beatCount: beat % 256,
    rrIntervalsMs: [500.5],
    rssiDbm: -60,
  };
};
const batch = (spool: string, first: number, readings: Reading[]) => ({
  v: 1,
  gateway: GATEWAY.gateway,
  spool,
  first,
  oldest: 1,
  boot: 'boot',
  sentAt: Date.now(),
  clock: 'synced',
  readings,
});

const folder = await mkdtemp(join(tmpdir(), 'pulseboard-bench-'));
const store = await DuckDbTimeSeriesStore.open(join(folder, 'bench.duckdb'));
const state = await store.begin();
const books = new SpoolBooks(state.spools);
const roster = new Roster(emptyRoster);
const boards = new Boards(() => roster);
const derivation = new Derivation({ store, rosterOf: () => roster, clock: Date.now, watermarkAt: state.watermarkAt });
await derivation.resume();

const texts: Buffer[] = [];
for (let n = 0; n < total; n += BATCH_READINGS) {
  const count = Math.min(BATCH_READINGS, total - n);
  const readings = Array.from({ length: count }, (_, i) => reading(n + i, backlogFrom + Math.floor((n + i) / STRAPS) * 500));
  texts.push(Buffer.from(JSON.stringify(batch(BACKLOG, n + 1, readings))));
}

let sent = 0;
let committed = 0;
/** Not before the room has gone on for a while. */
let hasBegun = false;
let isSending = false;
/** Sends as a gateway does: a window of batches, each a message of its own. */
async function send(): Promise<void> {
  if (!hasBegun || isSending) return;
  isSending = true;
  while (sent < texts.length && sent * BATCH_READINGS - committed < WINDOW_BATCHES * BATCH_READINGS) {
    const text = texts[sent++]!;
    pipeline.receive(GATEWAY, JSON.parse(text.toString()), text);
    await nextTurn();
  }
  isSending = false;
}

let flushes = 0;
let latestMs = 0;
const pipeline = new Pipeline({
  store,
  books,
  epoch: state.epoch,
  storeId: state.id,
  derivation,
  boards,
  readingsMs: 30 * 86_400_000,
  prepareRoom: async () => {},
  isPrepared: () => true,
  clock: Date.now,
  log: pino({ level: 'warn' }),
  onPicture: () => {},
  onFlushed: ({ spools }) => {
    flushes++;
    const ranges = spools.find(({ spool }) => spool === BACKLOG)?.ranges;
    if (ranges) committed = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    void send();
  },
  onEpoch: () => {},
  onTick: () => {
    latestMs = Math.max(latestMs, Date.now() - derivation.watermarkAt - 2000);
  },
});
pipeline.start();

let live = 0;
const liveTimer = setInterval(() => {
  const readings = Array.from({ length: (STRAPS * 2 * LIVE_BATCH_MS) / 1000 }, (_, i) => reading(live + i, Date.now()));
  pipeline.receive(GATEWAY, batch('livespool01', live + 1, readings), Buffer.alloc(0));
  live += readings.length;
}, LIVE_BATCH_MS);
await sleep(3000);

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
flushes = 0;
latestMs = 0;
const cpu = process.cpuUsage();
const began = performance.now();
hasBegun = true;
void send();
while (committed < total && performance.now() - began < GIVE_UP_AFTER_MS) await sleep(20);
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
delay.disable();
clearInterval(liveTimer);

const ms = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1);
process.stdout.write(
  [
    `${committed} of ${total} late readings committed in ${seconds.toFixed(1)} s: ${Math.round(committed / seconds)} readings/s, ${flushes} flushes, ${((user + system) / 1e6).toFixed(1)} s of CPU`,
    `event loop held up: at most ${ms(delay.max)} ms, p99.9 ${ms(delay.percentile(99.9))} ms, p99 ${ms(delay.percentile(99))} ms`,
    `live seconds derived at most ${latestMs} ms after their end`,
    '',
  ].join('\n'),
);
await pipeline.stop();
await store.close();
await rm(folder, { recursive: true });
