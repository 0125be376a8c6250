import { setTimeout as sleep } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { StoreOpenError } from '../../storage/time-series-store.js';
import type { RegistryDatabase } from '../registry-database.js';
import { connectionFault, PostgresAwayError, PostgresInUseError } from './postgres-errors.js';
import { placeOf, type SessionOptions } from './postgres-session.js';
import { SessionPool } from './session-pool.js';

export interface OpenPostgresOptions extends SessionOptions {
  log: Logger;
  /** A server that does not answer yet is waited for, ms: everything may be starting at once. */
  startsWithinMs?: number;
}

const STARTS_WITHIN_MS = 30_000;
const ASK_EVERY_MS = 500;

/**
 * A database on a PostgreSQL server, for this processor alone: see `PostgresSession`. What is committed is synced: it survives a power cut of the server.
 * A session that is lost is opened anew; until then every call fails with PostgresAwayError.
 * @throws StoreOpenError when the server does not answer or refuses, or another processor has the database
 */
export async function openPostgres({ log, startsWithinMs = STARTS_WITHIN_MS, ...options }: OpenPostgresOptions): Promise<RegistryDatabase> {
  const database = placeOf(options.url);
  const pool = new SessionPool({
    ...options,
    onLost: ({ message }) => log.error({ err: message }, 'the registry is away'),
    onBack: () => log.warn({ database }, 'the registry is back'),
  });
  try {
    const version = await firstAnswer(pool, performance.now() + startsWithinMs, log);
    log.info({ database, version }, 'the registry is PostgreSQL');
  } catch (error) {
    await pool.close();
    throw openError(error as Error);
  }
  const db = drizzle(pool as unknown as Pool);
  return {
    db,
    async migrate(migrationsFolder, migrationsTable) {
      try {
        await migrate(db, { migrationsFolder, ...(migrationsTable ? { migrationsTable } : {}) });
      } catch (error) {
        throw openError(connectionFault(((error as Error).cause ?? error) as Error, database));
      }
    },
    close: () => pool.close(),
  };
}

/** @returns the version of the server, as `15.18` */
async function firstAnswer(pool: SessionPool, until: number, log: Logger): Promise<string> {
  for (let hasTold = false; ; hasTold = true) {
    try {
      const { rows } = await pool.query('SHOW server_version');
      return (rows[0] as { server_version: string }).server_version.split(' ')[0]!;
    } catch (error) {
      const mayCome = error instanceof PostgresAwayError && !(error instanceof PostgresInUseError);
      if (!mayCome || performance.now() >= until) throw error;
      if (!hasTold) log.warn({ err: error.message }, 'the registry does not answer yet; it is asked again');
      await sleep(ASK_EVERY_MS);
    }
  }
}

const openError = ({ message }: Error): StoreOpenError => new StoreOpenError(`The registry cannot be opened: ${message}.`);
