import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { antHeartRateSensorId, fileFault, type Id, UserFacingError } from '@pulseboard/contract';

const HEADER = 'elapsed_s,heart_rate_bpm,cadence_rpm,distance_m';
const RR_HEADER = 'rr_interval_ms';
const RR_SUFFIX = '.rr.csv';
const FIRST_DEVICE_NUMBER = 1001;
/** Of a workout beyond its last row or beat: time for the last reading to lapse. */
const TAIL_MS = 10_000;
/** Highest heart rate that fits into the strap's byte beside its sentinels. */
const MAX_RECORDED_BPM = 254;

export interface WorkoutRow {
  /** Since the start of the recording. */
  elapsedMs: number;
  /** Undefined: none recorded (an empty field, or 0). */
  heartRateBpm?: number;
  cadenceRpm?: number;
  distanceM?: number;
}

/** One recording, worn as one strap. */
export interface Workout {
  /** Name of the file in its folder. */
  file: string;
  /** The same as an id: `cycling-150min`. */
  name: Id;
  sensor: Id;
  deviceNumber: number;
  /** To the last row or beat, and 10 s. */
  durationMs: number;
  rows: readonly WorkoutRow[];
  /** In order, the first from time 0 on; when there, they are the beat train. */
  rrIntervalsMs?: readonly number[];
}

/** The recordings cannot be used; the message is one sentence that says which file and line. */
export class WorkoutError extends UserFacingError {
  override readonly name = 'WorkoutError';
  readonly code: 'workouts-missing' | 'workouts-none' | 'workout-malformed';
  constructor(code: WorkoutError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Reads every `*.csv` of a folder, in order of file names; `x.rr.csv` belongs to `x.csv`.
 * @throws {WorkoutError} the folder is missing, has no workout, or one is malformed
 */
export async function loadWorkouts(dir: string): Promise<Workout[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(`workouts from ${dir}`, error, NO_FOLDER);
  });
  const files = names.filter((name) => name.endsWith('.csv') && !name.endsWith(RR_SUFFIX)).sort();
  if (!files.length) throw new WorkoutError('workouts-none', `There is no workout (*.csv) in ${dir}.`);
  const rrFiles = new Set(names.filter((name) => name.endsWith(RR_SUFFIX)));
  const workouts: Workout[] = [];
  for (const [index, file] of files.entries()) {
    const rrFile = file.replace(/\.csv$/, RR_SUFFIX);
    const rrText = rrFiles.delete(rrFile) ? await textOf(join(dir, rrFile)) : undefined;
    workouts.push(parseWorkout(file, FIRST_DEVICE_NUMBER + index, await textOf(join(dir, file)), rrText));
  }
  const [orphan] = rrFiles;
  if (orphan)
    throw new WorkoutError('workout-malformed', `${orphan} belongs to no workout: ${orphan.replace(RR_SUFFIX, '.csv')} is missing.`);
  return workouts;
}

const NO_FOLDER: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'it is a file; PULSEBOARD_REPLAY_FILE plays a recording',
};
const NO_FILE: Readonly<Record<string, string>> = { ENOENT: 'it is gone', EISDIR: 'it is a folder' };

const unreadable = (what: string, error: unknown, why: Readonly<Record<string, string>>) =>
  new WorkoutError('workouts-missing', `Cannot read ${what}: ${fileFault(error, why)}.`);

const textOf = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error, NO_FILE);
  });

/** The replay lasts as long as its longest workout. */
export const replayDurationMs = (workouts: readonly Workout[]): number => Math.max(0, ...workouts.map((workout) => workout.durationMs));

/** @throws {WorkoutError} a wrong header, a field that is no number, a time that does not grow */
export function parseWorkout(file: string, deviceNumber: number, text: string, rrText?: string): Workout {
  const rows = parseRows(file, text);
  const rrIntervalsMs = rrText === undefined ? undefined : parseRrIntervals(file.replace(/\.csv$/, RR_SUFFIX), rrText);
  const lastMs = Math.max(rows.at(-1)?.elapsedMs ?? 0, rrIntervalsMs?.reduce((sum, rr) => sum + rr, 0) ?? 0);
  return {
    file,
    name: idOf(file),
    sensor: antHeartRateSensorId(deviceNumber),
    deviceNumber,
    durationMs: Math.ceil(lastMs) + TAIL_MS,
    rows,
    ...(rrIntervalsMs ? { rrIntervalsMs } : {}),
  };
}

function parseRows(file: string, text: string): WorkoutRow[] {
  const rows: WorkoutRow[] = [];
  let lastMs = -1;
  for (const { line, fields } of csvLines(file, text, HEADER)) {
    const [elapsedS, heartRateBpm, cadenceRpm, distanceM] = fields;
    if (elapsedS === undefined) throw malformed(file, line, 'has no elapsed_s');
    const elapsedMs = Math.round(elapsedS * 1000);
    if (elapsedMs <= lastMs) throw malformed(file, line, `has an elapsed_s of ${elapsedS}, which is not after the row before`);
    if (heartRateBpm !== undefined && (heartRateBpm < 0 || heartRateBpm > MAX_RECORDED_BPM))
      throw malformed(file, line, `has a heart rate of ${heartRateBpm}, outside 0 to ${MAX_RECORDED_BPM}`);
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

function parseRrIntervals(file: string, text: string): number[] {
  return Array.from(csvLines(file, text, RR_HEADER), ({ line, fields: [rrIntervalMs] }) => {
    if (rrIntervalMs === undefined || rrIntervalMs <= 0) throw malformed(file, line, 'has no RR interval above 0');
    return rrIntervalMs;
  });
}

/** Rows after the header; an empty field is undefined, an empty line is passed over. */
function* csvLines(file: string, text: string, header: string): Generator<{ line: number; fields: (number | undefined)[] }> {
  const [first = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (first.trim() !== header) throw malformed(file, 1, `should be the header "${header}" but is "${first.trim().slice(0, 80)}"`);
  const columns = header.split(',');
  for (const [index, row] of lines.entries()) {
    if (!row.trim()) continue;
    const line = index + 2;
    const texts = row.split(',');
    if (texts.length !== columns.length) throw malformed(file, line, `has ${texts.length} fields instead of ${columns.length}`);
    const fields = texts.map((field, column) => {
      const value = field.trim();
      if (value === '') return undefined;
      if (!/^-?\d+(\.\d+)?$/.test(value))
        throw malformed(file, line, `has "${value.slice(0, 40)}" for ${columns[column]}, which is not a number`);
      return Number(value);
    });
    yield { line, fields };
  }
}

const malformed = (file: string, line: number, what: string) => new WorkoutError('workout-malformed', `Line ${line} of ${file} ${what}.`);

const idOf = (file: string): Id =>
  file
    .replace(/\.csv$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 63) || 'workout';
