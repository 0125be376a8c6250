import { jest } from '@jest/globals';
import { pino } from 'pino';
import { T0 } from '../test-data/readings.js';
import { demandRetention, RetentionTooShortError, startPruning } from './retention.js';
import type { PruneLimits } from './time-series-store.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const retention = { readingsMs: 30 * DAY_MS, secondsMs: 1825 * DAY_MS };

test.each([
  ['shorter', 72 * HOUR_MS, true],
  ['as long', 30 * DAY_MS, false],
  ['longer', 31 * DAY_MS, false],
])('gateways may keep readings for a shorter time than the store: %s', (_, spoolMs, isFine) => {
  const demand = () => demandRetention(retention, spoolMs);
  if (isFine) expect(demand).not.toThrow();
  else {
    expect(demand).toThrow(RetentionTooShortError);
    expect(demand).toThrow(/^PULSEBOARD_SPOOL_HOURS is \d+, and PULSEBOARD_READINGS_DAYS is 30: .*\.$/);
  }
});

describe('pruning', () => {
  let asked: PruneLimits[];
  let answer: () => Promise<void>;
  let now: number;
  let newestAt: number | undefined;
  let stop: () => void;
  const store = {
    newestReadingAt: async () => newestAt,
    async prune(limits: PruneLimits) {
      asked.push(limits);
      await answer();
      return { readings: 1, deadLetters: 0, seconds: 0 };
    },
  };
  beforeEach(() => {
    jest.useFakeTimers();
    asked = [];
    answer = async () => {};
    now = T0;
    newestAt = T0 + 10 * HOUR_MS;
    stop = startPruning(store, retention, () => now, pino({ level: 'silent' }));
  });
  afterEach(() => {
    stop();
    jest.useRealTimers();
  });

  test('begins at once and goes on every hour, a little behind what is still stored', async () => {
    now += HOUR_MS;
    await jest.advanceTimersByTimeAsync(HOUR_MS);
    expect(asked).toHaveLength(2);
    for (const [i, { readingsBefore, secondsBefore }] of asked.entries()) {
      const at = T0 + i * HOUR_MS;
      expect(at - readingsBefore).toBeGreaterThan(retention.readingsMs + 60_000);
      expect(at - readingsBefore).toBeLessThan(retention.readingsMs + HOUR_MS);
      expect(at - secondsBefore).toBeGreaterThan(retention.secondsMs);
    }
  });

  test.each([
    ['stands in the future: age counts from the latest reading', T0],
    ['cannot be told from that, since there is no reading: nothing is pruned', undefined],
  ])('by a clock that %s', async (_, at) => {
    await jest.advanceTimersByTimeAsync(0);
    newestAt = at;
    now = T0 + 400 * DAY_MS;
    const [before] = asked.splice(0);
    await jest.advanceTimersByTimeAsync(2 * HOUR_MS);
    expect(asked).toEqual(at === undefined ? [] : [before, before]);
  });

  test('that fails is tried again; one that lasts is not begun twice', async () => {
    answer = () => Promise.reject(new Error('the store is away'));
    await jest.advanceTimersByTimeAsync(HOUR_MS);
    let finish = () => {};
    answer = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    await jest.advanceTimersByTimeAsync(3 * HOUR_MS);
    expect(asked).toHaveLength(3);
    finish();
    await jest.advanceTimersByTimeAsync(HOUR_MS);
    expect(asked).toHaveLength(4);
  });
});
