/** Pieces of InfluxQL: the one query language of InfluxDB 1, 2 and 3. */

/** A text as a literal. */
export const quoted = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;

/** A name: of a database, a measurement, a tag. */
export const named = (name: string): string => `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** InfluxDB counts nanoseconds in 64 bits: until 2262. */
const MAX_MS = 9_223_372_036_854;

/** Always with both ends: what has none ends at the server's own now. @param from UTC ms, included @param until not included */
export const within = (from: number, until: number): string => `time >= ${limited(from)}ms AND time < ${limited(until)}ms`;

const limited = (ms: number): number => Math.ceil(Math.min(Math.max(0, ms), MAX_MS));

/** One tag, some values; no condition when there are none. */
export function isOneOf(tag: string, values: readonly string[]): string[] {
  if (values.length === 0) return [];
  const each = values.map((value) => `${named(tag)} = ${quoted(value)}`);
  return [each.length === 1 ? each[0]! : `(${each.join(' OR ')})`];
}

export const where = (...conditions: string[]): string => `WHERE ${conditions.join(' AND ')}`;
