import type { Series } from './influx-connection.js';
import type { InfluxDatabase } from './influx-database.js';
import { named, where, within } from './influxql.js';
import type { Measurement } from './measurement.js';

/** A step deletes what is within this span. */
const STEP_MS = 3_600_000;
const FOREVER = Number.MAX_SAFE_INTEGER;

/**
 * Deletes some of what is older than a time. On InfluxDB 1.6.7, with its default index, a DELETE that empties as many series as it leaves hides those as well,
 * until a point of theirs is written (measured): where that may be, the newest point of each is written once more.
 * @param countOf what counts the points, InfluxQL
 * @param until UTC ms, not included; a part of one counts for nothing
 * @param keep gets those points before anything is deleted: a crash in between must not leave them hidden
 * @returns how many went; undefined: nothing is older
 */
export async function pruneStep<T extends { at: number }>(
  database: Pick<InfluxDatabase, 'query' | 'write'>,
  points: Measurement<T>,
  countOf: string,
  until: number,
  keep: (staying: T[]) => Promise<void> = async () => {},
): Promise<number | undefined> {
  // Else what is asked for and what is deleted differ by the points of one millisecond, for ever.
  const before = Math.floor(until);
  const ask = async (statement: string): Promise<Series[]> => (await database.query([statement], 'write'))[0]!;
  const measurement = named(points.name);
  const [oldest] = await ask(`SELECT ${points.select} FROM ${measurement} ${where(within(0, before))} LIMIT 1`);
  const first = oldest?.values[0]?.[0] as number | undefined;
  if (first === undefined) return undefined;
  const span = where(within(first, Math.min(before, first + STEP_MS)));
  const going = await ask(`SELECT ${countOf} FROM ${measurement} ${span} GROUP BY *`);
  const [series] = await ask(`SHOW SERIES FROM ${measurement} LIMIT ${2 * going.length + 1}`);
  const isRisky = (series?.values.length ?? 0) <= 2 * going.length;
  const newest = isRisky
    ? `SELECT ${points.select} FROM ${measurement} ${where(within(before, FOREVER))} GROUP BY * ORDER BY time DESC LIMIT 1`
    : undefined;
  const staying = (newest ? await ask(newest) : []).flatMap((each) => points.rowsOf(each, true));
  if (staying.length) await keep(staying);
  await ask(`DELETE FROM ${measurement} ${span}`);
  await database.write(staying.map((point) => points.lineOf(point)));
  return going.reduce((sum, { values }) => sum + ((values[0]?.[1] as number | null | undefined) ?? 0), 0);
}
