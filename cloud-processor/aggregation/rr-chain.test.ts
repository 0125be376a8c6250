import fc from 'fast-check';
import { ordered, readingAt, T0 } from '../test-data/readings.js';
import { memberSecond } from './member-second.js';
import { RrChain } from './rr-chain.js';
import type { StoredReading } from './stored-reading.js';

const profile = { hrMaxBpm: 180, hrMaxAssumed: false };
const sumsOf = (second: number, readings: readonly StoredReading[]) => {
  const derived = memberSecond(T0 + second * 1000, ordered(...readings), 'ada', profile);
  return [derived?.rrDifferences ?? 0, derived?.rrSquaredDifferencesMs2 ?? 0];
};
const beat = (ms: number, beatCount: number, ...rrIntervalsMs: number[]) => readingAt(ms, { heartRateBpm: 120, beatCount, rrIntervalsMs });
const told = (ms: number, ...rrIntervalsMs: number[]) =>
  readingAt(ms, { sensor: 'ble-a', heartRateBpm: 60, beats: rrIntervalsMs.length, rrIntervalsMs });

test('RMSSD of the reference: 1024, 1041, 1041, 1000 of 1024 Hz are 25.025 ms', () => {
  const chain = new RrChain();
  chain.add(
    [1024, 1041, 1041, 1000].map((ticks) => (ticks * 1000) / 1024),
    true,
  );
  expect(Math.abs(Math.sqrt(chain.squaredMs2 / chain.differences) - 25.025)).toBeLessThan(0.01);
});

test.each<[name: string, readings: StoredReading[], differences: number, squares: number]>([
  ['from the second before', [beat(19_800, 1, 500), beat(20_300, 2, 510), beat(20_800, 3, 500)], 2, 200],
  ['the first interval of all is held against nothing', [beat(20_300, 2, 510), beat(20_800, 3, 500)], 1, 100],
  ['a repeated page adds nothing', [beat(20_100, 2, 510), beat(20_350, 2, 999), beat(20_600, 3, 500)], 1, 100],
  ['a beat between them was missed', [beat(20_100, 2, 510), beat(20_900, 4, 500)], 0, 0],
  ['a beat between them has no interval', [beat(20_100, 2, 510), beat(20_400, 3), beat(20_900, 4, 500)], 0, 0],
  ['an interval below 300 ms', [beat(20_100, 2, 510), beat(20_400, 3, 299), beat(20_900, 4, 500)], 0, 0],
  ['an interval above 2000 ms', [beat(18_100, 2, 510), beat(20_400, 3, 2001), beat(20_900, 4, 500)], 0, 0],
  ['lost contact', [beat(20_100, 2, 510), readingAt(20_200, { contact: false, beatCount: 2 }), beat(20_900, 3, 500)], 0, 0],
  ['notifications that follow each other', [told(19_000, 1000), told(20_010, 990, 300)], 2, 100 + 690 ** 2],
  ['one without a beat is none that was lost', [told(18_900, 1400), told(19_900), told(20_900, 1410)], 1, 100],
  ['a notification that was lost', [told(18_000, 1000), told(20_010, 990)], 0, 0],
  ['another receiver does not mix in', [told(19_000, 1000), { ...told(20_005, 700), gateway: 'gateway-9' }, told(20_010, 990)], 1, 100],
])('%s', (_, readings, differences, squares) => expect(sumsOf(20, readings)).toEqual([differences, squares]));

test('the sums of all seconds are those of the whole series, wherever the seconds fall', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 300, max: 1900 }), { minLength: 2, maxLength: 60 }),
      fc.integer({ min: 0, max: 999 }),
      (series, offset) => {
        let at = offset;
        const readings = series.map((ms, i) => {
          at += ms;
          return beat(at, i % 256, ms);
        });
        const whole = new RrChain();
        whole.add(series, true);
        const sums = [0, 0];
        for (let second = 0; second * 1000 <= at; second++) for (const [i, sum] of sumsOf(second, readings).entries()) sums[i]! += sum!;
        expect(sums).toEqual([whole.differences, whole.squaredMs2]);
      },
    ),
  );
});

test('a gateway that tells nonsense makes no sum that a store cannot hold', () => {
  const chain = new RrChain();
  chain.add(
    Array.from({ length: 100_000 }, (_, i) => (i % 2 ? 300 : 2000)),
    true,
  );
  expect(chain.squaredMs2).toBeLessThan(2 ** 31);
});
