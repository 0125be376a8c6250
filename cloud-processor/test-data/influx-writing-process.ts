import { pino } from 'pino';
import { PgliteBookStore } from '../registry/books/pglite-book-store.js';
import { PgliteRegistry } from '../registry/pglite-registry.js';
import { openInfluxStore } from '../storage/influx/open-influx-store.js';
import { flushNumber, numberOf } from './numbered-flushes.js';

/** A process of its own: writes flush after flush to InfluxDB until it is killed, and says each number once it is stored. */
const [url, database, folder] = process.argv.slice(2);
const { pglite } = await PgliteRegistry.open(folder!);
const books = await PgliteBookStore.open(pglite, database!);
const store = await openInfluxStore({ url: url!, database: database!, books, clock: Date.now, log: pino({ level: 'silent' }) });
const { watermarkAt } = await store.begin();
for (let n = numberOf(watermarkAt) + 1; ; n++) {
  await store.write(flushNumber(n));
  process.stdout.write(`${n}\n`);
}
