import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Id, MemberSecond } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { noTotals, type Totals } from '../aggregation/totals.js';
import { Breather } from '../breather.js';
import type { DeadLetter, DeadReason } from '../ingest/dead-letter.js';
import { DuckDbFile } from './duckdb-file.js';
import { deadLettersTable, readingsTable, secondsTable, spoolsTable } from './duckdb-schema.js';
import type { DuckDbTable } from './duckdb-table.js';
import type {
  DeadLetterPlace,
  HeartRateSummary,
  PruneCounts,
  PruneLimits,
  ReadingsQuery,
  RoomSecond,
  SensorSpan,
  StoreState,
  StoreWrite,
  TimeSeriesStore,
} from './time-series-store.js';
import { StoreOpenError, type Unstorable, UnstorableError } from './time-series-store.js';

type Row = Record<string, unknown>;

/** A start reads these: a former release stored readings whose `raw` takes more memory than there is. */
const WITHOUT_RAW = readingsTable.selectWithout('raw');

/** One step of a pruning deletes what is within this span: some tens of ms for a room full of straps. */
const PRUNE_STEP_MS = 10 * 60_000;

/** The embedded store: one file. One process owns it. */
export class DuckDbTimeSeriesStore implements TimeSeriesStore {
  #file: Promise<DuckDbFile>;
  /** A write failed: what the file holds is known only once it is opened anew. */
  #isSuspect = false;
  #isClosing = false;

  private constructor(
    private readonly path: string,
    file: DuckDbFile,
  ) {
    this.#file = Promise.resolve(file);
  }

  /** @throws StoreOpenError when the file cannot be opened or another process has it */
  static async open(path: string): Promise<DuckDbTimeSeriesStore> {
    try {
      return new DuckDbTimeSeriesStore(path, await DuckDbFile.open(path));
    } catch (error) {
      throw new StoreOpenError(`The store ${path} cannot be opened: ${whyNot(error as Error)}`);
    }
  }

  /** Copies the file as it stands at one moment, while writing goes on. @param path must not be there */
  async copyTo(path: string): Promise<void> {
    await (await this.#file).copyTo(path);
  }

  async begin(): Promise<StoreState> {
    if (this.#isSuspect) await this.#reopen();
    return this.#transaction(async (writer) => {
      const rows = (await writer.runAndReadAll('SELECT name, value FROM processor_state')).getRowObjectsJS();
      const state = new Map(rows.map((row) => [row.name, Number(row.value)]));
      const id = idOf(rows.find(({ name }) => name === 'store_id')?.value);
      const spools = await spoolsTable.rowsOf(await writer.run(`SELECT ${spoolsTable.select} FROM spools ORDER BY spool`), new Breather());
      const epoch = (state.get('epoch') ?? 0) + 1;
      await writer.run(setState('epoch', epoch));
      if (id.isNew) await writer.run(setState('store_id', id.value));
      return { id: textOfId(id.value), epoch, watermarkAt: state.get('watermark_at'), spools };
    });
  }

