import { join } from 'node:path';
import fc from 'fast-check';
import { describeWithData, type HeartRateFrame, readHeartRateFrame, rrTicksOf, transcript } from '../test-support/test-frames.js';
import type { RadioEvent } from './radio-source.js';
import { createReplayRadio, replayEvents } from './replay-radio.js';
import { loadWorkouts, parseWorkout, type Workout } from './replay-workouts.js';

const startAt = 1_760_000_000_000;
type Heard = HeartRateFrame & { elapsedMs: number };

const workoutOf = (rows: readonly (readonly [elapsedS: number, bpm: number | ''])[], rrMs?: readonly number[]): Workout =>
  parseWorkout(
    'a.csv',
    1001,
    `elapsed_s,heart_rate_bpm,cadence_rpm,distance_m\n${rows.map(([elapsedS, bpm]) => `${elapsedS},${bpm},,\n`).join('')}`,
    rrMs && { file: 'a.rr.csv', text: `rr_interval_ms\n${rrMs.join('\n')}\n` },
  );
const heard = (events: Iterable<RadioEvent>): Heard[] =>
  Array.from(events, ({ at, bytes }) => ({ elapsedMs: at - startAt, ...readHeartRateFrame(bytes) }));
const replay = (workout: Workout): Heard[] => heard(replayEvents({ workouts: [workout], startAt }));
const beatsOf = (frames: readonly Heard[]): Heard[] => frames.filter((frame, i) => frame.beatCount !== frames[i - 1]?.beatCount);

describe('a recording with a row a second', () => {
  const frames = replay(workoutOf(Array.from({ length: 61 }, (_, s) => [s, s < 30 ? 60 : 120])));

  it('is on the air from its first row to its last, at 4.06 Hz', () => {
    expect(frames[0]!.elapsedMs).toBe(0);
    expect(frames.at(-1)!.elapsedMs).toBe(60_000);
    expect(frames.length).toBe(Math.ceil(60 / (8070 / 32_768)) + 1);
  });

  it('beats as its heart rate says, first at the first row and last at the last', () => {
    const beats = beatsOf(frames);
    expect(beats.length).toBe(1 + 30 + 60);
    expect(beats[0]!.beatTicks).toBe(0);
    expect(beats.at(-1)!.beatTicks).toBe(60 * 1024);
    expect(rrTicksOf(frames)).toEqual([...Array(30).fill(1024), ...Array(60).fill(512)]);
  });

  it('shows the heart rate of the row in force at the last beat', () => {
    for (const { beatTicks, computedBpm } of frames) expect(computedBpm).toBe(beatTicks < 30 * 1024 ? 60 : 120);
  });
});

it('holds rows up to 10 s apart, and shows the last one', () => {
  const frames = replay(
    workoutOf([
      [0, 60],
      [10, 90],
      [20, 75],
    ]),
  );
  expect(frames.at(-1)).toMatchObject({ elapsedMs: 20_000, computedBpm: 75 });
  expect(rrTicksOf(frames)).toEqual(
    [...Array(10).fill(1024), ...Array(15).fill(683)].map((ticks, i) => (i < 10 ? ticks : expect.any(Number))),
  );
  expect(new Set(frames.map(({ computedBpm }) => computedBpm))).toEqual(new Set([60, 90, 75]));
});

it.each([11, 30, 63, 64.5, 65, 90, 256, 385])('is silent over a gap of %d s, and no interval crosses it', (gapS) => {
  const frames = replay(
    workoutOf([
      [0, 60],
      [5, 60],
      [5 + gapS, 60],
      [10 + gapS, 60],
    ]),
  );
  expect(frames.filter(({ elapsedMs }) => elapsedMs > 5000 && elapsedMs < (5 + gapS) * 1000)).toEqual([]);
  expect(rrTicksOf(frames)).toEqual(Array(10).fill(1024));
  const last = frames.findLast(({ elapsedMs }) => elapsedMs === 5000)!;
  const first = frames.find(({ elapsedMs }) => elapsedMs === (5 + gapS) * 1000)!;
  expect((first.beatCount - last.beatCount) & 0xff).toBeGreaterThan(1);
});

it('passes over rows without a heart rate', () => {
  expect(
    replay(
      workoutOf([
        [0, 60],
        [1, ''],
        [2, 60],
      ]),
    ),
  ).toEqual(
    replay(
      workoutOf([
        [0, 60],
        [2, 60],
      ]),
    ),
  );
  expect(
    replay(
      workoutOf([
        [0, 60],
        [8, ''],
        [16, 60],
      ]),
    ).filter(({ elapsedMs }) => elapsedMs > 0 && elapsedMs < 16_000),
  ).toEqual([]);
  expect(
    replay(
      workoutOf([
        [0, ''],
        [1, ''],
      ]),
    ),
  ).toEqual([]);
});

it('shows a row that stands alone by one broadcast of one beat', () => {
  expect(replay(workoutOf([[7, 66]]))).toMatchObject([{ elapsedMs: 7000, page: 0, computedBpm: 66, beatTicks: 7 * 1024 }]);
});

