import type { MemberSecond } from '@pulseboard/contract';
import fc from 'fast-check';
import { secondOf } from '../test-data/readings.js';
import { addSecond, kcal, meanBpm, noTotals, points, steps, type Totals } from './totals.js';

const sum = (seconds: readonly MemberSecond[]): Totals => {
  const totals = noTotals();
  for (const second of seconds) addSecond(totals, second);
  return totals;
};
const { microKcal: _, ...unknownEnergy } = secondOf(1, { zone: 0, pointSixtieths: 0, beats: 1, steps: 7 });

test('sums every field, and energy only where it is known', () => {
  expect(sum([secondOf(0, { beats: 2, steps: 3, zone: 4, pointSixtieths: 4, microKcal: 200_001 }), unknownEnergy])).toEqual({
    seconds: 2,
    bpmTenths: 3010,
    beats: 3,
    steps: 10,
    stepSeconds: 2,
    pointSixtieths: 4,
    microKcal: 200_001,
    energySeconds: 1,
    secondsInZone: [1, 0, 0, 0, 1, 0],
  });
});

test('unknown calories are unknown, not none', () => {
  expect(kcal(sum([unknownEnergy]))).toBeUndefined();
  expect(kcal(sum([secondOf(0, { microKcal: 0 })]))).toBe(0);
});

test('unknown steps are unknown, not none; those that are known count', () => {
  const { steps: _, ...unknownSteps } = secondOf(1);
  expect(steps(noTotals())).toBeUndefined();
  expect(steps(sum([unknownSteps]))).toBeUndefined();
  expect(steps(sum([unknownSteps, secondOf(2, { steps: 0 })]))).toBe(0);
  expect(steps(sum([unknownSteps, secondOf(2, { steps: 3 })]))).toBe(3);
});

test('the mean is over seconds, and of none it is unknown', () => {
  expect(meanBpm(noTotals())).toBeUndefined();
  expect(meanBpm(sum([secondOf(0, { meanBpm: 100.3 }), secondOf(1, { meanBpm: 100.4 })]))).toBe(100.4);
});

test.each([
  [600, 3, 30],
  [1, 1, 0.02],
  [3600, 5, 300],
])('%d s in zone %d are %d points', (seconds, zone, expected) => {
  expect(points(sum(Array.from({ length: seconds }, (_, i) => secondOf(i, { zone, pointSixtieths: zone }))))).toBe(expected);
});

test('the order does not matter, and what is taken out again was never there', () => {
  const some = fc.record(
    { zone: fc.integer({ min: 0, max: 5 }), beats: fc.nat(4), steps: fc.nat(3), microKcal: fc.nat(400_000) },
    { requiredKeys: ['zone', 'beats'] },
  );
  const seconds = fc.array(
    some.map(({ steps, microKcal, ...fields }) => {
      const { steps: _, microKcal: __, ...second } = secondOf(0, { ...fields, pointSixtieths: fields.zone });
      return { ...second, ...(steps === undefined ? {} : { steps }), ...(microKcal === undefined ? {} : { microKcal }) };
    }),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(
      seconds.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.subarray(list))),
      ([list, shuffled, out]) => {
        expect(sum(shuffled)).toEqual(sum(list));
        const totals = sum([...list, ...out]);
        for (const second of out) addSecond(totals, second, -1);
        expect(totals).toEqual(sum(list));
      },
    ),
  );
});
