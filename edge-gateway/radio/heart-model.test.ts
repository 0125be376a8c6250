import type { Beat } from './beat.js';
import { heartBeats } from './heart-model.js';
import { createRandom } from './random.js';
import { createWorkoutProgram } from './workout-program.js';

const person = { restBpm: 60, trueHrMaxBpm: 190 };

function beatsUntil(endMs: number, program: (elapsedS: number) => number, seed = 1): Beat[] {
  const beats: Beat[] = [];
  for (const beat of heartBeats({ person, program, random: createRandom(seed) })) {
    if (beat.atMs > endMs) return beats;
    beats.push(beat);
  }
  throw new Error('the heart stopped');
}

const rrMsOf = (beats: readonly Beat[]): number[] => beats.slice(1).map((beat, i) => beat.atMs - beats[i]!.atMs);
const meanBpm = (beats: readonly Beat[], fromMs: number, toMs: number): number => {
  const intervals = rrMsOf(beats.filter(({ atMs }) => atMs >= fromMs && atMs < toMs));
  return (60_000 * intervals.length) / intervals.reduce((sum, rr) => sum + rr, 0);
};

it('begins a few beats before time 0, already warm', () => {
  const beats = beatsUntil(10_000, () => 0.5);
  expect(beats[0]!.atMs).toBeLessThan(-2000);
  expect(meanBpm(beats, -4000, 10_000)).toBeCloseTo(60 + 0.5 * 130, -1);
});

it('follows a step of the load with a lag', () => {
  const beats = beatsUntil(200_000, (elapsedS) => (elapsedS < 60 ? 0.3 : 0.9));
  expect(meanBpm(beats, 30_000, 60_000)).toBeCloseTo(99, -1);
  const halfWay = meanBpm(beats, 75_000, 85_000);
  expect(halfWay).toBeGreaterThan(120);
  expect(halfWay).toBeLessThan(160);
  expect(meanBpm(beats, 180_000, 200_000)).toBeCloseTo(177, -1);
});

it('beats irregularly, less so the harder it works', () => {
  const spread = (share: number): number => {
    const intervals = rrMsOf(beatsUntil(120_000, () => share));
    const mean = intervals.reduce((sum, rr) => sum + rr, 0) / intervals.length;
    const middle = intervals.sort((a, b) => a - b);
    return (middle[Math.floor(middle.length * 0.9)]! - middle[Math.floor(middle.length * 0.1)]!) / mean;
  };
  expect(spread(0.2)).toBeGreaterThan(0.03);
  expect(spread(0.2)).toBeGreaterThan(2 * spread(0.9));
});

it('over an hour, has outliers of both kinds and no impossible interval', () => {
  const beats = beatsUntil(3_600_000, createWorkoutProgram(0.9, 0, 3), 3);
  const shown = beats.map((beat) => beat.computedBpm);
  expect(shown).toContain(0);
  expect(shown).toContain(255);
  const intervals = rrMsOf(beats);
  expect(Math.min(...intervals)).toBeGreaterThan(150);
  expect(Math.max(...intervals)).toBeLessThan(1500);
  const premature = intervals.filter((rr, i) => i > 0 && rr < 0.75 * intervals[i - 1]!);
  expect(premature.length).toBeGreaterThan(5);
  expect(premature.length).toBeLessThan(beats.length / 100);
});
