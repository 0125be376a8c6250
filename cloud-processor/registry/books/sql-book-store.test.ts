import { pino } from 'pino';
import { bookStoreContract } from '../../storage/book-store.contract.js';
import { describeOnPostgres, PostgresServer } from '../../test-data/postgres-server.js';
import { recordOf, T0 } from '../../test-data/readings.js';
import { TestBooks } from '../../test-data/test-books.js';
import { openPostgres } from '../postgres/open-postgres.js';
import type { RegistryDatabase } from '../registry-database.js';
import { SqlBookStore } from './sql-book-store.js';

/** Of so many bytes. */
async function writeFlushes(store: SqlBookStore, count: number, bytes: number): Promise<void> {
  const nothing = { deadLetters: [], removedDeadLetters: [] };
  const flush = 'x'.repeat(bytes);
  for (let n = 1; n <= count; n++)
    await store.commit({ ...nothing, spools: [recordOf('spool0001', { ranges: [[1, n]] })], watermarkAt: T0 + n, flush });
}

describe('embedded', () => {
  let books: TestBooks;
  beforeAll(async () => {
    books = await TestBooks.start();
  });
  afterAll(() => books.close());

  bookStoreContract((store) => books.open(store));

  test('thousands of flushes leave little behind', async () => {
    await writeFlushes(await books.open('bloat'), 300, 20_000);
    expect(await books.sizeOf('books_flushes')).toBeLessThan(4.5e6);
  });
});

describeOnPostgres('on a PostgreSQL server', () => {
  let server: PostgresServer;
  let database: RegistryDatabase;
  beforeAll(async () => {
    server = await PostgresServer.start();
    database = await openPostgres({ url: await server.create('books'), log: pino({ level: 'silent' }) });
  });
  afterAll(async () => {
    await database.close();
    await server.close();
  });

  bookStoreContract((store) => SqlBookStore.open(database, store));

  test('thousands of flushes leave little behind', async () => {
    await writeFlushes(await SqlBookStore.open(database, 'bloat'), 300, 20_000);
    expect(Number(await server.sql('books', `SELECT pg_total_relation_size('books_flushes')`))).toBeLessThan(4.5e6);
  });
});
