import { retryDelayMs } from './retry-delay.js';

const delays = { firstMs: 1000, longestMs: 60_000 };

test.each([
  [1, 1000, 2000],
  [2, 2000, 4000],
  [5, 16_000, 32_000],
  [6, 30_000, 60_000],
  [1000, 30_000, 60_000],
])('after %i failures between %i and %i ms', (failures, leastMs, mostMs) => {
  expect(retryDelayMs(failures, delays, () => 0)).toBe(leastMs);
  expect(retryDelayMs(failures, delays, () => 1)).toBe(mostMs);
});
