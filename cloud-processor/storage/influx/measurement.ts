import type { Series } from './influx-connection.js';
import { booleanField, floatField, integerField, SeriesPrefixes, textField } from './line-protocol.js';

/** How a value of ours is a field of InfluxDB. `decode` gets what the JSON of a query has. */
export interface FieldKind {
  /** @throws LineError when the field cannot hold it */
  encode(value: never): string;
  decode(value: never): unknown;
  /** Written where a field is unknown: a point that is written again keeps every field that is not written. Absent: such a point never loses one. */
  unknown?: string;
}

const kind = <T, J = T>(encode: (value: T) => string, decode: (value: J) => T, unknown?: string): FieldKind => ({
  encode,
  decode,
  ...(unknown === undefined ? {} : { unknown }),
});
const same = <T>(value: T): T => value;
const whole = (bits: number, unknown?: string): FieldKind => kind<number>((value) => integerField(value, 2 ** (bits - 1)), same, unknown);
const toTenth = (bits: number, unknown?: string): FieldKind =>
  kind<number>(
    (value) => {
      const tenths = Math.round(value * 10);
      integerField(tenths, 2 ** (bits - 1));
      return floatField(tenths / 10);
    },
    same,
    unknown,
  );

/** Kinds of fields, with the limits of the embedded store's columns: what one of them takes, the other takes too. */
export const text = kind<string>(textField, same);
export const flag = kind<boolean>(booleanField, same);
export const byte = whole(8);
export const short = whole(16);
export const int = whole(32);
/** As large as a number is exact. */
export const long = kind<number>((value) => integerField(value), same);
export const real = kind<number>(floatField, same);
export const reals = kind<number[], string>(
  (list) => textField(`[${list.map(floatField).join(',')}]`),
  (json) => JSON.parse(json),
);
export const tenths = toTenth(16);
export const tenthsOrZero = toTenth(32, '0');
export const intOrZero = whole(32, '0i');

/** Property of a row and field of a point, both by this name; kind; `?` where it may be absent. */
export type Field<T> = readonly [name: keyof T & string, kind: FieldKind, optional?: '?'];

export interface MeasurementOptions<T> {
  name: string;
  /** In the order of the alphabet. */
  tags: readonly (keyof T & string)[];
  fields: readonly Field<T>[];
  /** Nanoseconds since 1970 as text; a number would not hold them. */
  timeOf(row: T): string;
  /** Fields beside those of a row, for sums: `,name=value` of each. */
  derivedOf?(row: T): string;
  derived?: readonly string[];
  /** Takes out of a row what is written where a field is unknown. @param derived value of such a field */
  read?(row: T, derived: (field: string) => unknown): void;
  /** A point that only takes the place of one. */
  isGone?(row: T): boolean;
}

/** A measurement and how its points become rows of ours, and back. `at` is the time of a row, UTC ms. */
export class Measurement<T extends { at: number }> {
  readonly name: string;
  /** For `SELECT`: every field and tag. */
  readonly select: string;
  readonly #prefixes: SeriesPrefixes<T>;

  constructor(private readonly options: MeasurementOptions<T>) {
    const { name, tags, fields, derived = [] } = options;
    this.name = name;
    this.#prefixes = new SeriesPrefixes(name, tags);
    this.select = [...fields.map(([field]) => field), ...derived, ...tags].map((column) => `"${column}"`).join(', ');
  }

  /** For `SELECT`, without a field that can be large. */
  selectWithout(field: keyof T & string): string {
    return this.select
      .split(', ')
      .filter((column) => column !== `"${field}"`)
      .join(', ');
  }

  /** @throws LineError when a value does not fit: InfluxDB would cut or change it */
  lineOf(row: T): string {
    const { fields, timeOf, derivedOf } = this.options;
    let line = '';
    for (const [name, { encode, unknown }] of fields) {
      const value = row[name];
      const field = value === undefined ? unknown : encode(value as never);
      if (field !== undefined) line += `${line ? ',' : ''}${name}=${field}`;
    }
    return `${this.#prefixes.of(row)} ${line}${derivedOf?.(row) ?? ''} ${timeOf(row)}`;
  }

  /**
   * @param series of an answer to `SELECT` of `select`; the first column is `time` in ms
   * @param withGone points that only take the place of one, too
   */
  rowsOf({ tags: grouped = {}, columns, values }: Series, withGone = false): T[] {
    const { fields, tags, read, isGone } = this.options;
    const decoders: [name: string, column: number, decode: (value: never) => unknown][] = [
      ...tags.map((tag): [string, number, (value: never) => unknown] => [tag, columns.indexOf(tag), same]),
      ...fields.map(([name, { decode }]): [string, number, (value: never) => unknown] => [name, columns.indexOf(name), decode]),
    ];
    const rows: T[] = [];
    for (const point of values) {
      const row: Record<string, unknown> = { ...grouped, at: point[0] };
      for (const [name, column, decode] of decoders) {
        const value = point[column];
        if (value !== null && value !== undefined) row[name] = decode(value as never);
      }
      read?.(row as T, (field) => point[columns.indexOf(field)]);
      if (withGone || !isGone?.(row as T)) rows.push(row as T);
    }
    return rows;
  }
}
