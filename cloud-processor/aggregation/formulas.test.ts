import { kcalPerMinute, microKcalOfSecond, type Profile, percentOfMax, tanakaHrMaxBpm, zoneOf } from './formulas.js';

const body = (ageYears: number, weightKg: number, sex?: Profile['sex']): Profile => ({
  hrMaxBpm: 190,
  hrMaxAssumed: false,
  ageYears,
  weightKg,
  ...(sex ? { sex } : {}),
});

test.each([
  [40, 180],
  [20, 194],
  [63, 164],
])('HRmax at %d years is %d', (age, bpm) => expect(tanakaHrMaxBpm(age)).toBe(bpm));

test.each([
  [89.9, 180, 0],
  [90, 180, 1],
  [108, 180, 2],
  [126, 180, 3],
  [144, 180, 4],
  [162, 180, 5],
  [161.9, 180, 4],
  [200, 180, 5],
  [93.1, 133, 3],
  [133, 190, 3],
  [171, 190, 5],
])('%d bpm of %d is zone %d', (bpm, max, zone) => expect(zoneOf(bpm, max)).toBe(zone));

test.each([
  [144, 180, 80],
  [150, 190, 78.9],
])('%d of %d is %d %%', (bpm, max, percent) => expect(percentOfMax(bpm, max)).toBe(percent));

test.each([
  ['a man', 150, body(35, 75, 'male'), 14.7007],
  ['a woman', 150, body(35, 60, 'female'), 9.9641],
  ['at rest it is never below 0', 40, body(35, 75, 'male'), 0],
])('kcal a minute: %s', (_, bpm, profile, kcal) => expect(kcalPerMinute(bpm, profile)).toBeCloseTo(kcal, 4));

test('the sex not stated is the mean of both', () => {
  const both = (kcalPerMinute(150, body(35, 70, 'male'))! + kcalPerMinute(150, body(35, 70, 'female'))!) / 2;
  expect(kcalPerMinute(150, body(35, 70))).toBeCloseTo(both, 10);
});

test('a body of which nothing is known burns an unknown amount', () => {
  expect(microKcalOfSecond(150, { hrMaxBpm: 190, hrMaxAssumed: true })).toBeUndefined();
  expect(microKcalOfSecond(150, body(35, 75, 'male'))).toBe(245_011);
});
