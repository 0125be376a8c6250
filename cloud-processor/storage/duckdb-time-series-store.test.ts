import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { emptyRoster, Roster } from '../aggregation/roster.js';
import { Derivation } from '../ingest/derivation.js';
import { readingAt, recordOf, secondOf, T0 } from '../test-data/readings.js';
import { DUCKDB_OPTIONS, DuckDbFile } from './duckdb-file.js';
import { DuckDbTimeSeriesStore } from './duckdb-time-series-store.js';
import { storeContract } from './time-series-store.contract.js';
import { StoreOpenError } from './time-series-store.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-store-'));
});
afterAll(() => rm(folder, { recursive: true }));

const fileOf = (name: string) => join(folder, 'below', `${name}.duckdb`);
storeContract((name) => DuckDbTimeSeriesStore.open(fileOf(name)));

const writingProcess = fileURLToPath(new URL('../test-data/writing-process.js', import.meta.url));
const startWriting = (name: string) => spawn(process.execPath, [writingProcess, fileOf(name)], { stdio: ['ignore', 'pipe', 'inherit'] });

test('a process that is killed while it writes loses no write that it told of, and none is half', async () => {
  const child = startWriting('killed');
  const exited = once(child, 'exit');
  let told = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    told = Number(line);
    if (told === 20) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);

  const store = await DuckDbTimeSeriesStore.open(fileOf('killed'));
  const { epoch, watermarkAt, spools } = await store.begin();
  const readings = await store.readings({ gym: 'demo', sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER });
  const seconds = await store.memberSeconds({ member: 'ada', from: 0, until: Number.MAX_SAFE_INTEGER, limit: 1e6 });
  await store.close();
  const count = readings.length;
  expect(count).toBeGreaterThanOrEqual(told);
  expect(epoch).toBe(2);
  expect(readings.map((r) => r.number)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
  expect(seconds).toHaveLength(count);
  expect(spools.map((s) => s.ranges)).toEqual([[[1, count]]]);
  expect(watermarkAt).toBe(seconds.at(-1)!.at);
});

test('a start succeeds whatever `raw` a former release stored', async () => {
  const store = await DuckDbTimeSeriesStore.open(fileOf('fat'));
  await store.begin();
  const nothing = { replaced: [], seconds: [], spools: [], deadLetters: [], removedDeadLetters: [], watermarkAt: T0 };
  // More than the memory that DuckDB may take.
  const readings = Array.from({ length: 60 }, (_, i) =>
    readingAt(i * 10, { number: i + 1, ...(i === 0 ? {} : { raw: 'ab'.repeat(2_500_000) }) }),
  );
  await store.write({ ...nothing, readings });
  await store.close();

  const again = await DuckDbTimeSeriesStore.open(fileOf('fat'));
  const derivation = new Derivation({
    store: again,
    rosterOf: () => new Roster(emptyRoster),
    clock: () => T0 + 5000,
    watermarkAt: (await again.begin()).watermarkAt,
  });
  await derivation.resume();
  expect(await derivation.flush([readingAt(1000, { number: 99 })])).toMatchObject({ refused: [] });
  const span = { gym: 'demo', sensor: 'ant-hr-1', from: 0, until: Number.MAX_SAFE_INTEGER };
  expect(await again.readingsOf([span])).toHaveLength(61);
  expect(await again.prune({ readingsBefore: T0 + 500, secondsBefore: 0 })).toMatchObject({ readings: 50 });
  await again.close();
});

test('no extension is installed or loaded because a query names it', async () => {
  const file = await DuckDbFile.open(fileOf('settings'));
  const names = Object.keys(DUCKDB_OPTIONS);
  const result = await file.read(
    `SELECT name, value FROM duckdb_settings() WHERE name IN (${names.map((name) => `'${name}'`).join(', ')})`,
  );
  const settings = Object.fromEntries((await result.getRowsJS()) as [string, string][]);
  expect(settings).toMatchObject({ autoinstall_known_extensions: 'false', autoload_known_extensions: 'false', threads: '2' });
  await expect(file.read("SELECT * FROM 'https://127.0.0.1/x.parquet'")).rejects.toThrow(/httpfs|extension/i);
  await file.close();
});

test('one process owns the file', async () => {
  const store = await DuckDbTimeSeriesStore.open(fileOf('owned'));
  const child = startWriting('owned');
  let said = '';
  for await (const line of createInterface({ input: child.stdout })) {
    said = line;
    child.kill('SIGKILL'); // had it been let in, it would write for ever
  }
  await store.close();
  expect(said).toContain('STORE_OPEN_FAILED');
  expect(said).toContain(`The store ${fileOf('owned')} cannot be opened: process `);
  expect(said).toContain('has it; stop that one, or set PULSEBOARD_DATA_DIR to another folder.');
});

test('what is no store is refused', async () => {
  const file = join(folder, 'text.duckdb');
  await writeFile(file, 'no store '.repeat(2000));
  await expect(DuckDbTimeSeriesStore.open(file)).rejects.toThrow(StoreOpenError);
  await expect(DuckDbTimeSeriesStore.open(join(file, 'below-a-file.duckdb'))).rejects.toThrow(StoreOpenError);
});

