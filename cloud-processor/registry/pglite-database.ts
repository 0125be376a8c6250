import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { RegistryDatabase } from './registry-database.js';

/**
 * The embedded database: PostgreSQL in this process, one folder, made when it is not there. Two processes on one folder lose rows silently: lock it first.
 * What is committed survives the end of the process, however sudden; it is not synced, so a power cut may cost the last of it.
 */
export async function openPglite(folder: string): Promise<RegistryDatabase> {
  await mkdir(dirname(folder), { recursive: true });
  return pgliteDatabase(await PGlite.create(folder));
}

/** @param pglite is closed with it */
export function pgliteDatabase(pglite: PGlite): RegistryDatabase {
  const db = drizzle(pglite);
  return {
    db,
    migrate: (migrationsFolder, migrationsTable) => migrate(db, { migrationsFolder, ...(migrationsTable ? { migrationsTable } : {}) }),
    close: () => pglite.close(),
  };
}
