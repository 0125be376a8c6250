import fc from 'fast-check';
import { CounterFront } from './counter-front.js';

const BEATS = { wrap: 256, perSecond: 4 };
const STEPS = { wrap: 512, perSecond: 5 };

/** [ms, count, new ones]: 'unknown' where it cannot be told. */
type Step = [number, number, number | 'unknown'];

test.each<{ name: string; limits: typeof BEATS; steps: Step[] }>([
  {
    name: 'counts what is new',
    limits: BEATS,
    steps: [
      [0, 7, 'unknown'],
      [400, 8, 1],
      [800, 8, 0],
      [1200, 10, 2],
    ],
  },
  {
    name: 'a heart counter wraps at 256',
    limits: BEATS,
    steps: [
      [0, 254, 'unknown'],
      [500, 255, 1],
      [1000, 1, 2],
    ],
  },
  {
    name: 'a step counter wraps at 512',
    limits: STEPS,
    steps: [
      [0, 510, 'unknown'],
      [500, 511, 1],
      [1000, 2, 3],
    ],
  },
  {
    name: 'a receiver that lags tells nothing new',
    limits: BEATS,
    steps: [
      [0, 10, 'unknown'],
      [400, 11, 1],
      [420, 10, 0],
      [800, 12, 1],
      [850, 11, 0],
    ],
  },
  {
    name: 'nor does it across the wrap',
    limits: BEATS,
    steps: [
      [0, 255, 'unknown'],
      [400, 0, 1],
      [420, 255, 0],
      [800, 1, 1],
    ],
  },
  {
    name: 'a lag of 5 s is a lag',
    limits: BEATS,
    steps: [
      [0, 100, 'unknown'],
      [100, 80, 0],
      [200, 101, 1],
    ],
  },
  {
    name: 'lost frames are made good',
    limits: BEATS,
    steps: [
      [0, 10, 'unknown'],
      [5000, 30, 20],
    ],
  },
  {
    name: 'a strap that begins anew',
    limits: BEATS,
    steps: [
      [0, 100, 'unknown'],
      [400, 3, 'unknown'],
      [800, 4, 1],
    ],
  },
  {
    name: 'faster than any heart is a strap that begins anew',
    limits: BEATS,
    steps: [
      [0, 10, 'unknown'],
      [1000, 18, 'unknown'],
      [2000, 20, 2],
    ],
  },
  {
    name: 'as fast as a heart can be, and the slack',
    limits: BEATS,
    steps: [
      [0, 10, 'unknown'],
      [1000, 17, 7],
    ],
  },
  {
    name: 'after just 5 s of silence it is known',
    limits: BEATS,
    steps: [
      [0, 10, 'unknown'],
      [5000, 14, 4],
    ],
  },
  {
    name: 'after more it is not',
    limits: BEATS,
    steps: [
      [0, 10, 'unknown'],
      [5001, 14, 'unknown'],
      [5400, 15, 1],
    ],
  },
  {
    name: 'repeats are no silence',
    limits: BEATS,
    steps: [
      [0, 10, 'unknown'],
      [4000, 10, 0],
      [8000, 12, 2],
    ],
  },
])('$name', ({ limits, steps }) => {
  const front = new CounterFront(limits);
  expect(steps.map(([ms, count]) => front.advance(count, ms) ?? 'unknown')).toEqual(steps.map(([, , fresh]) => fresh));
});

test('whatever a strap sends, no more is counted than a body can do', () => {
  const page = fc.record({ waitMs: fc.oneof(fc.constant(250), fc.nat(6000)), count: fc.integer({ min: 0, max: 255 }) });
  fc.assert(
    fc.property(fc.array(page, { maxLength: 400 }), (pages) => {
      const front = new CounterFront(BEATS);
      let at = 0;
      let sum = 0;
      let silences = 0;
      for (const { waitMs, count } of pages) {
        at += waitMs;
        if (waitMs > 5000) silences++;
        sum += front.advance(count, at) ?? 0;
      }
      expect(sum).toBeLessThanOrEqual((at / 1000) * 4 + 3 * (silences + 1));
    }),
  );
});

test('whatever several receivers hear of a strap, the sum is its own difference', () => {
  const hearing = fc.record({ beats: fc.integer({ min: 0, max: 4 }), lags: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }) });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), fc.array(hearing, { maxLength: 200 }), (first, seconds) => {
      const front = new CounterFront(BEATS);
      front.advance(first, 0);
      let count = first;
      let sum = 0;
      seconds.forEach(({ beats, lags }, i) => {
        count += beats;
        // The one that is up to date is heard at some place among those that lag.
        const heard = [...lags, 0].map((lag) => Math.max(first, count - lag));
        for (const each of heard) sum += front.advance(each % 256, (i + 1) * 1000) ?? Number.NaN;
      });
      expect(sum).toBe(count - first);
    }),
  );
});
