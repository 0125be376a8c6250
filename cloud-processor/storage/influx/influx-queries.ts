import type { Id, MemberSecond } from '@pulseboard/contract';
import { inOrder, type StoredReading } from '../../aggregation/stored-reading.js';
import { noTotals, type Totals } from '../../aggregation/totals.js';
import type { HeartRateSummary, ReadingsQuery, RoomSecond, SecondsOfMember, SensorSpan } from '../time-series-store.js';
import type { Series } from './influx-connection.js';
import type { InfluxDatabase } from './influx-database.js';
import { readingPoints, secondPoints } from './influx-schema.js';
import { isOneOf, where, within } from './influxql.js';
import type { Lane } from './request-slots.js';

const FOREVER = Number.MAX_SAFE_INTEGER;
const SECOND_MS = 1000;
const ZONES = [0, 1, 2, 3, 4, 5] as const;
/** A statement with more conditions takes InfluxDB longer than two. */
const MEMBERS_A_STATEMENT = 100;

type Value = number | null | undefined;

/** The questions of `TimeSeriesStore`, in InfluxQL. */
export class InfluxQueries {
  constructor(private readonly database: Pick<InfluxDatabase, 'query'>) {}

  async readings({ gym, sensors, from, until }: ReadingsQuery): Promise<StoredReading[]> {
    const [series] = await this.database.query(
      [readingsWhere(readingPoints.select, isOneOf('gym', [gym]), isOneOf('sensor', sensors), within(from, until))],
      'write',
    );
    return readingsIn(series!).sort(inOrder);
  }

  async readingsOf(spans: readonly SensorSpan[]): Promise<StoredReading[]> {
    const groups = grouped(spans, ({ gym, from, until }) => `${gym} ${from} ${until}`);
    const statements = groups.map((group) => {
      const [{ gym, from, until }] = group as [SensorSpan];
      const sensors = group.map(({ sensor }) => sensor);
      return readingsWhere(WITHOUT_RAW, isOneOf('gym', [gym]), isOneOf('sensor', sensors), within(from, until));
    });
    return (await this.database.query(statements, 'write')).flatMap(readingsIn).sort(inOrder);
  }

  async newestReadingAt(): Promise<number | undefined> {
    return this.#newestAt('SELECT "number" FROM "reading" ORDER BY time DESC LIMIT 1');
  }