  async write(write: StoreWrite): Promise<MemberSecond[]> {
    const { replaced, spools, removedDeadLetters, watermarkAt } = write;
    const breather = new Breather();
    // What does not fit is found before anything is written.
    const chunks = await chunksOf(write, breather);
    return this.#transaction(async (writer, file) => {
      const before = replaced.length ? await deleteSeconds(writer, replaced, breather) : [];
      await file.append(readingsTable, chunks.readings, breather);
      await file.append(secondsTable, chunks.seconds, breather);
      if (removedDeadLetters.length)
        await writer.run(
          `DELETE FROM dead_letters AS l USING (VALUES ${removedDeadLetters.map(({ spool, number }) => `(${quote(spool)}, ${number}::BIGINT)`).join(', ')}) AS d(spool, number)
           WHERE l.spool = d.spool AND l.number = d.number`,
        );
      await file.append(deadLettersTable, chunks.deadLetters, breather);
      if (spools.length) await writer.run(`DELETE FROM spools WHERE spool IN (${spools.map(({ spool }) => quote(spool)).join(', ')})`);
      await file.append(spoolsTable, chunks.spools, breather);
      await writer.run(setState('watermark_at', watermarkAt));
      return before;
    });
  }

  async prune({ readingsBefore, secondsBefore }: PruneLimits): Promise<PruneCounts> {
    return {
      readings: await this.#pruneTable('readings', 'at_ms', readingsBefore),
      deadLetters: await this.#pruneTable('dead_letters', 'arrived_at_ms', readingsBefore),
      seconds: await this.#pruneTable('member_seconds', 'at_ms', secondsBefore),
    };
  }

  async readings({ gym, sensors, from, until }: ReadingsQuery): Promise<StoredReading[]> {
    const some = sensors.length ? `AND sensor IN (${sensors.map(quote).join(', ')})` : '';
    return this.#select(readingsTable, `WHERE gym = $1 AND at_ms >= $2 AND at_ms < $3 ${some} ORDER BY at_ms, spool, number`, [
      gym,
      BigInt(from),
      BigInt(until),
    ]);
  }

  async readingsOf(spans: readonly SensorSpan[]): Promise<StoredReading[]> {
    if (spans.length === 0) return [];
    const values = spans
      .map(({ gym, sensor, from, until }) => `(${quote(gym)}, ${quote(sensor)}, ${from}::BIGINT, ${until}::BIGINT)`)
      .join(', ');
    return this.#select(
      readingsTable,
      `SEMI JOIN (VALUES ${values}) AS s(in_gym, of_sensor, first, until) ON gym = in_gym AND sensor = of_sensor AND at_ms >= first AND at_ms < until
       WHERE ${spanOf(
         spans.map((s) => s.from),
         spans.map((s) => s.until),
       )} ORDER BY at_ms, spool, number`,
      [],
      WITHOUT_RAW,
    );
  }

  async newestReadingAt(): Promise<number | undefined> {
    const [row] = await this.#rows('SELECT max(at_ms) AS newest FROM readings');
    return typeof row!.newest === 'bigint' ? Number(row!.newest) : undefined;
  }

  async sensorsSince(from: number): Promise<{ gym: Id; sensor: Id }[]> {
    const rows = await this.#rows('SELECT DISTINCT gym, sensor FROM readings WHERE at_ms >= $1 ORDER BY gym, sensor', [BigInt(from)]);
    return rows.map((row) => ({ gym: row.gym as Id, sensor: row.sensor as Id }));
  }

  async memberSeconds({
    gym,
    member,
    from,
    until,
    limit,
  }: {
    gym?: Id;
    member: Id;
    from: number;
    until: number;
    limit: number;
  }): Promise<MemberSecond[]> {
    return this.#select(secondsTable, `WHERE ${ofMember(gym)} ORDER BY at_ms, gym LIMIT ${Math.floor(limit)}`, [
      member,
      BigInt(from),
      BigInt(until),
      ...(gym ? [gym] : []),
    ]);
  }

  async summary({ gym, member, from, until }: { gym?: Id; member: Id; from: number; until: number }): Promise<HeartRateSummary> {
    const [row] = await this.#rows(
      `SELECT count(*) AS seconds, sum(mean_bpm_tenths)::BIGINT AS tenths, min(min_bpm) AS lowest, max(max_bpm) AS highest FROM member_seconds WHERE ${ofMember(gym)}`,
      [member, BigInt(from), BigInt(until), ...(gym ? [gym] : [])],
    );
    const seconds = Number(row!.seconds);
    return seconds === 0
      ? { seconds }
      : { seconds, meanBpm: Math.round(Number(row!.tenths) / seconds) / 10, minBpm: Number(row!.lowest), maxBpm: Number(row!.highest) };
  }

  async roomSeconds({
    gym,
    room,
    from,
    until,
    limit,
  }: {
    gym: Id;
    room: Id;
    from: number;
    until: number;
    limit: number;
  }): Promise<RoomSecond[]> {
    const rows = await this.#rows(
      `SELECT at_ms, count(*) AS members, sum(mean_bpm_tenths)::BIGINT AS tenths, min(min_bpm) AS lowest, max(max_bpm) AS highest FROM member_seconds
       WHERE gym = $1 AND room = $2 AND at_ms >= $3 AND at_ms < $4 GROUP BY at_ms ORDER BY at_ms LIMIT ${Math.floor(limit)}`,
      [gym, room, BigInt(from), BigInt(until)],
    );
    return rows.map((row) => ({
      at: Number(row.at_ms),
      members: Number(row.members),
      meanBpm: Math.round(Number(row.tenths) / Number(row.members)) / 10,
      minBpm: Number(row.lowest),
      maxBpm: Number(row.highest),
    }));
  }

  async totals({ gym, room, from }: { gym: Id; room: Id; from: number }): Promise<Map<Id, Totals>> {
    const zones = [0, 1, 2, 3, 4, 5].map((zone) => `count(*) FILTER (zone = ${zone}) AS zone${zone}`).join(', ');
    const rows = await this.#rows(
      `SELECT member, count(*) AS seconds, sum(mean_bpm_tenths)::BIGINT AS bpm_tenths, sum(beats)::BIGINT AS beats,
       coalesce(sum(steps), 0)::BIGINT AS steps, count(steps) AS step_seconds, sum(point_sixtieths)::BIGINT AS points,
       coalesce(sum(micro_kcal), 0)::BIGINT AS micro_kcal, count(micro_kcal) AS energy_seconds, ${zones}
       FROM member_seconds WHERE gym = $1 AND room = $2 AND at_ms >= $3 GROUP BY member`,
      [gym, room, BigInt(from)],
    );
    return new Map(
      rows.map((row) => [
        row.member as Id,
        {
          ...noTotals(),
          seconds: Number(row.seconds),
          bpmTenths: Number(row.bpm_tenths),
          beats: Number(row.beats),
          steps: Number(row.steps),
          stepSeconds: Number(row.step_seconds),
          pointSixtieths: Number(row.points),
          microKcal: Number(row.micro_kcal),
          energySeconds: Number(row.energy_seconds),
          secondsInZone: [0, 1, 2, 3, 4, 5].map((zone) => Number(row[`zone${zone}`])) as Totals['secondsInZone'],
        },
      ]),
    );
  }

  async hasMember(member: Id): Promise<boolean> {
    return (await this.#rows('SELECT 1 FROM member_seconds WHERE member = $1 LIMIT 1', [member])).length > 0;
  }

  async deadLetters({ limit, after }: { limit: number; after?: DeadLetterPlace }): Promise<DeadLetter[]> {
    const rest = after ? `WHERE arrived_at_ms < $1 OR (arrived_at_ms = $1 AND (spool > $2 OR (spool = $2 AND number > $3)))` : '';
    return this.#select(
      deadLettersTable,
      `${rest} ORDER BY arrived_at_ms DESC, spool, number LIMIT ${Math.floor(limit)}`,
      after ? [BigInt(after.arrivedAt), after.spool, BigInt(after.number)] : [],
    );
  }

  async deadLetterCounts(): Promise<Map<DeadReason, number>> {
    const rows = await this.#rows('SELECT reason, count(*) AS letters FROM dead_letters GROUP BY reason ORDER BY reason');
    return new Map(rows.map((row) => [row.reason as DeadReason, Number(row.letters)]));
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await (await this.#file).close();
  }

  /** After a failed write the memory of the database may differ from its file, or be of no use any more. */
  async #reopen(): Promise<void> {
    const old = await this.#file;
    const opened = old
      .close()
      .catch(() => {})
      // Never a new one: what was committed would be missing in it, and nobody would be told.
      .then(() => access(this.path))
      .then(() => DuckDbFile.open(this.path));
    // Queries wait for it. Should it not open, the old one answers them with its fault, and the next `begin` tries again.
    this.#file = opened.catch(() => old);
    await opened;
    this.#isSuspect = false;
  }

  async #transaction<T>(work: (writer: DuckDBConnection, file: DuckDbFile) => Promise<T>): Promise<T> {
    const file = await this.#file;
    return file
      .transaction((writer) => work(writer, file))
      .catch((error) => {
        this.#isSuspect = true;
        throw error;
      });
  }

  /** Deletes step by step, so that writes get their turn in between. What is left when the store closes goes another time. */
  async #pruneTable(table: string, column: string, before: number): Promise<number> {
    let deleted = 0;
    while (!this.#isClosing) {
      const [row] = await this.#rows(`SELECT min(${column}) AS first FROM ${table} WHERE ${column} < ${Math.floor(before)}`);
      if (this.#isClosing || typeof row!.first !== 'bigint') break;
      const until = Math.min(Math.floor(before), Number(row!.first) + PRUNE_STEP_MS);
      deleted += await this.#transaction(
        async (writer) => (await writer.run(`DELETE FROM ${table} WHERE ${column} < ${until}`)).rowsChanged,
      );
    }
    return deleted;
  }

  async #select<T extends object>(table: DuckDbTable<T>, rest: string, values?: DuckDBValue[], columns = table.select): Promise<T[]> {
    const file = await this.#file;
    return table.rowsOf(await file.read(`SELECT ${columns} FROM ${table.name} ${rest}`, values), new Breather());
  }

  async #rows(sql: string, values?: DuckDBValue[]): Promise<Row[]> {
    const file = await this.#file;
    return (await (await file.read(sql, values)).getRowObjectsJS()) as Row[];
  }
}

