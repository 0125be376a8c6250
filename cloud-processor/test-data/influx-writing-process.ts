import { pino } from 'pino';
import { SqlBookStore } from '../registry/books/sql-book-store.js';
import { openPglite } from '../registry/pglite-database.js';
import { openPostgres } from '../registry/postgres/open-postgres.js';
import { openInfluxStore } from '../storage/influx/open-influx-store.js';
import { flushNumber, numberOf } from './numbered-flushes.js';

/** A process of its own, with its books in a folder or at an address of PostgreSQL: writes flush after flush to InfluxDB until it is killed, and says each number once it is stored. */
const [url, database, place] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const home = await (place!.startsWith('postgres:') ? openPostgres({ url: place!, log }) : openPglite(place!));
const books = await SqlBookStore.open(home, database!);
const store = await openInfluxStore({ url: url!, database: database!, books, clock: Date.now, log });
const { watermarkAt } = await store.begin();
for (let n = numberOf(watermarkAt) + 1; ; n++) {
  await store.write(flushNumber(n));
  process.stdout.write(`${n}\n`);
}
