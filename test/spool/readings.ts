import type { Reading } from '@pulseboard/contract';

const T0 = 1_700_000_000_000;

/** What has a number: the same in the process that writes and in the one that looks afterwards. Of the size of a real one. */
export const readingOf = (n: number): Reading => ({
  sensor: `ant-hr-${400_000 + (n % 40)}`,
  at: T0 + n * 12,
  heartRateBpm: 60 + (n % 120),
  beatTimeMs: ((n * 431) % 64_000) + 0.5,
  beatCount: n % 256,
  rrIntervalsMs: [700 + (n % 300) + 0.25],
  rssiDbm: -60,
});