test('a file of the former release, with a row for each range, opens and keeps what it knows', async () => {
  const former = `
    CREATE TABLE spool_ranges (gym VARCHAR NOT NULL, room VARCHAR NOT NULL, gateway VARCHAR NOT NULL, spool VARCHAR NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL);
    INSERT INTO spool_ranges VALUES ('demo', 'main', 'gateway-1', 'spoolone', 9, 12), ('demo', 'main', 'gateway-1', 'spoolone', 1, 4),
      ('demo', 'studio', 'gateway-2', 'spooltwo', 5, 5);
    CREATE TABLE processor_state (name VARCHAR NOT NULL, value BIGINT NOT NULL);
    INSERT INTO processor_state VALUES ('epoch', 7), ('watermark_at', 1000);
    CREATE TABLE readings (gym VARCHAR NOT NULL, room VARCHAR NOT NULL, gateway VARCHAR NOT NULL, spool VARCHAR NOT NULL, number BIGINT NOT NULL,
      sensor VARCHAR NOT NULL, at_ms BIGINT NOT NULL, heart_rate_bpm SMALLINT, beat_time_ms DOUBLE, beat_count SMALLINT, beats SMALLINT,
      rr_intervals_ms DOUBLE[], contact BOOLEAN, battery_percent SMALLINT, steps BIGINT, cadence_spm DOUBLE, distance_m DOUBLE, energy_kj INTEGER,
      rssi_dbm SMALLINT, raw VARCHAR);
    CREATE TABLE member_seconds (gym VARCHAR NOT NULL, room VARCHAR NOT NULL, member VARCHAR NOT NULL, at_ms BIGINT NOT NULL, sensor VARCHAR NOT NULL,
      gateway VARCHAR NOT NULL, mean_bpm_tenths SMALLINT NOT NULL, min_bpm SMALLINT NOT NULL, max_bpm SMALLINT NOT NULL, samples SMALLINT NOT NULL,
      beats SMALLINT NOT NULL, mean_rr_tenths INTEGER, percent_tenths SMALLINT NOT NULL, hr_max_bpm SMALLINT NOT NULL, hr_max_assumed BOOLEAN NOT NULL,
      zone TINYINT NOT NULL, micro_kcal INTEGER, point_sixtieths TINYINT NOT NULL, steps INTEGER NOT NULL, held BOOLEAN NOT NULL);
    INSERT INTO member_seconds VALUES ('demo', 'main', 'ada', ${T0}, 'ant-hr-1', 'gateway-1', 1505, 149, 152, 2, 3, NULL, 801, 188, false, 4, 203411, 4, 0, false),
      ('demo', 'main', 'ada', ${T0 + 1000}, 'ant-hr-1', 'gateway-1', 1505, 149, 152, 2, 3, NULL, 801, 188, false, 4, 203411, 4, 3, false);`;
  const instance = await DuckDBInstance.create(join(folder, 'former.duckdb'));
  const connection = await instance.connect();
  await connection.run(former);
  connection.closeSync();
  instance.closeSync();

  // It could not tell unknown steps from none.
  const { steps: _, ...unknownSteps } = secondOf(0);
  const spools = [
    recordOf('spoolone', {
      ranges: [
        [1, 4],
        [9, 12],
      ],
    }),
    recordOf('spooltwo', { room: 'studio', gateway: 'gateway-2', ranges: [[5, 5]] }),
  ];
  for (const epoch of [8, 9]) {
    const store = await DuckDbTimeSeriesStore.open(join(folder, 'former.duckdb'));
    expect(await store.begin()).toEqual({ id: expect.stringMatching(/^[0-9a-f]{16}$/), epoch, watermarkAt: 1000, spools });
    expect(await store.memberSeconds({ member: 'ada', from: 0, until: T0 + 1001, limit: 9 })).toEqual([
      unknownSteps,
      secondOf(1, { steps: 3 }),
    ]);
    const pod = readingAt(epoch, {
      number: epoch,
      heartRateBpm: 150,
      raw: '00ff',
      speedMps: 2.5,
      running: true,
      kcal: 18,
      batteryState: 'low',
    });
    await store.write({
      readings: [pod],
      replaced: [],
      seconds: [],
      spools: [],
      deadLetters: [],
      removedDeadLetters: [],
      watermarkAt: 1000,
    });
    const readings = await store.readings({ gym: 'demo', sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER });
    expect(readings.at(-1)).toEqual(pod);
    await store.close();
  }
});

test('after a write that failed it begins from the file, opened anew, and questions wait for that', async () => {
  const file = fileOf('reopened');
  const all = { gym: 'demo', sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER };
  const nothing = { replaced: [], seconds: [], spools: [], deadLetters: [], removedDeadLetters: [], watermarkAt: T0 };
  const store = await DuckDbTimeSeriesStore.open(file);
  await store.begin();
  const reading = readingAt(0, { number: 1 });
  await store.write({ ...nothing, readings: [reading] });
  const fail = () => store.write({ ...nothing, readings: [readingAt(1)], watermarkAt: 1e300 });

  await expect(fail()).rejects.toThrow('out of range');
  const [found, state, again] = await Promise.all([store.readings(all), store.begin(), store.readings(all)]);
  expect([found, again, state.epoch]).toEqual([[reading], [reading], 2]);

  // It cannot be opened: it stays away, and answers so, until it can.
  await expect(fail()).rejects.toThrow('out of range');
  await rename(file, `${file}.elsewhere`);
  await expect(store.begin()).rejects.toThrow('ENOENT'); // it never begins with an empty one
  await mkdir(file);
  await expect(store.begin()).rejects.toThrow();
  await expect(store.readings(all)).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  await rm(file, { recursive: true });
  await rename(`${file}.elsewhere`, file);
  expect(await store.begin()).toMatchObject({ epoch: 3 });
  expect(await store.readings(all)).toEqual([reading]);
  await store.close();
});
