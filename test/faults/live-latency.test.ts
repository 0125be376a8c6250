import { hasCaughtUp } from './gateway-healths.js';
import { quantilesOf } from './live-latency.js';

test.each<[number[], object]>([
  [[], { count: 0, p50Ms: Number.NaN, p99Ms: Number.NaN }],
  [[7], { count: 1, p50Ms: 7, p99Ms: 7 }],
  [[3, 1, 2, 4], { count: 4, p50Ms: 3, p99Ms: 4 }],
  [Array.from({ length: 1000 }, (_, i) => 999 - i), { count: 1000, p50Ms: 500, p99Ms: 990 }],
])('quantiles of %j', (latencies, quantiles) => {
  expect(quantilesOf(latencies)).toEqual(quantiles);
});

const spool = (waiting: number, oldestAgeMs: number) => ({
  spool: 'aaaaaaaa',
  decoded: 100,
  committed: 100 - waiting,
  waiting,
  dropped: {},
  oldest: 1,
  oldestAgeMs,
  drained: false,
});

test.each<[string, ReturnType<typeof spool>[], boolean]>([
  ['nothing waits', [spool(0, 0)], true],
  ['live readings wait', [spool(0, 0), spool(9, 700)], true],
  ['something old waits', [spool(9, 3000)], false],
  ['a former process left something', [spool(1, 100), spool(0, 0)], false],
])('caught up: %s', (_, spools, expected) => {
  expect(hasCaughtUp({ spools })).toBe(expected);
});
