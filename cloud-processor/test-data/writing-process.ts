import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import { StoreOpenError } from '../storage/time-series-store.js';
import { readingAt, recordOf, secondOf, T0 } from './readings.js';

/** A process of its own: writes to the store of its argument until it is killed, and says each number once it is stored. */
const [file] = process.argv.slice(2);
try {
  const store = await DuckDbTimeSeriesStore.open(file!);
  await store.begin();
  for (let number = 1; ; number++) {
    const readings = [readingAt(number, { spool: 'spool1', number })];
    const spools = [recordOf('spool1', { ranges: [[1, number]] })];
    const nothing = { replaced: [], deadLetters: [], removedDeadLetters: [] };
    await store.write({ ...nothing, readings, seconds: [secondOf(number)], spools, watermarkAt: T0 + number * 1000 });
    process.stdout.write(`${number}\n`);
  }
} catch (error) {
  if (!(error instanceof StoreOpenError)) throw error;
  process.stdout.write(`${error.code} ${error.message}\n`);
}
