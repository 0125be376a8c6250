import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { antHeartRateSensorId, fileFault, type Id, oneLine } from '@pulseboard/contract';
import { parseRows, parseRrIntervals, WorkoutError, type WorkoutRow } from './workout-csv.js';

const CSV = /\.csv$/i;
const RR_CSV = /\.rr\.csv$/i;
const FIRST_DEVICE_NUMBER = 1001;
/** Of a workout beyond its last row or beat: time for the last reading to lapse. */
const TAIL_MS = 10_000;
/** A day with a row a second has 3 MB. */
const MAX_FILE_BYTES = 50_000_000;

export { WorkoutError, type WorkoutRow } from './workout-csv.js';

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

export interface LoadedWorkouts {
  /** In order of their file names. */
  workouts: Workout[];
  /** Why files were left out, a sentence each. */
  refused: string[];
}

/**
 * Reads every `*.csv` of a folder, in order of file names; `x.rr.csv` belongs to `x.csv`. Hidden files, such as the twin files of a Mac, are none.
 * A file that cannot be used is left out: it changes neither the others nor their straps.
 * @param isStrict one that cannot be used refuses all of them
 * @throws {WorkoutError} the folder is missing, no file of it can be used, or one cannot where `isStrict`
 */
export async function loadWorkouts(dir: string, { isStrict = false } = {}): Promise<LoadedWorkouts> {
  const all = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(`workouts from ${oneLine(dir)}`, error, NO_FOLDER);
  });
  // `~$ana.csv` is the lock of a spreadsheet that has ana.csv open.
  const names = all.filter((name) => CSV.test(name) && !/^(\.|~\$)/.test(name)).sort();
  const files = names.filter((name) => !RR_CSV.test(name));
  const rrFiles = new Map(names.filter((name) => RR_CSV.test(name)).map((name) => [name.replace(RR_CSV, ''), name]));
  if (!names.length) throw new WorkoutError('workouts-none', `There is no workout (*.csv) in ${oneLine(dir)}.`);
  const workouts: Workout[] = [];
  const faults: WorkoutError[] = [];
  for (const [index, file] of files.entries()) {
    const base = file.replace(CSV, '');
    const rrFile = rrFiles.get(base);
    rrFiles.delete(base);
    try {
      const rr = rrFile === undefined ? undefined : { file: rrFile, text: await textOf(join(dir, rrFile)) };
      workouts.push(parseWorkout(file, FIRST_DEVICE_NUMBER + index, await textOf(join(dir, file)), rr));
    } catch (error) {
      if (!(error instanceof WorkoutError)) throw error;
      faults.push(error);
    }
  }
  for (const [base, rrFile] of rrFiles)
    faults.push(new WorkoutError('workout-malformed', `${oneLine(rrFile)} belongs to no workout: ${oneLine(base)}.csv is missing.`));
  if (faults.length > 0 && (isStrict || workouts.length === 0)) {
    const more = faults.length === 1 ? '' : ` So it is with ${faults.length} files.`;
    throw new WorkoutError(faults[0]!.code, `${faults[0]!.message}${more}`);
  }
  return { workouts, refused: faults.map(({ message }) => message) };
}

const NO_FOLDER: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'it is a file; PULSEBOARD_REPLAY_FILE plays a recording',
};
const NO_FILE: Readonly<Record<string, string>> = { ENOENT: 'it is gone', EISDIR: 'it is a folder' };

const unreadable = (what: string, error: unknown, why: Readonly<Record<string, string>>) =>
  new WorkoutError('workouts-missing', `Cannot read ${what}: ${fileFault(error, why)}.`);

async function textOf(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (found.isFile() && found.size > MAX_FILE_BYTES)
      throw new WorkoutError(
        'workout-malformed',
        `${oneLine(path)} has ${Math.round(found.size / 1e6)} MB; a workout has at most ${MAX_FILE_BYTES / 1e6} MB.`,
      );
    // A named pipe would be waited for.
    if (!found.isFile() && !found.isDirectory())
      throw new WorkoutError('workouts-missing', `Cannot read ${oneLine(path)}: it is not a file.`);
    return await readFile(path, 'utf8');
  } catch (error) {
    throw error instanceof WorkoutError ? error : unreadable(oneLine(path), error, NO_FILE);
  }
}

/** The replay lasts as long as its longest workout. */
export const replayDurationMs = (workouts: readonly Workout[]): number => Math.max(0, ...workouts.map((workout) => workout.durationMs));

/**
 * @param rr the RR intervals of the same workout
 * @throws {WorkoutError} a wrong header, a value that is not plausible, a time that does not grow, or nothing at all
 */
export function parseWorkout(file: string, deviceNumber: number, text: string, rr?: { file: string; text: string }): Workout {
  const rows = parseRows(file, text);
  const rrIntervalsMs = rr && parseRrIntervals(rr.file, rr.text);
  if (rows.length === 0 && !rrIntervalsMs?.length)
    throw new WorkoutError('workout-malformed', `${oneLine(file)} has no row after its header.`);
  const lastMs = Math.max(rows.at(-1)?.elapsedMs ?? 0, rrIntervalsMs?.reduce((sum, interval) => sum + interval, 0) ?? 0);
  return {
    file,
    name: idOf(file),
    sensor: antHeartRateSensorId(deviceNumber),
    deviceNumber,
    durationMs: Math.ceil(lastMs) + TAIL_MS,
    rows,
    // Without any, the heart rates of the rows are the beats.
    ...(rrIntervalsMs?.length ? { rrIntervalsMs } : {}),
  };
}

const idOf = (file: string): Id =>
  file
    .replace(CSV, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 63) || 'workout';
