import { createRandom, deriveSeed, exponential, normal } from './random.js';

const draw = (count: number, next: () => number): number[] => Array.from({ length: count }, next);
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

it('gives the same numbers for the same seed, and others for another', () => {
  expect(draw(5, createRandom(7))).toEqual(draw(5, createRandom(7)));
  expect(draw(5, createRandom(7))).not.toEqual(draw(5, createRandom(8)));
});

it('is uniform in [0, 1)', () => {
  const values = draw(20_000, createRandom(1));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  expect(mean(values)).toBeCloseTo(0.5, 1);
});

it('normal: mean 0, variance 1; exponential: its mean', () => {
  const random = createRandom(2);
  const normals = draw(20_000, () => normal(random));
  expect(mean(normals)).toBeCloseTo(0, 1);
  expect(mean(normals.map((value) => value * value))).toBeCloseTo(1, 1);
  expect(mean(draw(20_000, () => exponential(random, 10))) / 10).toBeCloseTo(1, 1);
});

it('derives a seed of its own for each part, in order', () => {
  const seeds = [1, 2].flatMap((seed) => [0, 1, 2].flatMap((a) => [0, 1, 2].map((b) => deriveSeed(seed, a, b))));
  expect(new Set(seeds).size).toBe(seeds.length);
});