/** @throws UnstorableError naming every row that does not fit */
async function chunksOf(write: StoreWrite, breather: Breather) {
  const { readings, seconds, spools, deadLetters } = write;
  try {
    return {
      readings: await readingsTable.chunksOf(readings, breather),
      seconds: await secondsTable.chunksOf(seconds, breather),
      spools: await spoolsTable.chunksOf(spools, breather),
      deadLetters: await deadLettersTable.chunksOf(deadLetters, breather),
    };
  } catch (error) {
    const rows = unstorableOf(write);
    if (Object.values(rows).every((list) => list.length === 0)) throw error;
    throw new UnstorableError(rows);
  }
}

const unstorableOf = ({ readings, seconds, spools, deadLetters }: StoreWrite) => ({
  readings: unstorable(readingsTable, readings),
  seconds: unstorable(secondsTable, seconds),
  spools: unstorable(spoolsTable, spools),
  deadLetters: unstorable(deadLettersTable, deadLetters),
});

const unstorable = <T extends object>(table: DuckDbTable<T>, rows: readonly T[]): Unstorable<T>[] =>
  rows.flatMap((row) => {
    const reason = table.faultOf(row);
    return reason === undefined ? [] : [{ row, reason }];
  });

/** Deletes whatever stands in the given seconds, in any room. @returns what stood there */
async function deleteSeconds(writer: DuckDBConnection, replaced: StoreWrite['replaced'], breather: Breather): Promise<MemberSecond[]> {
  const values = replaced
    .map(({ gym, member, from, to }) => `(${quote(gym)}, ${quote(member)}, ${from}::BIGINT, ${to}::BIGINT)`)
    .join(', ');
  const result = await writer.run(
    `DELETE FROM member_seconds AS s USING (VALUES ${values}) AS d(in_gym, of_member, first, last)
     WHERE gym = in_gym AND member = of_member AND at_ms BETWEEN first AND last
     AND ${spanOf(
       replaced.map((r) => r.from),
       replaced.map((r) => r.to + 1),
     )} RETURNING ${secondsTable.select}`,
  );
  return secondsTable.rowsOf(result, breather);
}

