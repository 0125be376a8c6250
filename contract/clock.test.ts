import fc from 'fast-check';
import { virtualClock } from './clock.js';

const HOUR = 3_600_000;
const wall = (times: number[]) => () => times.shift()!;

test.each([
  { name: 'begins where it is told', startAt: 1000, speed: 1, times: [50_000, 50_000], at: 1000 },
  { name: 'runs as fast as it is told', startAt: 1000, speed: 10, times: [50_000, 50_100], at: 2000 },
  { name: 'gives whole milliseconds', startAt: 1000, speed: 0.3, times: [50_000, 50_001], at: 1000 },
  { name: 'ends at the real time', startAt: 49_900, speed: 1000, times: [50_000, 50_100], at: 50_100 },
  { name: 'waits in a future that has not come', startAt: 60_000, speed: 2, times: [50_000, 51_000], at: 60_000 },
])('$name', ({ startAt, speed, times, at }) => expect(virtualClock(startAt, speed, wall(times))()).toBe(at));

test('never runs backwards and never ahead of the real time, once it is not in the future', () => {
  fc.assert(
    fc.property(
      fc.nat(HOUR),
      fc.double({ min: 0.1, max: 1000, noNaN: true }),
      fc.array(fc.nat(1000), { minLength: 1 }),
      (back, speed, steps) => {
        let real = 10 * HOUR;
        const clock = virtualClock(real - back, speed, () => real);
        let last = clock();
        for (const step of steps) {
          real += step;
          const at = clock();
          expect(at).toBeGreaterThanOrEqual(last);
          expect(at).toBeLessThanOrEqual(real);
          last = at;
        }
      },
    ),
  );
});
