import { constants } from 'node:fs';
import { access, cp, mkdir, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { fileFault, isFileFault } from '@pulseboard/contract';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { StoreOpenError } from '../storage/time-series-store.js';
import type { RegistryDatabase } from './registry-database.js';

/**
 * The embedded database: PostgreSQL in this process, one folder, made when it is not there. Two processes on one folder lose rows silently: lock it first.
 * What is committed survives the end of the process, however sudden; it is not synced, so a power cut may cost the last of it.
 * @throws StoreOpenError with a sentence for people
 */
export async function openPglite(folder: string): Promise<RegistryDatabase> {
  try {
    await mkdir(dirname(folder), { recursive: true });
    // PGlite itself throws an object without a message.
    const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return [];
    });
    await access(found.length > 0 ? folder : dirname(folder), constants.W_OK);
    const pglite = await PGlite.create(folder);
    // Nothing is written while nothing is asked: its files are then as after a sudden end, which it recovers from.
    return { ...pgliteDatabase(pglite), copyTo: (to) => pglite.runExclusive(() => cp(folder, to, { recursive: true })) };
  } catch (error) {
    const why = isFileFault(error) ? fileFault(error) : ((error as Error).message ?? 'its files are damaged');
    throw new StoreOpenError(
      `The registry ${folder} cannot be opened: ${why}; restore a backup, or set PULSEBOARD_DATA_DIR to another folder.`,
    );
  }
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
