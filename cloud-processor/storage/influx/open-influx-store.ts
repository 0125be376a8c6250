import { StoreOpenError } from '../time-series-store.js';
import type { InfluxLogin } from './influx-connection.js';
import { type DatabaseOptions, InfluxDatabase } from './influx-database.js';
import { DatabaseMissingError, InfluxAwayError, InfluxLoginError } from './influx-errors.js';
import { type InfluxStoreOptions, InfluxTimeSeriesStore } from './influx-time-series-store.js';

export interface OpenInfluxOptions extends InfluxLogin, DatabaseOptions, Omit<InfluxStoreOptions, 'database'> {
  /** A server that does not answer yet is waited for, ms: everything may be starting at once. */
  startsWithinMs?: number;
}

const STARTS_WITHIN_MS = 30_000;
const ASK_EVERY_MS = 500;

/** @throws StoreOpenError when InfluxDB does not answer, refuses the login, or has no such database and makes none */
export async function openInfluxStore(options: OpenInfluxOptions): Promise<InfluxTimeSeriesStore> {
  const { url, books, clock, log, startsWithinMs = STARTS_WITHIN_MS } = options;
  const database = new InfluxDatabase(options, options);
  const until = performance.now() + startsWithinMs;
  let hasTold = false;
  for (;;) {
    try {
      const version = await database.open();
      log.info({ url, database: options.database, version }, 'the store is InfluxDB');
      return new InfluxTimeSeriesStore({ database, books, clock, log });
    } catch (error) {
      const mayCome = error instanceof InfluxAwayError && !(error instanceof InfluxLoginError || error instanceof DatabaseMissingError);
      if (!mayCome || performance.now() >= until) {
        database.close();
        throw new StoreOpenError(`The store cannot be opened: ${(error as Error).message}.`);
      }
      if (!hasTold) log.warn({ err: error.message }, 'the store does not answer yet; it is asked again');
      hasTold = true;
      await new Promise((resolve) => {
        setTimeout(resolve, ASK_EVERY_MS);
      });
    }
  }
}
