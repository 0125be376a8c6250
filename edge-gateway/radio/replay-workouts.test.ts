import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithData } from '../test-support/test-frames.js';
import { loadWorkouts, parseWorkout, replayDurationMs, WorkoutError } from './replay-workouts.js';

const rr = (lines: string) => ({ file: 'a.rr.csv', text: `rr_interval_ms\n${lines}` });
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
    expect(parseWorkout('a.csv', 1, `${header}0,80,,\n`, rr('800\n812.5\n'))).toMatchObject({
      durationMs: 11_613,
      rrIntervalsMs: [800, 812.5],
    });
    expect(parseWorkout('a.csv', 1, `${header}5,80,,\n`, rr('800\n')).durationMs).toBe(15_000);
    expect(parseWorkout('a.csv', 1, header, rr('800\n'))).toMatchObject({ durationMs: 10_800, rows: [] });
  });

  it.each([
    ['', 'Line 1 of a.csv should be the header "elapsed_s,heart_rate_bpm,cadence_rpm,distance_m" but is "".'],
    ['time,bpm\n', 'Line 1 of a.csv should be the header "elapsed_s,heart_rate_bpm,cadence_rpm,distance_m" but is "time,bpm".'],
    [`${header}0,80,,\n1,fast,,\n`, 'Line 3 of a.csv has "fast" for heart_rate_bpm, which is not a number.'],
    [`${header}0,80,,\n1,80,,0x10\n`, 'Line 3 of a.csv has "0x10" for distance_m, which is not a number.'],
    [`${header},80,,\n`, 'Line 2 of a.csv has no elapsed_s.'],
    [`${header}0,80\n`, 'Line 2 of a.csv has 2 fields instead of 4.'],
    [`${header}5,80,,\n5,81,,\n`, 'Line 3 of a.csv has an elapsed_s of 5, which is not after the row before.'],
    [`${header}-1,80,,\n`, 'Line 2 of a.csv has an elapsed_s of -1; plausible are 0 to 86400 s.'],
    [`${header}5,80,,\n4,81,,\n`, 'Line 3 of a.csv has an elapsed_s of 4, which is not after the row before.'],
    [`${header}1706724000,80,,\n`, 'Line 2 of a.csv has an elapsed_s of 1706724000; plausible are 0 to 86400 s.'],
    [`${header}0,80,,\n21601,80,,\n`, 'Line 3 of a.csv has an elapsed_s of 21601; plausible are at most 21600 s after the row before.'],
    [`${header}NaN,80,,\n`, 'Line 2 of a.csv has "NaN" for elapsed_s, which is not a number.'],
    [`${header}1e9,80,,\n`, 'Line 2 of a.csv has "1e9" for elapsed_s, which is not a number.'],
    [`${header}0,255,,\n`, 'Line 2 of a.csv has a heart rate of 255; plausible are 0 to 254 bpm.'],
    [`${header}0,-80,,\n`, 'Line 2 of a.csv has a heart rate of -80; plausible are 0 to 254 bpm.'],
    [`${header}0,80,9999,\n`, 'Line 2 of a.csv has a cadence of 9999; plausible are 0 to 300 rpm.'],
    [`${header}0,80,,-3\n`, 'Line 2 of a.csv has a distance of -3; plausible are 0 to 2000000 m.'],
    [`${header}0,80,,1${'0'.repeat(400)}\n`, `Line 2 of a.csv has a distance of 1${'0'.repeat(39)}; plausible are 0 to 2000000 m.`],
    [`${header}0,5,80,,\n`, 'Line 2 of a.csv has 5 fields instead of 4.'],
    [`${header}0,\u001b[2J\u0000,,\n`, String.raw`Line 2 of a.csv has "\u001b[2J\u0000" for heart_rate_bpm, which is not a number.`],
    [header, 'a.csv has no row after its header.'],
  ])('rejects %j', (text, message) => {
    expect(() => parseWorkout('a.csv', 1, text)).toThrow(new WorkoutError('workout-malformed', message));
  });

  it.each([
    ['rr\n', 'Line 1 of a.rr.csv should be the header "rr_interval_ms" but is "rr".'],
    ['rr_interval_ms\n800\n0\n', 'Line 3 of a.rr.csv has an RR interval of 0; plausible are 200 to 5000 ms.'],
    ['rr_interval_ms\n893\n1878949389\n28\n805\n', 'Line 3 of a.rr.csv has an RR interval of 1878949389; plausible are 200 to 5000 ms.'],
    ['rr_interval_ms\n893\n\n28\n', 'Line 4 of a.rr.csv has an RR interval of 28; plausible are 200 to 5000 ms.'],
    ['rr_interval_ms\n-800\n', 'Line 2 of a.rr.csv has an RR interval of -800; plausible are 200 to 5000 ms.'],
    [`rr_interval_ms\n${'5000\n'.repeat(17_281)}`, 'Line 17282 of a.rr.csv is more than a day after the first; plausible is at most one.'],
    ['rr_interval_ms\nx\n', 'Line 2 of a.rr.csv has "x" for rr_interval_ms, which is not a number.'],
  ])('rejects intervals %j', (rrText, message) => {
    expect(() => parseWorkout('a.csv', 1, `${header}0,80,,\n`, { file: 'a.rr.csv', text: rrText })).toThrow(
      new WorkoutError('workout-malformed', message),
    );
  });
});

/** A file of 60 MB that takes no place on the disk. */
async function truncate(path: string): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(60_000_000);
  await file.close();
}