it('any recording: in order, beats as many as the integral, every one on the air, intervals plausible', () => {
  const anyRows = fc.array(fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 40, max: 200 })), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(anyRows, (steps) => {
      const rows: [number, number][] = [];
      // Of each run, 60 times the integral of beats a second.
      const runs = [0];
      let elapsedS = 0;
      for (const [gapS, bpm] of steps) {
        if (gapS > 10) runs.push(0);
        else runs.push(runs.pop()! + gapS * (rows.at(-1)?.[1] ?? 0));
        elapsedS += gapS;
        rows.push([elapsedS, bpm]);
      }
      const intervals = runs.reduce((sum, beats60) => sum + (beats60 && Math.max(1, Math.round(beats60 / 60))), 0);
      const frames = replay(workoutOf(rows));
      expect(frames.filter((frame, i) => frame.elapsedMs < (frames[i - 1]?.elapsedMs ?? 0))).toEqual([]);
      const rr = rrTicksOf(frames);
      expect(rr.length).toBe(intervals);
      expect(Math.min(512, ...rr)).toBeGreaterThan(0.25 * 1024);
      expect(Math.max(512, ...rr)).toBeLessThan(2.5 * 1024);
    }),
  );
});

describe('a recording of RR intervals', () => {
  it('gives them back one by one; the heart rate is that of the row in force, else of the intervals', () => {
    const rrMs = [600, 700, 800, 900, 1000, 1000];
    const frames = replay(
      workoutOf(
        [
          [0, 77],
          [2, 78],
          [30, 99],
        ],
        rrMs,
      ),
    );
    expect(rrTicksOf(frames).map((ticks) => Math.round(ticks / 1.024))).toEqual(rrMs);
    expect(beatsOf(frames).map(({ computedBpm }) => computedBpm)).toEqual([77, 77, 77, 86, 80, 75, 72]);
  });

  it('says by its counter what an interval shorter than a broadcast period hides', () => {
    const frames = replay(workoutOf([[0, 60]], [1000, 210, 210, 1000]));
    expect(rrTicksOf(frames).length).toBeLessThan(4);
    expect(frames.at(-1)!.beatCount).toBe(5);
  });

  it('takes an interval above 10 s for silence', () => {
    // A file with one is refused; here it is what the beats are made of.
    const frames = replay({ ...workoutOf([[0, 60]]), rrIntervalsMs: [1000, 12_000, 1000] });
    expect(frames.filter(({ elapsedMs }) => elapsedMs > 1000 && elapsedMs < 13_000)).toEqual([]);
    expect(rrTicksOf(frames)).toEqual([1024, 1024]);
  });
});

it('createReplayRadio ends 10 s after the last row', async () => {
  const workouts = [
    workoutOf([
      [0, 60],
      [2, 60],
    ]),
  ];
  const ticks: (() => void)[] = [];
  let now = startAt;
  const schedule = (run: () => void) => {
    ticks.push(run);
    return () => {};
  };
  const radio = createReplayRadio({ workouts, startAt, clock: () => now, schedule, tickMs: 1 });
  const handed: RadioEvent[] = [];
  radio.start((event) => handed.push(event));
  while (ticks.length) {
    now += 250;
    ticks.shift()!();
  }
  await radio.ended;
  expect(now).toBe(startAt + 12_000);
  expect(radio.receivers()[0]!.state).toBe('silent');
  expect(transcript(handed)).toBe(transcript([...replayEvents({ workouts, startAt })]));
});

describeWithData('the recorded workouts', (dataDir) => {
  it('with RR intervals come back interval by interval, within a tick', async () => {
    const recorded = (await loadWorkouts(join(dataDir, 'workouts'))).workouts.filter((workout) => workout.rrIntervalsMs);
    expect(recorded.length).toBe(2);
    for (const workout of recorded) {
      const rr = rrTicksOf(replay(workout));
      expect(rr.length).toBe(workout.rrIntervalsMs!.length);
      for (const [i, ticks] of rr.entries()) expect(Math.abs(ticks / 1.024 - workout.rrIntervalsMs![i]!)).toBeLessThan(1000 / 1024);
    }
  });

  it('all together: in order, at whole milliseconds, no beat lost to the broadcasts, the same every time', async () => {
    const { workouts } = await loadWorkouts(join(dataDir, 'workouts'));
    const lastBeat = new Map<number, HeartRateFrame>();
    let lastAt = startAt;
    let missedBeats = 0;
    let count = 0;
    for (const { at, bytes } of replayEvents({ workouts, startAt })) {
      if (at < lastAt || !Number.isInteger(at)) throw new Error(`event ${count} is out of order`);
      lastAt = at;
      count++;
      const frame = readHeartRateFrame(bytes);
      const step = (frame.beatCount - (lastBeat.get(frame.deviceNumber)?.beatCount ?? 0)) & 0xff;
      if (frame.page === 4 && step > 1) missedBeats++;
      lastBeat.set(frame.deviceNumber, frame);
    }
    expect(missedBeats).toBe(0);
    expect(count).toBeGreaterThan(300_000);
  });

  it('sounds the same every time', async () => {
    const workouts = (await loadWorkouts(join(dataDir, 'workouts'))).workouts.slice(4, 7);
    const once = () => transcript([...replayEvents({ workouts, startAt })]);
    expect(once()).toBe(once());
  });
});
