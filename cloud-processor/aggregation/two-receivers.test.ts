import fc from 'fast-check';
import { createRandom } from '../test-data/random.js';
import { readingAt, T0 } from '../test-data/readings.js';
import { memberSecond } from './member-second.js';
import { inOrder, type StoredReading } from './stored-reading.js';

const profile = { hrMaxBpm: 180, hrMaxAssumed: false, ageYears: 35, weightKg: 75, sex: 'male' } as const;
/** Period of an ANT+ strap. */
const BROADCAST_MS = (8070 / 32_768) * 1000;

interface Listening {
  gateway: string;
  clockOffsetMs: number;
  loss: number;
}

/** What receivers make of one strap at a steady heart rate that broadcasts its counter four times a second. */
function hear(seed: number, bpm: number, seconds: number, receivers: readonly Listening[]): StoredReading[] {
  const random = createRandom(seed);
  const begin = random() * 1000;
  const first = Math.floor(random() * 256);
  const told = new Map<string, { count: number; ms: number }>();
  const readings: StoredReading[] = [];
  for (let ms = 0; ms < seconds * 1000; ms += BROADCAST_MS) {
    const beats = Math.floor(((begin + ms) * bpm) / 60_000);
    const beatCount = (first + beats) % 256;
    for (const { gateway, clockOffsetMs, loss } of receivers) {
      if (random() < loss) continue;
      const before = told.get(gateway);
      if (before?.count === beatCount && ms - before.ms < 1000) continue;
      told.set(gateway, { count: beatCount, ms });
      readings.push(readingAt(Math.round(ms) + clockOffsetMs, { gateway, beatCount, heartRateBpm: bpm }));
    }
  }
  return readings.sort(inOrder);
}

function totals(readings: readonly StoredReading[], seconds: number) {
  const sums = { beats: 0, pointSixtieths: 0, microKcal: 0, seconds: 0 };
  for (let s = -1; s <= seconds; s++) {
    const second = memberSecond(T0 + s * 1000, readings, 'ada', profile);
    if (!second || second.held) continue;
    sums.beats += second.beats;
    sums.pointSixtieths += second.pointSixtieths;
    sums.microKcal += second.microKcal!;
    sums.seconds++;
  }
  return sums;
}

/** The rule that suggests itself: of each second the receiver with most beats, and the beats as that receiver counted them. */
function naiveBeats(readings: readonly StoredReading[], seconds: number): number {
  const last = new Map<string, number>();
  const bySecond = new Map<number, Map<string, number>>();
  for (const { gateway, beatCount, at } of readings) {
    const delta = last.has(gateway) ? (beatCount! - last.get(gateway)!) & 255 : 0;
    last.set(gateway, beatCount!);
    const second = Math.floor((at - T0) / 1000);
    const counts = bySecond.get(second) ?? new Map<string, number>();
    bySecond.set(second, counts.set(gateway, (counts.get(gateway) ?? 0) + delta));
  }
  return [...bySecond].filter(([s]) => s <= seconds).reduce((sum, [, counts]) => sum + Math.max(...counts.values()), 0);
}

const two = (loss1: number, loss2: number, offset = 200): Listening[] => [
  { gateway: 'gateway-1', clockOffsetMs: 0, loss: loss1 },
  { gateway: 'gateway-2', clockOffsetMs: offset, loss: loss2 },
];
const SECONDS = 120;
const loss = fc.integer({ min: 0, max: 40 }).map((percent) => percent / 100);

test('two lossy receivers, 200 ms apart, count the beats of one perfect one, but for those at the ends', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 45, max: 200 }),
      loss,
      loss,
      fc.constantFrom(200, -200),
      (seed, bpm, loss1, loss2, offset) => {
        const readings = hear(seed, bpm, SECONDS, two(loss1, loss2, offset));
        // The truth is the strap's own counter, from the first reading that anybody heard to the last.
        const union = hear(seed, bpm, SECONDS, [{ gateway: 'truth', clockOffsetMs: 0, loss: 0 }]);
        const all = totals(union, SECONDS);
        const found = totals(readings, SECONDS);
        const missedAtBegin = countsBetween(union[0]!, readings[0]!);
        const missedAtEnd = countsBetween(readings.at(-1)!, union.at(-1)!);
        expect(all.beats - found.beats).toBeGreaterThanOrEqual(0);
        expect(all.beats - found.beats).toBeLessThanOrEqual(missedAtBegin + missedAtEnd + 1);
      },
    ),
    { numRuns: 60 },
  );
});

