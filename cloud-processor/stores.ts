import type { Clock } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { SqlBookStore } from './registry/books/sql-book-store.js';
import { openPglite } from './registry/pglite-database.js';
import { openPostgres } from './registry/postgres/open-postgres.js';
import type { RegistryDatabase } from './registry/registry-database.js';
import { SqlRegistry } from './registry/sql-registry.js';
import { DuckDbTimeSeriesStore } from './storage/duckdb-time-series-store.js';
import { registryPath, storePath } from './storage/embedded-paths.js';
import type { InfluxLogin } from './storage/influx/influx-connection.js';
import { InfluxFigures } from './storage/influx/influx-figures.js';
import { NothingToConfirmError } from './storage/influx/log-guard.js';
import { openInfluxStore } from './storage/influx/open-influx-store.js';
import { RequestSlots } from './storage/influx/request-slots.js';
import type { TimeSeriesStore } from './storage/time-series-store.js';
import type { FigureStore } from './telemetry/telemetry.js';

export interface StoresOptions {
  /** The caller has taken its lock: no other process opens what is in it. */
  dataDir: string;
  /** Absent: readings and member-seconds are in the data folder. */
  influx?: InfluxLogin | undefined;
  /** Of PostgreSQL, with user and password; absent: the registry is in the data folder. */
  databaseUrl?: string | undefined;
  clock: Clock;
  log: Logger;
}

export interface Stores {
  store: TimeSeriesStore;
  registry: SqlRegistry;
  /** Only beside InfluxDB: dashboards read nothing else. */
  figures?: FigureStore | undefined;
  /** Copies those stores that are in the data folder into another one, as they would lie there; reading and writing go on. */
  copyTo(folder: string): Promise<void>;
  /** A person says that InfluxDB was restarted twice since its disk was full. @throws NothingToConfirmError with a sentence */
  confirmInfluxRestarts(): Promise<void>;
  close(): Promise<void>;
}

/** @throws StoreOpenError with a sentence for people */
export async function openStores({ dataDir, influx, databaseUrl, clock, log }: StoresOptions): Promise<Stores> {
  // The store first: its file is locked by the operating system too, should the lock of the folder be wrong.
  const embedded = influx ? undefined : await DuckDbTimeSeriesStore.open(storePath(dataDir));
  let database: RegistryDatabase | undefined;
  try {
    database = await (databaseUrl ? openPostgres({ url: databaseUrl, log }) : openPglite(registryPath(dataDir)));
    const registry = await SqlRegistry.open(database);
    // The registry after the store: people and rooms that came meanwhile do no harm, seconds without their room would.
    const copyTo = async (folder: string) => {
      await embedded?.copyTo(storePath(folder));
      await database!.copyTo?.(registryPath(folder));
    };
    if (embedded)
      return { store: embedded, registry, copyTo, confirmInfluxRestarts: notInfluxDb, close: () => closeAll(embedded, registry) };
    const { store, figures } = await openInflux(influx!, database, clock, log);
    const confirmInfluxRestarts = () => store.logGuard.confirmRestarts();
    return { store, registry, figures, copyTo, confirmInfluxRestarts, close: () => closeAll(figures, store, registry) };
  } catch (error) {
    await closeAll(embedded, database).catch(() => {});
    throw error;
  }
}

/** The store alone, where it needs no registry: opening that takes seconds. @throws StoreOpenError with a sentence for people */
export async function openStore(options: StoresOptions): Promise<Pick<Stores, 'store' | 'close'>> {
  if (options.influx) return openStores(options);
  const store = await DuckDbTimeSeriesStore.open(storePath(options.dataDir));
  return { store, close: () => store.close() };
}

/** The books go by the name of the database: another one begins with books of its own. */
async function openInflux(influx: InfluxLogin, database: RegistryDatabase, clock: Clock, log: Logger) {
  const slots = new RequestSlots();
  const store = await openInfluxStore({ ...influx, books: await SqlBookStore.open(database, influx.database), clock, log, slots });
  return { store, figures: new InfluxFigures({ ...influx, guard: store.logGuard, slots, log }) };
}

async function notInfluxDb(): Promise<never> {
  throw new NothingToConfirmError('The store of this processor is not InfluxDB; there is nothing to confirm.');
}

/** In this order: a store may have its books in the registry's database. */
async function closeAll(...parts: ({ close(): Promise<void> | void } | undefined)[]): Promise<void> {
  const closed = [];
  for (const part of parts) closed.push(...(await Promise.allSettled([part?.close()])));
  for (const each of closed) if (each.status === 'rejected') throw each.reason;
}
