import type { Clock } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { PgliteBookStore } from './registry/books/pglite-book-store.js';
import { PgliteRegistry } from './registry/pglite-registry.js';
import { DuckDbTimeSeriesStore } from './storage/duckdb-time-series-store.js';
import { registryPath, storePath } from './storage/embedded-paths.js';
import type { InfluxLogin } from './storage/influx/influx-connection.js';
import { openInfluxStore } from './storage/influx/open-influx-store.js';
import type { TimeSeriesStore } from './storage/time-series-store.js';

export interface StoresOptions {
  /** The caller has taken its lock: no other process opens what is in it. */
  dataDir: string;
  /** Absent: readings and member-seconds are in the data folder. */
  influx?: InfluxLogin | undefined;
  clock: Clock;
  log: Logger;
}

export interface Stores {
  store: TimeSeriesStore;
  registry: PgliteRegistry;
  close(): Promise<void>;
}

/** @throws StoreOpenError with a sentence for people */
export async function openStores({ dataDir, influx, clock, log }: StoresOptions): Promise<Stores> {
  // The store first: its file is locked by the operating system too, should the lock of the folder be wrong.
  const embedded = influx ? undefined : await DuckDbTimeSeriesStore.open(storePath(dataDir));
  let registry: PgliteRegistry | undefined;
  try {
    registry = await PgliteRegistry.open(registryPath(dataDir));
    const store = embedded ?? (await openInflux(influx!, registry, clock, log));
    return { store, registry, close: () => closeAll(store, registry) };
  } catch (error) {
    await closeAll(embedded, registry).catch(() => {});
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
async function openInflux(influx: InfluxLogin, { pglite }: PgliteRegistry, clock: Clock, log: Logger): Promise<TimeSeriesStore> {
  return openInfluxStore({ ...influx, books: await PgliteBookStore.open(pglite, influx.database), clock, log });
}

/** In this order: a store may have its books in the registry's database. */
async function closeAll(...parts: (Pick<Stores, 'close'> | undefined)[]): Promise<void> {
  const closed = [];
  for (const part of parts) closed.push(...(await Promise.allSettled([part?.close()])));
  for (const each of closed) if (each.status === 'rejected') throw each.reason;
}
