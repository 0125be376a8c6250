import { createRandom } from './random.js';
import { createReception } from './reception.js';

it('loses about 3 % of broadcasts', () => {
  const reception = createReception(createRandom(1));
  const arrived = Array.from({ length: 20_000 }, () => reception.arrives()).filter(Boolean).length;
  expect(arrived / 20_000).toBeCloseTo(0.97, 2);
});

it('has drop-outs of a few seconds and now and then of 15, none in the first 20 s, numbered from 1', () => {
  const reception = createReception(createRandom(2));
  const lengthsS: number[] = [];
  for (let atMs = 0; atMs < 6 * 3_600_000; atMs += 100) {
    const dropOut = reception.dropOutAt(atMs);
    if (!dropOut) continue;
    expect(atMs).toBeGreaterThanOrEqual(20_000);
    lengthsS[dropOut - 1] = (lengthsS[dropOut - 1] ?? 0) + 0.1;
  }
  expect(lengthsS.length).toBeGreaterThan(40);
  const long = lengthsS.filter((lengthS) => lengthS > 10);
  expect(long.length).toBeGreaterThan(1);
  for (const lengthS of long) expect(lengthS).toBeCloseTo(15, 0);
  for (const lengthS of lengthsS.filter((s) => s <= 10)) {
    expect(lengthS).toBeGreaterThan(1.8);
    expect(lengthS).toBeLessThan(6.2);
  }
});

it('signal strength drifts slowly around a level between -40 and -95 dBm', () => {
  const reception = createReception(createRandom(3));
  const levels = Array.from({ length: 5000 }, () => reception.nextRssiDbm());
  for (const [i, level] of levels.entries()) {
    expect(Number.isInteger(level)).toBe(true);
    expect(level).toBeGreaterThan(-100);
    expect(level).toBeLessThan(-35);
    if (i) expect(Math.abs(level - levels[i - 1]!)).toBeLessThan(6);
  }
  expect(new Set(levels).size).toBeGreaterThan(8);
});
