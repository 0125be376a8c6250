/**
 * Line protocol of InfluxDB, the parts of it that differ from plain text: https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/
 * What a line cannot hold is refused here, for InfluxDB would cut it, or read another line.
 */

/** A value that no line of InfluxDB can hold as it is. */
export class LineError extends RangeError {
  readonly code = 'LINE_IMPOSSIBLE';
}

/** Measurement and tags may take 65,535 bytes together. */
const MAX_TAG_BYTES = 4096;

/**
 * @throws LineError when it is empty, too long, or holds a line break, NUL, half a character, or a backslash before what must be escaped: InfluxDB 1 takes two
 * backslashes there for one, and reads on with the next line
 */
export function tagValue(value: string): string {
  const fault =
    value === ''
      ? 'is empty'
      : /\\([,= ]|$)/.test(value)
        ? 'has a backslash at its end, or before a comma, an equals sign or a space'
        : ['\n', '\r', '\0'].some((mark) => value.includes(mark))
          ? 'holds a line break or NUL'
          : Buffer.byteLength(value) > MAX_TAG_BYTES
            ? 'is too long'
            : whyNoText(value);
  if (fault) throw new LineError(`a tag ${fault}: ${JSON.stringify(value.slice(0, 80))}`);
  return value.replace(/[,= ]/g, '\\$&');
}

/** @throws LineError when it holds half a character */
export function textField(value: string): string {
  const fault = whyNoText(value);
  if (fault) throw new LineError(`a text ${fault}: ${JSON.stringify(value.slice(0, 80))}`);
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** @throws LineError unless it is a whole number that is exact, within [−limit, limit) */
export function integerField(value: number, limit = 2 ** 53): string {
  if (Number.isSafeInteger(value) && value >= -limit && value < limit) return `${value}i`;
  throw new LineError(`${value} is no whole number of the field's size`);
}

/** The shortest text that is read as the same number. @throws LineError for NaN and infinities */
export function floatField(value: number): string {
  if (!Number.isFinite(value)) throw new LineError(`${value} is no number that InfluxDB knows`);
  return Object.is(value, -0) ? '-0' : String(value);
}

export const booleanField = (value: boolean): string => (value ? 'true' : 'false');

/** As UTF-8 half of a surrogate pair becomes another character. */
const whyNoText = (value: string): string | undefined => (/\p{Surrogate}/u.test(value) ? 'holds half a character' : undefined);

/** A room full of straps; beyond that it begins anew. */
const MAX_CACHED = 20_000;

/** `measurement,tag=value,…` of each series, built once: a flush writes hundreds of lines to the same few. */
export class SeriesPrefixes<T extends object> {
  readonly #known = new Map<string, string>();

  /** @param tags properties of a row, each the name of its tag; in the order of the alphabet, as InfluxDB sorts them */
  constructor(
    private readonly measurement: string,
    private readonly tags: readonly (keyof T & string)[],
  ) {}

  /** @throws LineError when a tag is impossible */
  of(row: T): string {
    let key = '';
    for (const tag of this.tags) key += `${row[tag]}\n`;
    const known = this.#known.get(key);
    if (known) return known;
    const prefix = [this.measurement, ...this.tags.map((tag) => `${tag}=${tagValue(String(row[tag]))}`)].join(',');
    if (this.#known.size >= MAX_CACHED) this.#known.clear();
    this.#known.set(key, prefix);
    return prefix;
  }
}