describe('loadWorkouts', () => {
  const strict = { isStrict: true };
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
    const { workouts, refused } = await loadWorkouts(dir);
    expect(refused).toEqual([]);
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
    await writeFile(join(dir, 'a.csv'), `${header}0,80,,\n`);
    await writeFile(join(dir, 'b.rr.csv'), 'rr_interval_ms\n');
    await expect(loadWorkouts(dir, strict)).rejects.toThrow(
      new WorkoutError('workout-malformed', 'b.rr.csv belongs to no workout: b.csv is missing.'),
    );
    await expect(loadWorkouts(join(dir, 'a.csv'))).rejects.toThrow(/a\.csv: it is a file; PULSEBOARD_REPLAY_FILE plays a recording\.$/);
    await rm(join(dir, 'b.rr.csv'));
    await mkdir(join(dir, 'c.csv'));
    await expect(loadWorkouts(dir, strict)).rejects.toThrow(/^Cannot read \S+c\.csv: it is a folder\.$/);
  });

  it('a file that cannot be used is left out; the others keep their straps', async () => {
    await writeFile(join(dir, 'a.csv'), `${header}0,80,,\n0,81,,\n`);
    await writeFile(join(dir, 'b.csv'), `${header}0,80,,\n`);
    await writeFile(join(dir, 'c.csv'), `${header}0,80,,\n`);
    await writeFile(join(dir, 'c.rr.csv'), 'rr_interval_ms\n28\n');
    await writeFile(join(dir, 'd\u001b[31m.csv'), 'nothing');
    await writeFile(join(dir, 'e.rr.csv'), 'rr_interval_ms\n800\n');
    await mkdir(join(dir, 'f.csv'));
    execFileSync('mkfifo', [join(dir, 'g.csv')]);
    await truncate(join(dir, 'h.csv'));
    const { workouts, refused } = await loadWorkouts(dir);
    expect(workouts.map(({ file, deviceNumber }) => [file, deviceNumber])).toEqual([['b.csv', 1002]]);
    expect(refused).toEqual([
      'Line 3 of a.csv has an elapsed_s of 0, which is not after the row before.',
      'Line 2 of c.rr.csv has an RR interval of 28; plausible are 200 to 5000 ms.',
      expect.stringContaining(String.raw`Line 1 of d\u001b[31m.csv should be the header`),
      expect.stringMatching(/f\.csv: it is a folder\.$/),
      expect.stringMatching(/g\.csv: it is not a file\.$/),
      expect.stringMatching(/h\.csv has 60 MB; a workout has at most 50 MB\.$/),
      'e.rr.csv belongs to no workout: e.csv is missing.',
    ]);
    await expect(loadWorkouts(dir, strict)).rejects.toThrow(`${refused[0]} So it is with 7 files.`);
    for (const name of ['b.csv']) await rm(join(dir, name));
    await expect(loadWorkouts(dir)).rejects.toThrow('So it is with 7 files.');
  });

  it('hidden files and those of systems and spreadsheets are none', async () => {
    await writeFile(join(dir, 'ana.csv'), `${header}0,80,,\n`);
    await writeFile(join(dir, 'ana.rr.csv'), 'rr_interval_ms\n800\n');
    for (const name of ['._ana.csv', '._ana.rr.csv', '.ana.csv', '.DS_Store', 'Thumbs.db', 'desktop.ini', '~$ana.csv'])
      await writeFile(join(dir, name), '\u0000\u0005\u0016\u0007 Mac OS X');
    const { workouts, refused } = await loadWorkouts(dir, strict);
    expect([workouts.map(({ file }) => file), refused]).toEqual([['ana.csv'], []]);
    await rm(join(dir, 'ana.csv'));
    await rm(join(dir, 'ana.rr.csv'));
    await expect(loadWorkouts(dir)).rejects.toThrow(new WorkoutError('workouts-none', `There is no workout (*.csv) in ${dir}.`));
  });

  it.each([
    ['a mark of UTF-8 and Windows ends', 'a.csv', `\ufeff${header}0,80,,\n1,81,,\n`.replaceAll('\n', '\r\n')],
    ['the line ends of an old Mac', 'a.csv', `${header}0,80,,\n1,81,,\n`.replaceAll('\n', '\r')],
    ['quotation marks', 'a.csv', '"elapsed_s","heart_rate_bpm","cadence_rpm","distance_m"\n"0","80","",""\n1,81,,\n'],
    ['semicolons', 'a.csv', `${header}0,80,,\n1,81,,\n`.replaceAll(',', ';')],
    ['semicolons and commas in numbers', 'a.csv', 'elapsed_s;heart_rate_bpm;cadence_rpm;distance_m\n0,0;80;;\n1,0;81,0;;\n'],
    ['a name in capitals', 'ANA.CSV', `${header}0,80,,\n1,81,,\n`],
  ])('%s', async (_, name, text) => {
    await writeFile(join(dir, name), text);
    const { workouts } = await loadWorkouts(dir, strict);
    expect(workouts.map(({ rows }) => rows)).toEqual([
      [
        { elapsedMs: 0, heartRateBpm: 80 },
        { elapsedMs: 1000, heartRateBpm: 81 },
      ],
    ]);
  });
});

describeWithData('the recorded workouts', (dataDir) => {
  it('load: twelve straps, two of them beat by beat', async () => {
    const { workouts, refused } = await loadWorkouts(join(dataDir, 'workouts'));
    expect(refused).toEqual([]);
    expect(workouts.map(({ deviceNumber }) => deviceNumber)).toEqual(Array.from({ length: 12 }, (_, i) => 1001 + i));
    expect(workouts.flatMap(({ name, rrIntervalsMs }) => (rrIntervalsMs ? [name] : []))).toEqual(['cycling-rr-1min', 'walking-rr-1min']);
    expect(replayDurationMs(workouts)).toBe(24_634_000);
  });
});
