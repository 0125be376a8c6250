import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DuckDBAppender, type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import type { Id, MemberSecond } from '@pulseboard/contract';
import { Ranges } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { noTotals, type Totals } from '../aggregation/totals.js';
import { appendMemberSecond, appendReading, memberSecondOf, type Row, readingOf } from './duckdb-rows.js';
import { DUCKDB_SCHEMA } from './duckdb-schema.js';
import type {
  HeartRateSummary,
  ReadingsQuery,
  RoomSecond,
  SpoolRanges,
  StoreState,
  StoreWrite,
  TimeSeriesStore,
} from './time-series-store.js';
import { StoreOpenError } from './time-series-store.js';

/** Without a limit DuckDB takes most of a Pi's memory. */
const MEMORY_LIMIT = '512MB';

interface RangesOfSpool {
  of: Omit<SpoolRanges, 'ranges'>;
  numbers: Ranges;
}

/** The embedded store: one file. One process owns it. */
export class DuckDbTimeSeriesStore implements TimeSeriesStore {
  /** Ranges of spools as they stand in the file, so that a flush rewrites only the rows of its spools. */
  readonly #ranges = new Map<string, RangesOfSpool>();
  /** One transaction at a time on the writing connection. */
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly writer: DuckDBConnection,
    private readonly reader: DuckDBConnection,
    private readonly readingsAppender: DuckDBAppender,
    private readonly secondsAppender: DuckDBAppender,
  ) {}

  /** @throws StoreOpenError when the file cannot be opened or another process has it */
  static async open(file: string): Promise<DuckDbTimeSeriesStore> {
    try {
      await mkdir(dirname(file), { recursive: true });
      const instance = await DuckDBInstance.create(file, { memory_limit: MEMORY_LIMIT, threads: '2' });
      const writer = await instance.connect();
      await writer.run(DUCKDB_SCHEMA);
      return new DuckDbTimeSeriesStore(
        instance,
        writer,
        await instance.connect(),
        await writer.createAppender('readings'),
        await writer.createAppender('member_seconds'),
      );
    } catch (error) {
      throw new StoreOpenError(`The store ${file} cannot be opened: ${(error as Error).message.split('\n')[0]}`);
    }
  }

  async begin(): Promise<StoreState> {
    const state = new Map((await this.#rows('SELECT name, value FROM processor_state')).map((row) => [row.name, Number(row.value)]));
    for (const row of await this.#rows('SELECT * FROM spool_ranges ORDER BY spool, first')) {
      const spool = row.spool as string;
      const entry = this.#ranges.get(spool) ?? {
        of: { gym: row.gym as Id, room: row.room as Id, gateway: row.gateway as Id, spool },
        numbers: new Ranges(),
      };
      entry.numbers.add(Number(row.first), Number(row.last));
      this.#ranges.set(spool, entry);
    }
    const epoch = (state.get('epoch') ?? 0) + 1;
    await this.#transaction(async () => ({ result: await this.#setState('epoch', epoch) }));
    return {
      epoch,
      watermarkAt: state.get('watermark_at'),
      ranges: [...this.#ranges.values()].map(({ of, numbers }) => ({ ...of, ranges: numbers.toArray() })),
    };
  }

  async write(write: StoreWrite): Promise<MemberSecond[]> {
    return this.#transaction(async () => {
      // Only now: the write before this one may have added to the same spools.
      const merged = this.#merge(write.ranges);
      const old = write.replaced.length ? await this.#deleteSeconds(write) : [];
      for (const reading of write.readings) appendReading(this.readingsAppender, reading);
      if (write.readings.length) this.readingsAppender.flushSync();
      for (const second of write.seconds) appendMemberSecond(this.secondsAppender, second);
      if (write.seconds.length) this.secondsAppender.flushSync();
      if (merged.length) await this.#rewriteRanges(merged);
      await this.#setState('watermark_at', write.watermarkAt);
      return {
        result: old,
        committed: () => {
          for (const entry of merged) this.#ranges.set(entry.of.spool, entry);
        },
      };
    });
  }

  async readings({ gym, sensors, from, until }: ReadingsQuery): Promise<StoredReading[]> {
    const some = sensors.length ? `AND list_contains([${sensors.map(quote).join(', ')}], sensor)` : '';
    const rows = await this.#rows(
      `SELECT * FROM readings WHERE gym = $1 AND at_ms >= $2 AND at_ms < $3 ${some} ORDER BY at_ms, spool, number`,
      [gym, BigInt(from), BigInt(until)],
    );
    return rows.map(readingOf);
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
    const rows = await this.#rows(`SELECT * FROM member_seconds WHERE ${ofMember(gym)} ORDER BY at_ms, gym LIMIT ${Math.floor(limit)}`, [
      member,
      BigInt(from),
      BigInt(until),
      ...(gym ? [gym] : []),
    ]);
    return rows.map(memberSecondOf);
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
      `SELECT member, count(*) AS seconds, sum(beats)::BIGINT AS beats, sum(steps)::BIGINT AS steps, sum(point_sixtieths)::BIGINT AS points,
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
          beats: Number(row.beats),
          steps: Number(row.steps),
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

  async close(): Promise<void> {
    await this.#writing.catch(() => {});
    this.readingsAppender.closeSync();
    this.secondsAppender.closeSync();
    await this.writer.run('CHECKPOINT');
    this.reader.closeSync();
    this.writer.closeSync();
    this.instance.closeSync();
  }

  /** Whatever stands in the given seconds, in any room. */
  async #deleteSeconds({ replaced }: StoreWrite): Promise<MemberSecond[]> {
    const values = replaced
      .map(({ gym, member, from, to }) => `(${quote(gym)}, ${quote(member)}, ${from}::BIGINT, ${to}::BIGINT)`)
      .join(', ');
    // The span over all of them lets DuckDB skip the row groups of other times.
    const span = `s.at_ms BETWEEN ${Math.min(...replaced.map((r) => r.from))} AND ${Math.max(...replaced.map((r) => r.to))}`;
    const result = await this.writer.runAndReadAll(
      `DELETE FROM member_seconds AS s USING (VALUES ${values}) AS d(gym, member, first, last)
       WHERE s.gym = d.gym AND s.member = d.member AND s.at_ms BETWEEN d.first AND d.last AND ${span} RETURNING s.*`,
    );
    return (result.getRowObjectsJS() as Row[]).map(memberSecondOf);
  }

  #merge(added: readonly SpoolRanges[]): RangesOfSpool[] {
    const merged = new Map<string, RangesOfSpool>();
    for (const { ranges, ...of } of added) {
      const known = merged.get(of.spool) ?? this.#ranges.get(of.spool);
      merged.set(of.spool, { of, numbers: new Ranges([...(known?.numbers.toArray() ?? []), ...ranges]) });
    }
    return [...merged.values()];
  }

  async #rewriteRanges(spools: readonly RangesOfSpool[]): Promise<void> {
    await this.writer.run(`DELETE FROM spool_ranges WHERE list_contains([${spools.map(({ of }) => quote(of.spool)).join(', ')}], spool)`);
    const rows = spools.flatMap(({ of: { gym, room, gateway, spool }, numbers }) =>
      numbers.toArray().map(([first, last]) => `(${[gym, room, gateway, spool].map(quote).join(', ')}, ${first}, ${last})`),
    );
    if (rows.length) await this.writer.run(`INSERT INTO spool_ranges VALUES ${rows.join(', ')}`);
  }

  async #setState(name: string, value: number): Promise<void> {
    await this.writer.run('DELETE FROM processor_state WHERE name = $1', [name]);
    await this.writer.run('INSERT INTO processor_state VALUES ($1, $2)', [name, BigInt(value)]);
  }

  async #rows(sql: string, values?: DuckDBValue[]): Promise<Row[]> {
    return (await this.reader.runAndReadAll(sql, values)).getRowObjectsJS() as Row[];
  }

  #transaction<T>(work: () => Promise<{ result: T; committed?: () => void }>): Promise<T> {
    const run = this.#writing.then(async () => {
      await this.writer.run('BEGIN TRANSACTION');
      try {
        const { result, committed } = await work();
        await this.writer.run('COMMIT');
        committed?.();
        return result;
      } catch (error) {
        this.readingsAppender.clear();
        this.secondsAppender.clear();
        await this.writer.run('ROLLBACK').catch(() => {});
        throw error;
      }
    });
    this.#writing = run.catch(() => {});
    return run;
  }
}

const ofMember = (gym: Id | undefined): string => `member = $1 AND at_ms >= $2 AND at_ms < $3${gym ? ' AND gym = $4' : ''}`;
/** Ids only: they hold neither quotes nor backslashes, and are quoted all the same. */
const quote = (id: Id): string => `'${id.replaceAll("'", "''")}'`;
