import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadWorkouts, parseWorkout, replayDurationMs, WorkoutError } from './replay-workouts.js';
import { describeWithData } from './test-frames.js';

const header = 'elapsed_s,heart_rate_bpm,cadence_rpm,distance_m\n';

describe('parseWorkout', () => {
  it('reads rows; what is empty is unknown, and so is a heart rate of 0', () => {
    expect(parseWorkout('Gym 28min.csv', 1001, `${header}0,80,,0.5\r\n2,,60,\n3,0,,\n\n`)).toEqual({
      file: 'Gym 28min.csv',
      name: 'gym-28min',
      sensor: 'ant-hr-1001',
      deviceNumber: 1001,
      durationMs: 13_000,
      rows: [{ elapsedMs: 0, heartRateBpm: 80, distanceM: 0.5 }, { elapsedMs: 2000, cadenceRpm: 60 }, { elapsedMs: 3000 }],
    });
  });

  it('lasts to its last row or beat, whichever is later, and 10 s', () => {
    expect(parseWorkout('a.csv', 1, `${header}0,80,,\n`, 'rr_interval_ms\n800\n812.5\n')).toMatchObject({
      durationMs: 11_613,
      rrIntervalsMs: [800, 812.5],
    });
    expect(parseWorkout('a.csv', 1, `${header}5,80,,\n`, 'rr_interval_ms\n800\n').durationMs).toBe(15_000);
    expect(parseWorkout('a.csv', 1, header)).toMatchObject({ durationMs: 10_000, rows: [] });
  });

  it.each([
    ['', 'Line 1 of a.csv should be the header "elapsed_s,heart_rate_bpm,cadence_rpm,distance_m" but is "".'],
    ['time,bpm\n', 'Line 1 of a.csv should be the header "elapsed_s,heart_rate_bpm,cadence_rpm,distance_m" but is "time,bpm".'],
    [`${header}0,80,,\n1,fast,,\n`, 'Line 3 of a.csv has "fast" for heart_rate_bpm, which is not a number.'],
    [`${header}0,80,,\n1,80,,0x10\n`, 'Line 3 of a.csv has "0x10" for distance_m, which is not a number.'],
    [`${header},80,,\n`, 'Line 2 of a.csv has no elapsed_s.'],
    [`${header}0,80\n`, 'Line 2 of a.csv has 2 fields instead of 4.'],
    [`${header}5,80,,\n5,81,,\n`, 'Line 3 of a.csv has an elapsed_s of 5, which is not after the row before.'],
    [`${header}-1,80,,\n`, 'Line 2 of a.csv has an elapsed_s of -1, which is not after the row before.'],
    [`${header}0,255,,\n`, 'Line 2 of a.csv has a heart rate of 255, outside 0 to 254.'],
  ])('rejects %j', (text, message) => {
    expect(() => parseWorkout('a.csv', 1, text)).toThrow(new WorkoutError('workout-malformed', message));
  });

  it.each([
    ['rr\n', 'Line 1 of a.rr.csv should be the header "rr_interval_ms" but is "rr".'],
    ['rr_interval_ms\n800\n0\n', 'Line 3 of a.rr.csv has no RR interval above 0.'],
    ['rr_interval_ms\nx\n', 'Line 2 of a.rr.csv has "x" for rr_interval_ms, which is not a number.'],
  ])('rejects intervals %j', (rrText, message) => {
    expect(() => parseWorkout('a.csv', 1, `${header}0,80,,\n`, rrText)).toThrow(new WorkoutError('workout-malformed', message));
  });
});

describe('loadWorkouts', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'workouts-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('takes the files in order of their names, intervals beside their workout', async () => {
    await writeFile(join(dir, 'b.csv'), `${header}0,80,,\n`);
    await writeFile(join(dir, 'b.rr.csv'), 'rr_interval_ms\n800\n');
    await writeFile(join(dir, 'a.csv'), `${header}0,80,,\n60,80,,\n`);
    await writeFile(join(dir, 'notes.txt'), 'not a workout');
    const workouts = await loadWorkouts(dir);
    expect(workouts.map(({ name, deviceNumber, rrIntervalsMs }) => [name, deviceNumber, rrIntervalsMs])).toEqual([
      ['a', 1001, undefined],
      ['b', 1002, [800]],
    ]);
    expect(replayDurationMs(workouts)).toBe(70_000);
  });

  it('says in a sentence what is wrong with the folder', async () => {
    const missing = join(dir, 'nowhere');
    await expect(loadWorkouts(missing)).rejects.toThrow(
      new WorkoutError('workouts-missing', `Cannot read workouts from ${missing}: there is no such folder.`),
    );
    await expect(loadWorkouts(dir)).rejects.toThrow(new WorkoutError('workouts-none', `There is no workout (*.csv) in ${dir}.`));
    await writeFile(join(dir, 'a.csv'), header);
    await writeFile(join(dir, 'b.rr.csv'), 'rr_interval_ms\n');
    await expect(loadWorkouts(dir)).rejects.toThrow(
      new WorkoutError('workout-malformed', 'b.rr.csv belongs to no workout: b.csv is missing.'),
    );
    await expect(loadWorkouts(join(dir, 'a.csv'))).rejects.toThrow(/a\.csv: it is a file; PULSEBOARD_REPLAY_FILE plays a recording\.$/);
    await mkdir(join(dir, 'c.csv'));
    await expect(loadWorkouts(dir)).rejects.toThrow(/^Cannot read \S+c\.csv: it is a folder\.$/);
  });
});

describeWithData('the recorded workouts', (dataDir) => {
  it('load: twelve straps, two of them beat by beat', async () => {
    const workouts = await loadWorkouts(join(dataDir, 'workouts'));
    expect(workouts.map(({ deviceNumber }) => deviceNumber)).toEqual(Array.from({ length: 12 }, (_, i) => 1001 + i));
    expect(workouts.flatMap(({ name, rrIntervalsMs }) => (rrIntervalsMs ? [name] : []))).toEqual(['cycling-rr-1min', 'walking-rr-1min']);
    expect(replayDurationMs(workouts)).toBe(24_634_000);
  });
});