  /** @param since UTC ms: without it all that was ever stored would be looked through @returns from when on no second stands there */
  async noSecondsFrom(since: number): Promise<number> {
    const newestAt = await this.#newestAt(
      `SELECT "beats" FROM "member_second" ${where(within(since, FOREVER))} ORDER BY time DESC LIMIT 1`,
    );
    return newestAt === undefined ? since : newestAt + SECOND_MS;
  }

  async sensorsSince(from: number): Promise<{ gym: Id; sensor: Id }[]> {
    const statement = `SELECT last("number") FROM "reading" ${where(within(from, FOREVER))} GROUP BY "gym", "sensor"`;
    const [series] = await this.database.query([statement], 'write');
    return series!
      .map(({ tags }) => ({ gym: tags!.gym!, sensor: tags!.sensor! }))
      .sort((a, b) => compare(a.gym, b.gym) || compare(a.sensor, b.sensor));
  }

  /** Whatever stands in these runs, in any room. */
  async standing(runs: readonly SecondsOfMember[]): Promise<MemberSecond[]> {
    const statements = grouped(runs, ({ gym, from, to }) => `${gym} ${from} ${to}`).map((group) => {
      const [{ gym, from, to }] = group as [SecondsOfMember];
      const members = group.map(({ member }) => member);
      return `${selectSeconds} ${where(...isOneOf('gym', [gym]), ...isOneOf('member', members), within(from, to + 1))}`;
    });
    return (await this.database.query(statements, 'write')).flatMap(secondsIn);
  }

  async memberSeconds(query: { gym?: Id; member: Id; from: number; until: number; limit: number }): Promise<MemberSecond[]> {
    const limit = Math.floor(query.limit);
    const found: MemberSecond[] = [];
    if (limit <= 0) return found;
    for (let { from } = query; ; ) {
      // A limit holds for each group. Within a series a time is there once, so none is cut in two: a second that moved leaves a point in its former room.
      const conditions = where(...isOneOf('member', [query.member]), ...isOneOf('gym', gymsOf(query.gym)), within(from, query.until));
      const [series] = await this.database.query([`${selectSeconds} ${conditions} GROUP BY "gym", "room" LIMIT ${limit}`]);
      const cut = [...timesByRoom(series!).values()].filter((times) => times.length >= limit);
      // Beyond the end of a group that was cut there may be more of it.
      const wholeUntil = Math.min(FOREVER, ...cut.map((times) => times.at(-1)! + SECOND_MS));
      found.push(...secondsIn(series!).filter(({ at }) => at < wholeUntil));
      // What is gone counts for InfluxDB and not for us.
      if (cut.length === 0 || found.length >= limit) return found.sort((a, b) => a.at - b.at || compare(a.gym, b.gym)).slice(0, limit);
      from = wholeUntil;
    }
  }

  async summary({ gym, member, from, until }: { gym?: Id; member: Id; from: number; until: number }): Promise<HeartRateSummary> {
    const conditions = where(...isOneOf('member', [member]), ...isOneOf('gym', gymsOf(gym)), within(from, until));
    const [series] = await this.database.query([`SELECT ${SUMMARY} FROM "member_second" ${conditions}`]);
    const [row] = rowsOf(series!);
    const seconds = row?.seconds ?? 0;
    return seconds === 0 ? { seconds } : { seconds, meanBpm: meanOf(row!.bpm!, seconds), minBpm: row!.lowest!, maxBpm: row!.highest! };
  }

  async roomSeconds(query: { gym: Id; room: Id; from: number; until: number; limit: number }): Promise<RoomSecond[]> {
    const limit = Math.floor(query.limit);
    const found: RoomSecond[] = [];
    if (limit <= 0) return found;
    for (let { from } = query; ; ) {
      const conditions = where(...isOneOf('gym', [query.gym]), ...isOneOf('room', [query.room]), within(from, query.until));
      const [series] = await this.database.query([
        `SELECT ${SUMMARY} FROM "member_second" ${conditions} GROUP BY time(1s) fill(none) LIMIT ${limit}`,
      ]);
      const rows = rowsOf(series!);
      for (const { time, seconds: members, bpm, lowest, highest } of rows)
        if (members) found.push({ at: time!, members, meanBpm: meanOf(bpm!, members), minBpm: lowest!, maxBpm: highest! });
      if (rows.length < limit || found.length >= limit) return found.slice(0, limit);
      from = rows.at(-1)!.time! + SECOND_MS;
    }
  }

  async totals({ gym, room, from }: { gym: Id; room: Id; from: number }): Promise<Map<Id, Totals>> {
    const sums = [
      'seconds',
      'meanBpm',
      'beats',
      'steps',
      'stepSeconds',
      'pointSixtieths',
      'microKcal',
      'energySeconds',
      ...ZONES.map((zone) => `secondsInZone${zone}`),
    ];
    const selected = sums.map((field) => `sum("${field}") AS "${field}"`).join(', ');
    const conditions = where(...isOneOf('gym', [gym]), ...isOneOf('room', [room]), within(from, FOREVER));
    const [series] = await this.database.query([`SELECT ${selected} FROM "member_second" ${conditions} GROUP BY "member"`]);
    const totals = new Map<Id, Totals>();
    for (const each of series!) {
      const [row] = rowsOf([each]);
      if (!row?.seconds) continue;
      const { seconds, meanBpm, beats, steps, pointSixtieths, microKcal, energySeconds } = row as Record<string, number>;
      const inZone = ZONES.map((zone) => row[`secondsInZone${zone}`] ?? 0) as Totals['secondsInZone'];
      const bpmTenths = Math.round((meanBpm ?? 0) * 10);
      const stepSeconds = row.stepSeconds ?? 0;
      const known = {
        seconds,
        bpmTenths,
        beats,
        steps,
        stepSeconds,
        pointSixtieths,
        microKcal,
        energySeconds,
        secondsInZone: inZone,
      } as Totals;
      totals.set(each.tags!.member!, { ...noTotals(), ...known });
    }
    return totals;
  }

  async hasMember(member: Id): Promise<boolean> {
    const conditions = where(...isOneOf('member', [member]), '"seconds" > 0', within(0, FOREVER));
    const [series] = await this.database.query([`SELECT "seconds" FROM "member_second" ${conditions} LIMIT 1`]);
    return series!.length > 0;
  }

  async #newestAt(statement: string, lane: Lane = 'write'): Promise<number | undefined> {
    const [series] = await this.database.query([statement], lane);
    return series![0]?.values[0]?.[0] as number | undefined;
  }
}

/** A mean of ours has a tenth: their sum is as exact as its tenths, whatever a sum of floats makes of it. */
const SUMMARY = 'sum("seconds") AS "seconds", sum("meanBpm") AS "bpm", min("minBpm") AS "lowest", max("maxBpm") AS "highest"';
const meanOf = (sumBpm: number, seconds: number): number => Math.round(Math.round(sumBpm * 10) / seconds) / 10;

const selectSeconds = `SELECT ${secondPoints.select} FROM "member_second"`;
const readingsWhere = (columns: string, ...conditions: (string | string[])[]): string =>
  `SELECT ${columns} FROM "reading" ${where(...conditions.flat())}`;
const WITHOUT_RAW = readingPoints.selectWithout('raw');

const readingsIn = (series: readonly Series[]): StoredReading[] => series.flatMap((each) => readingPoints.rowsOf(each));
const secondsIn = (series: readonly Series[]): MemberSecond[] => series.flatMap((each) => secondPoints.rowsOf(each));
const gymsOf = (gym: Id | undefined): Id[] => (gym === undefined ? [] : [gym]);

/** The times of each room's points; an answer in portions names a room several times. */
function timesByRoom(series: readonly Series[]): Map<string, number[]> {
  const rooms = new Map<string, number[]>();
  for (const { tags, values } of series) {
    const room = JSON.stringify(tags);
    const times = rooms.get(room) ?? [];
    rooms.set(room, times);
    for (const [at] of values) times.push(at as number);
  }
  return rooms;
}

/** Points with their columns' names. */
const rowsOf = (series: readonly Series[]): Record<string, Value>[] =>
  series.flatMap(({ columns, values }) =>
    values.map((point) => Object.fromEntries(columns.map((column, i) => [column, point[i] as Value]))),
  );

/** Those of one key together, in portions. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  const full: T[][] = [];
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (!group) groups.set(key, [item]);
    else if (group.push(item) >= MEMBERS_A_STATEMENT) {
      full.push(group);
      groups.delete(key);
    }
  }
  return [...full, ...groups.values()];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
