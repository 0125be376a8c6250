import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { SqlBookStore } from '../registry/books/sql-book-store.js';
import { pgliteDatabase } from '../registry/pglite-database.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'pulseboard-test');

/** Books for tests: real ones, in a database in memory. */
export class TestBooks {
  private constructor(private readonly pglite: PGlite) {}

  static async start(): Promise<TestBooks> {
    return new TestBooks(await emptyDatabase());
  }

  /** Makes the folder of a database that a process of its own is to open. */
  static async makeFolder(folder: string): Promise<void> {
    await (await emptyDatabase(folder)).close();
  }

  /** @param store name of the store that they are of; the same ones for the same name */
  open(store: string): Promise<SqlBookStore> {
    return SqlBookStore.open(pgliteDatabase(this.pglite), store);
  }

  /** Of a table with all that belongs to it, bytes. */
  async sizeOf(table: string): Promise<number> {
    const { rows } = await this.pglite.query<{ bytes: number }>('SELECT pg_total_relation_size($1) AS bytes', [table]);
    return rows[0]!.bytes;
  }

  async close(): Promise<void> {
    await this.pglite.close();
  }
}

/** Making one takes seconds, so the first one ever made is kept, and loaded by the others. */
async function emptyDatabase(folder?: string): Promise<PGlite> {
  const library = dirname(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')));
  const { version } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as { version: string };
  const kept = join(cache, `pglite-${version}.tar`);
  const at = folder === undefined ? {} : { dataDir: folder };
  if (existsSync(kept)) return PGlite.create({ ...at, loadDataDir: new Blob([readFileSync(kept)]) });
  const made = await PGlite.create(at);
  await mkdir(cache, { recursive: true });
  const part = `${kept}.${process.pid}`;
  await writeFile(part, new Uint8Array(await (await made.dumpDataDir('none')).arrayBuffer()));
  await rename(part, kept);
  return made;
}
