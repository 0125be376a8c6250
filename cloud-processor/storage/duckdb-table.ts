import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBAppender,
  DuckDBDataChunk,
  type DuckDBListValue,
  type DuckDBResult,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  listValue,
  SMALLINT,
  TINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import type { NumberRange } from '@pulseboard/contract';
import type { Breather } from '../breather.js';

/** How a value of ours is a value of DuckDB. */
interface Codec {
  type: DuckDBType;
  /** @throws RangeError when the column cannot hold it: vectors would cut it to its low bits */
  encode(value: never): DuckDBValue;
  decode(value: never): unknown;
}

const codec = <T, D extends DuckDBValue>(type: DuckDBType, encode: (value: T) => D, decode: (value: D) => T): Codec => ({
  type,
  encode,
  decode,
});

function small(type: DuckDBType, bits: number): Codec {
  const limit = 2 ** (bits - 1);
  return codec(type, (value: number) => whole(value, limit), same);
}

function whole(value: number, limit: number): number {
  if (Number.isInteger(value) && value >= -limit && value < limit) return value;
  throw new RangeError(`${value} is not a whole number of the column's size`);
}

const same = <T>(value: T): T => value;

/** Kinds of columns. */
export const text = codec<string, string>(VARCHAR, same, same);
export const bool = codec<boolean, boolean>(BOOLEAN, same, same);
export const tinyint = small(TINYINT, 8);
export const smallint = small(SMALLINT, 16);
export const integer = small(INTEGER, 32);
export const bigint = codec<number, bigint>(BIGINT, (value) => BigInt(whole(value, Number.MAX_SAFE_INTEGER + 1)), Number);
export const double = codec<number, number>(DOUBLE, same, same);
export const doubles = codec<number[], DuckDBListValue>(LIST(DOUBLE), listValue, ({ items }) => [...items] as number[]);
/** A figure to a tenth, as a whole number of tenths: sums of it are exact. */
export const tenths = codec<number, number>(
  SMALLINT,
  (value) => whole(Math.round(value * 10), 2 ** 15),
  (value) => value / 10,
);
export const longTenths = codec<number, number>(
  INTEGER,
  (value) => whole(Math.round(value * 10), 2 ** 31),
  (value) => value / 10,
);
export const json = codec<unknown, string>(
  VARCHAR,
  (value) => JSON.stringify(value),
  (value) => JSON.parse(value),
);
/** Ranges of numbers, flat: from, to, from, to. */
export const ranges = codec<NumberRange[], DuckDBListValue>(
  LIST(BIGINT),
  (list) => listValue(list.flat().map((value) => BigInt(whole(value, Number.MAX_SAFE_INTEGER + 1)))),
  ({ items }) => {
    const list: NumberRange[] = [];
    for (let i = 0; i < items.length; i += 2) list.push([Number(items[i]), Number(items[i + 1])]);
    return list;
  },
);

/** Property of a row of ours, name of its column, kind, and `?` where it may be absent. */
export type Column<T> = readonly [property: keyof T & string, name: string, kind: Codec, optional?: '?'];

/** A vector holds 2048 rows; half of that is some ms of work. */
const CHUNK_ROWS = 1000;

/** A table and how its rows become objects of ours. The order of columns is that of the table. */
export class DuckDbTable<T extends object> {
  /** For `SELECT`, in the order that `rowsOf` expects. */
  readonly select: string;
  /** The same with NULL in some columns, which are not read then. */
  selectWithout(...properties: (keyof T & string)[]): string {
    return this.columns.map(([property, column]) => (properties.includes(property) ? `NULL AS ${column}` : column)).join(', ');
  }

  readonly schema: string;
  readonly #types: DuckDBType[];

  constructor(
    readonly name: string,
    private readonly columns: readonly Column<T>[],
  ) {
    this.select = columns.map(([, column]) => column).join(', ');
    const defined = columns.map(([, column, { type }, optional]) => `${column} ${type}${optional ? '' : ' NOT NULL'}`);
    this.schema = `CREATE TABLE IF NOT EXISTS ${name} (${defined.join(', ')});`;
    this.#types = columns.map(([, , { type }]) => type);
  }

  /** @throws RangeError when a value does not fit */
  async chunksOf(rows: readonly T[], breather: Breather): Promise<DuckDBDataChunk[]> {
    const chunks: DuckDBDataChunk[] = [];
    for (let first = 0; first < rows.length; first += CHUNK_ROWS) {
      const part = rows.slice(first, first + CHUNK_ROWS);
      const chunk = DuckDBDataChunk.create(this.#types, part.length);
      for (const [i, [property, column, { encode }, optional]] of this.columns.entries()) {
        const values = part.map((row) => {
          const value = row[property];
          if (value !== undefined) return encode(value as never);
          if (!optional) throw new RangeError(`${column} is missing`);
          return null;
        });
        chunk.setColumnValues(i, values);
      }
      chunks.push(chunk);
      if (breather.isDue) await breather.breathe();
    }
    return chunks;
  }

  async append(to: DuckDBAppender, chunks: readonly DuckDBDataChunk[], breather: Breather): Promise<void> {
    for (const chunk of chunks) {
      to.appendDataChunk(chunk);
      if (breather.isDue) await breather.breathe();
    }
    if (chunks.length) to.flushSync();
  }

  /** Why this row does not fit into its columns: the end of a sentence. Undefined: it does. */
  faultOf(row: T): string | undefined {
    for (const [property, column, { encode }, optional] of this.columns) {
      const value = row[property];
      if (value === undefined) {
        if (!optional) return `${column} is missing`;
        continue;
      }
      try {
        encode(value as never);
      } catch (error) {
        return `${column}: ${(error as Error).message}`;
      }
    }
    return undefined;
  }

  /** @param result of a `SELECT` of `select`, or of a `RETURNING` of it */
  async rowsOf(result: DuckDBResult, breather: Breather): Promise<T[]> {
    const rows: T[] = [];
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const part: Record<string, unknown>[] = Array.from({ length: chunk.rowCount }, () => ({}));
      for (const [i, [property, , { decode }]] of this.columns.entries()) {
        const values = chunk.getColumnValues(i);
        for (let row = 0; row < part.length; row++) {
          const value = values[row];
          if (value !== null && value !== undefined) part[row]![property] = decode(value as never);
        }
      }
      for (const row of part) rows.push(row as T);
      if (breather.isDue) await breather.breathe();
    }
    return rows;
  }
}
