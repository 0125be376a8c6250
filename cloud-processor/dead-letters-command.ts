import { existsSync } from 'node:fs';
import type { Clock } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { DeadReason } from './ingest/dead-letter.js';
import { replayDeadLetters } from './ingest/dead-letter-replay.js';
import { Derivation } from './ingest/derivation.js';
import { People } from './registry/people.js';
import { storePath } from './storage/embedded-paths.js';
import type { InfluxLogin } from './storage/influx/influx-connection.js';
import type { Retention } from './storage/retention.js';
import { StoreOpenError } from './storage/time-series-store.js';
import { openStore, openStores } from './stores.js';

export interface DeadLettersCommandOptions {
  /** The caller has taken its lock: no processor runs on it. */
  dataDir: string;
  /** Absent: the store is in the data folder. */
  influx?: InfluxLogin | undefined;
  /** Of PostgreSQL; absent: the registry is in the data folder. */
  databaseUrl?: string | undefined;
  retention: Retention;
  clock: Clock;
  log: Logger;
  /** One line for people. */
  out(line: string): void;
  err(line: string): void;
}

const SHOWN = 20;
export const deadLettersUsage: readonly string[] = `Readings that were set aside because they cannot be read, or their time cannot be right.

  npm run processor -- dead-letters          how many there are, by reason, and the newest ${SHOWN}
  npm run processor -- dead-letters replay   judges each again by the present rules: what passes is stored and derived, the others stay

The processor of the data folder (PULSEBOARD_DATA_DIR) must not run meanwhile.`.split('\n');

/** `dead-letters [list|replay|--help]`. @returns the exit code */
export async function runDeadLettersCommand(args: readonly string[], options: DeadLettersCommandOptions): Promise<number> {
  const { dataDir, influx, out, err } = options;
  const [verb = 'list', ...rest] = args;
  if (verb === '--help' || verb === '-h') {
    for (const line of deadLettersUsage) out(line);
    return 0;
  }
  if ((verb !== 'list' && verb !== 'replay') || rest.length) {
    err(`"${args.join(' ')}" is nothing that dead-letters knows; with --help it tells what it does.`);
    return 1;
  }
  if (!influx && !existsSync(storePath(dataDir))) {
    err(`There is no store in ${dataDir}; set PULSEBOARD_DATA_DIR to the folder of a processor.`);
    return 1;
  }
  try {
    await (verb === 'list' ? list(options) : replay(options));
    return 0;
  } catch (error) {
    if (!(error instanceof StoreOpenError)) throw error;
    err(error.message);
    return 1;
  }
}

async function list(options: DeadLettersCommandOptions): Promise<void> {
  const { out } = options;
  const { store, close } = await openStore(options);
  try {
    const counts = await store.deadLetterCounts();
    if (counts.size === 0) {
      out('There are no dead letters.');
      return;
    }
    out('Dead letters, by reason:');
    for (const line of table(counts)) out(line);
    out('The newest:');
    for (const { arrivedAt, gym, room, gateway, spool, number, reason, detail, payload } of await store.deadLetters({ limit: SHOWN })) {
      out(`  ${new Date(arrivedAt).toISOString()}  ${gym}/${room}/${gateway}  ${spool} ${number}  ${reason}: ${detail}`);
      out(`    ${payload}`);
    }
  } finally {
    await close();
  }
}

async function replay(options: DeadLettersCommandOptions): Promise<void> {
  const { retention, clock, out } = options;
  const { store, registry, close } = await openStores(options);
  try {
    const people = new People(registry);
    await people.loadAll();
    const state = await store.begin();
    const derivation = new Derivation({ store, rosterOf: people.rosterOf, clock, watermarkAt: state.watermarkAt });
    await derivation.resume();
    const { readingsMs } = retention;
    const { stored, left } = await replayDeadLetters({ store, state, derivation, prepareRoom: people.prepare, clock, readingsMs });
    out(`${sumOf(stored)} dead letters are readings now, stored and derived; ${sumOf(left)} stay dead.`);
    for (const line of table(stored)) out(`${line}, stored`);
    for (const line of table(left)) out(`${line}, dead`);
  } finally {
    await close();
  }
}

const table = (counts: ReadonlyMap<DeadReason, number>): string[] =>
  [...counts]
    .sort(([a, most], [b, count]) => count - most || (a < b ? -1 : 1))
    .map(([reason, count]) => `  ${String(count).padStart(9)}  ${reason}`);

const sumOf = (counts: ReadonlyMap<DeadReason, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
