import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { antReadings, bleReadings } from '../test-data/dual-strap.js';
import type { Heart } from '../test-data/hearts.js';
import { createRandom } from '../test-data/random.js';
import { T0 } from '../test-data/readings.js';
import { ANT, BLE, compareAll, heardBy, readingsOf, type Strangers, secondsToLink, strangers } from '../test-data/strap-trial.js';
import { log10BinomialTail } from './same-heart.js';

const HEARTS: [string, Heart][] = [
  ['at rest', { bpm: () => 55, effort: 0 }],
  ['warming up', { bpm: (s) => Math.min(150, 70 + s / 4), effort: 0.4 }],
  ['at hard effort', { bpm: () => 150, effort: 0.75 }],
  ['as hard as can be', { bpm: () => 180, effort: 1 }],
];

test.each([
  { tries: 10, hits: 10, p: 0.5, log10: Math.log10(1 / 1024) },
  { tries: 4, hits: 3, p: 0.5, log10: Math.log10(5 / 16) },
  { tries: 20, hits: 19, p: 0.1, log10: Math.log10(20 * 0.1 ** 19 * 0.9 + 0.1 ** 20) },
  { tries: 10, hits: 5, p: 0.5, log10: 0 },
  { tries: 0, hits: 0, p: 0.5, log10: 0 },
])('chance of $hits of $tries at $p', ({ tries, hits, p, log10 }) => expect(log10BinomialTail(tries, hits, p)).toBeCloseTo(log10, 9));

describe('a strap that speaks ANT+ and Bluetooth is one heart', () => {
  test.each(HEARTS)('%s, whatever is lost and whatever the clocks say', (_, heart) => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 0, max: 10 }),
        fc.constantFrom(0, 0.02),
        fc.integer({ min: -200, max: 200 }),
        fc.constantFrom('times', 'intervals', 'milliseconds'),
        fc.boolean(),
        (seed, antLossPercent, bleLoss, clockOffsetMs, rounding, legacy) => {
          const trial = {
            heart,
            ant: { loss: antLossPercent / 100, legacy },
            ble: { loss: bleLoss, clockOffsetMs, rounding },
            seconds: 150,
          };
          expect(secondsToLink(readingsOf(trial, seed))).toBeLessThan(140);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('nearly always within 25 s where nothing but ANT+ frames is lost, and never before they were heard for 20 s', () => {
    const times = HEARTS.flatMap(([, heart]) =>
      Array.from({ length: 40 }, (_, i) => {
        const trial = { heart, ant: { loss: 0.1 }, ble: { loss: 0, clockOffsetMs: i % 2 ? 200 : -200 }, seconds: 60 };
        return secondsToLink(readingsOf(trial, 7919 * i)) ?? Number.POSITIVE_INFINITY;
      }),
    ).sort((a, b) => a - b);
    const quantile = (q: number) => times[Math.floor(q * (times.length - 1))]!;
    process.stderr.write(`seconds until a strap is linked: ${[0, 0.5, 0.9, 0.99, 1].map((q) => quantile(q).toFixed(1)).join(', ')}\n`);
    expect(quantile(0)).toBeGreaterThan(19); // the first intervals began before the first reading
    expect(quantile(0.9)).toBeLessThan(25);
    expect(quantile(1)).toBeLessThan(45);
  });

  test('but a metronome may be any metronome', () => {
    const heart: Heart = { bpm: () => 120, effort: 1, variability: 0 };
    expect(secondsToLink(readingsOf({ heart, ant: { loss: 0 }, ble: { loss: 0 }, seconds: 600 }, 1))).toBeUndefined();
  });
});

describe('two people are never one', () => {
  const together = (variability: number): Heart => ({ bpm: (s) => (Math.floor(s / 60) % 2 ? 110 : 180), effort: 0.9, variability });
  test.each<[string, Heart]>([
    ...HEARTS,
    ['as hard as can be, with half the variation', { bpm: () => 180, effort: 1, variability: 0.5 }],
    ['hardly varying at all', { bpm: () => 180, effort: 1, variability: 0.1 }],
    ['breathing calmly, and else hardly varying at all', { bpm: () => 60, effort: 0, variability: 0.05 }],
    ['working and recovering at one command', together(1)],
    ['and with a quarter of the variation', together(0.25)],
  ])('%s', (_, heart) => {
    const found = strangers(heart, { pairs: 5, minutes: 4 }, 77);
    expect(found.comparisons).toBeGreaterThan(400);
    expect(found.links).toBe(0);
    // Far from a link, though of steady hearts nearly all intervals agree.
    expect(found.leastLog10Chance).toBeGreaterThan(-8);
  });
});

/** Real recordings lie beside the repository; they are not ours to ship. */
function recordings(): { file: string; beats: number[] }[] {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json')) && folder !== dirname(folder)) folder = dirname(folder);
  const workouts = join(folder, '..', 'shared', 'data', 'workouts');
  const files = existsSync(workouts) ? readdirSync(workouts).filter((file) => file.endsWith('.rr.csv')) : [];
  return files.map((file) => {
    const intervals = readFileSync(join(workouts, file), 'utf8').trim().split('\n').slice(1).map(Number);
    let ms = 0;
    return { file, beats: [0, ...intervals].map((interval) => (ms += interval)) };
  });
}
const recorded = recordings();
if (recorded.length === 0) console.warn('recordings skipped: there is no ../shared/data/workouts beside the repository');

(recorded.length ? describe : describe.skip)('real intervals', () => {
  test('a walker is found to be one within the minute that was recorded', () => {
    const { beats } = recorded.find(({ file }) => file.startsWith('walking'))!;
    for (let seed = 0; seed < 20; seed++) {
      const random = createRandom(seed);
      const lists = [antReadings(ANT, beats, T0, { loss: 0.05 }, random), bleReadings(BLE, beats, T0, { loss: 0 }, random)];
      expect(secondsToLink(heardBy(lists))).toBeLessThan(40);
    }
  });

  test('no part of a recording is taken for another part of it, or for another recording', () => {
    const result: Strangers = { comparisons: 0, links: 0, highestShare: 0, leastLog10Chance: 0 };
    const random = createRandom(1);
    for (const { beats: one } of recorded)
      for (const { beats: other } of recorded)
        for (let lag = 0; lag < 40; lag += 3) {
          const later = other.slice(lag).map((ms) => ms - other[lag]!);
          const apartMs = one === other ? other[lag]! : Number.POSITIVE_INFINITY;
          if (apartMs < 5000) continue; // the very same beats
          compareAll(
            heardBy([antReadings(ANT, one, T0, { loss: 0.03 }, random), bleReadings(BLE, later, T0, { loss: 0 }, random)]),
            result,
          );
        }
    expect(result.comparisons).toBeGreaterThan(150);
    expect(result).toMatchObject({ links: 0 });
    expect(result.leastLog10Chance).toBeGreaterThan(-8);
  });
});