/** How far the strap counted from one reading to another one; 0 when the second one is behind. */
function countsBetween(a: StoredReading, b: StoredReading): number {
  const step = (b.beatCount! - a.beatCount!) & 255;
  return step < 128 ? step : 0;
}

test('points and calories accrue once a second, whoever hears: the same as of one perfect receiver', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 75, max: 200 }), loss, loss, (seed, bpm, loss1, loss2) => {
      const perfect = totals(hear(seed, bpm, SECONDS, [{ gateway: 'truth', clockOffsetMs: 0, loss: 0 }]), SECONDS);
      const readings = hear(seed, bpm, SECONDS, two(loss1, loss2));
      // Seconds in which neither heard a beat are held: as long as there is no more than one at a time, nothing is lost.
      const found = Array.from({ length: SECONDS }, (_, s) => memberSecond(T0 + s * 1000, readings, 'ada', profile));
      const heard = found.filter((second) => second !== undefined);
      const perSecond = { pointSixtieths: perfect.pointSixtieths / perfect.seconds, microKcal: perfect.microKcal / perfect.seconds };
      expect(SECONDS - heard.length).toBeLessThanOrEqual(2);
      for (const { pointSixtieths, microKcal } of heard) expect({ pointSixtieths, microKcal }).toEqual(perSecond);
    }),
    { numRuns: 30 },
  );
});

/** The figures of `docs/decisions/001-beats-of-a-strap.md`. */
test.each([0, 0.2, 0.4])('why: the fullest receiver of each second overcounts, at a loss of %d', (rate) => {
  const bpms = [60, 90, 120, 150, 180];
  const excess = bpms.map((bpm) => {
    const readings = hear(bpm, bpm, 600, two(rate, rate));
    const truth = totals(hear(bpm, bpm, 600, [{ gateway: 'truth', clockOffsetMs: 0, loss: 0 }]), 600).beats;
    const found = totals(readings, 600).beats;
    expect(Math.abs(found - truth) / truth).toBeLessThan(0.005);
    return naiveBeats(readings, 600) / truth - 1;
  });
  const mean = excess.reduce((sum, each) => sum + each, 0) / excess.length;
  expect(mean).toBeGreaterThan(0.05);
});

describe('two machines with one gateway id, as after a card was copied', () => {
  /** What one machine makes of a strap that tells each of its beats once a second, without a counter. */
  const told = (spool: string, from: number, until: number, lateMs = 0): StoredReading[] =>
    Array.from({ length: until - from }, (_, i) =>
      readingAt((from + i) * 1000 + 300 + lateMs, { spool, sensor: 'ble-a', heartRateBpm: 120, beats: 2, rrIntervalsMs: [500, 500] }),
    );
  const alone = totals(told('spoolaaaa', 0, 60), 60);

  test.each([0, 1, 40, 400, 700])('count the beats of a strap once, whatever their clocks differ: %d ms', (lateMs) => {
    expect(alone.beats).toBe(120);
    const both = [...told('spoolaaaa', 0, 60), ...told('spoolbbbb', 0, 60, lateMs)].sort(inOrder);
    // Where both windows begin or end one of them may be heard alone.
    expect(Math.abs(totals(both, 60).beats - alone.beats)).toBeLessThanOrEqual(4);
  });

  test('a restart is no second machine: its beats add up', () => {
    const restarted = [...told('spoolbbbb', 0, 30), ...told('spoolaaaa', 30, 60)].sort(inOrder);
    expect(totals(restarted, 60)).toEqual(alone);
  });
});
