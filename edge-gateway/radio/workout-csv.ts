import { cutText, oneLine, quoted, UserFacingError } from '@pulseboard/contract';

/** The recordings cannot be used; the message is one sentence that says which file and line. */
export class WorkoutError extends UserFacingError {
  override readonly name = 'WorkoutError';
  readonly code: 'workouts-missing' | 'workouts-none' | 'workout-malformed';
  constructor(code: WorkoutError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A column, what its values are called in a sentence, and which are plausible. */
interface Column {
  name: string;
  what: string;
  from: number;
  to: number;
  unit: string;
}

export const MAX_ELAPSED_S = 24 * 3600;
/** A pause of a workout is shorter; a longer one is a wrong time, or two workouts. */
const MAX_GAP_S = 6 * 3600;

const ELAPSED: Column = { name: 'elapsed_s', what: 'an elapsed_s', from: 0, to: MAX_ELAPSED_S, unit: 's' };
const COLUMNS: readonly Column[] = [
  ELAPSED,
  // The highest that fits into the strap's byte beside its sentinels; 0 means none.
  { name: 'heart_rate_bpm', what: 'a heart rate', from: 0, to: 254, unit: 'bpm' },
  { name: 'cadence_rpm', what: 'a cadence', from: 0, to: 300, unit: 'rpm' },
  { name: 'distance_m', what: 'a distance', from: 0, to: 2_000_000, unit: 'm' },
];
/** Wider than a heart at rest and at its most: early beats, and beats that the strap missed, are in real recordings. */
const RR_COLUMNS: readonly Column[] = [{ name: 'rr_interval_ms', what: 'an RR interval', from: 200, to: 5000, unit: 'ms' }];

export interface WorkoutRow {
  /** Since the start of the recording. */
  elapsedMs: number;
  /** Undefined: none recorded (an empty field, or 0). */
  heartRateBpm?: number;
  cadenceRpm?: number;
  distanceM?: number;
}

/** @throws {WorkoutError} a wrong header, a value that is not plausible, a time that does not grow */
export function parseRows(file: string, text: string): WorkoutRow[] {
  const rows: WorkoutRow[] = [];
  let lastMs = -1;
  for (const { line, fields } of csvLines(file, text, COLUMNS)) {
    const [elapsedS, heartRateBpm, cadenceRpm, distanceM] = fields;
    if (elapsedS === undefined) throw malformed(file, line, 'has no elapsed_s');
    const elapsedMs = Math.round(elapsedS * 1000);
    if (elapsedMs <= lastMs) throw malformed(file, line, `has an elapsed_s of ${elapsedS}, which is not after the row before`);
    if (elapsedMs > Math.max(0, lastMs) + MAX_GAP_S * 1000)
      throw malformed(file, line, `has an elapsed_s of ${elapsedS}; plausible are at most ${MAX_GAP_S} s after the row before`);
    lastMs = elapsedMs;
    rows.push({
      elapsedMs,
      ...(heartRateBpm ? { heartRateBpm } : {}),
      ...(cadenceRpm === undefined ? {} : { cadenceRpm }),
      ...(distanceM === undefined ? {} : { distanceM }),
    });
  }
  return rows;
}

/** @throws {WorkoutError} */
export function parseRrIntervals(file: string, text: string): number[] {
  let sumMs = 0;
  return Array.from(csvLines(file, text, RR_COLUMNS), ({ line, fields: [rrIntervalMs] }) => {
    sumMs += rrIntervalMs!;
    if (sumMs > MAX_ELAPSED_S * 1000) throw malformed(file, line, 'is more than a day after the first; plausible is at most one');
    return rrIntervalMs!;
  });
}

/** Rows after the header; an empty field is undefined, an empty line is passed over. Commas, or as a spreadsheet of much of Europe writes it: semicolons, and commas in numbers. */
function* csvLines(file: string, text: string, columns: readonly Column[]): Generator<{ line: number; fields: (number | undefined)[] }> {
  const header = columns.map(({ name }) => name);
  const [first = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const separator = first.includes(';') ? ';' : ',';
  if (fieldsOf(first, separator).join() !== header.join())
    throw malformed(file, 1, `should be the header "${header.join()}" but is ${quoted(first.trim())}`);
  for (const [index, row] of lines.entries()) {
    if (!row.trim()) continue;
    const line = index + 2;
    const texts = fieldsOf(row, separator);
    if (texts.length !== columns.length) throw malformed(file, line, `has ${texts.length} fields instead of ${columns.length}`);
    yield { line, fields: texts.map((field, column) => plausibleValue(file, line, columns[column]!, field, separator)) };
  }
}

/** Quotation marks around a field are left out; no field has any in it. */
const fieldsOf = (row: string, separator: string): string[] =>
  row.split(separator).map((field) =>
    field
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );

function plausibleValue(file: string, line: number, column: Column, field: string, separator: string): number | undefined {
  const { name, what, from, to, unit } = column;
  if (field === '' && column !== RR_COLUMNS[0]) return undefined;
  const text = separator === ';' ? field.replace(',', '.') : field;
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw malformed(file, line, `has ${quoted(field, 40)} for ${name}, which is not a number`);
  const value = Number(text);
  if (value >= from && value <= to) return value;
  throw malformed(file, line, `has ${what} of ${cutText(text, 40)}; plausible are ${from} to ${to} ${unit}`);
}

const malformed = (file: string, line: number, what: string) =>
  new WorkoutError('workout-malformed', `Line ${line} of ${oneLine(file)} ${what}.`);