/** The span over all of them lets DuckDB skip the row groups of other times. */
const spanOf = (from: readonly number[], until: readonly number[]): string =>
  `at_ms >= ${from.reduce((a, b) => Math.min(a, b))} AND at_ms < ${until.reduce((a, b) => Math.max(a, b))}`;

const ofMember = (gym: Id | undefined): string => `member = $1 AND at_ms >= $2 AND at_ms < $3${gym ? ' AND gym = $4' : ''}`;
/** The table keeps 64-bit integers with a sign: a new id has 63 random bits. */
function idOf(stored: unknown): { value: bigint; isNew: boolean } {
  if (typeof stored === 'bigint') return { value: stored, isNew: false };
  return { value: BigInt.asUintN(63, randomBytes(8).readBigUInt64BE()), isNew: true };
}
const textOfId = (id: bigint): string => id.toString(16).padStart(16, '0');

const setState = (name: string, value: number | bigint): string =>
  `DELETE FROM processor_state WHERE name = '${name}'; INSERT INTO processor_state VALUES ('${name}', ${value});`;
/** Ids only: they hold neither quotes nor backslashes, and are quoted all the same. */
const quote = (id: Id): string => `'${id.replaceAll("'", "''")}'`;

/** DuckDB's own text speaks of its command line. */
function whyNot({ message }: Error): string {
  const holder = /Conflicting lock is held .*\(PID (\d+)\)/s.exec(message);
  return holder ? `process ${holder[1]} has it; stop that one, or set PULSEBOARD_DATA_DIR to another folder.` : message.split('\n')[0]!;
}
