import fc from 'fast-check';
import { ReportedBeats } from './reported-beats.js';

/** Beats of the seconds 0 to 9. */
const secondsOf = (reported: [ms: number, beats: number][]): number[] =>
  Array.from({ length: 10 }, (_, second) => {
    const beats = new ReportedBeats();
    for (const [ms, count] of reported) if (ms < (second + 1) * 1000) beats.add(count, ms);
    return beats.of(second * 1000);
  });

test.each<[string, [number, number][], number[]]>([
  ['nothing', [], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  [
    'one notification a second',
    [
      [100, 2],
      [1100, 3],
      [2100, 2],
    ],
    [2, 3, 2, 0, 0, 0, 0, 0, 0, 0],
  ],
  [
    'two within a second: the rest counts in the next one',
    [
      [10, 3],
      [990, 3],
      [2010, 3],
    ],
    [4, 2, 3, 0, 0, 0, 0, 0, 0, 0],
  ],
  [
    'three that waited',
    [
      [500, 3],
      [3500, 9],
    ],
    [3, 0, 0, 4, 4, 1, 0, 0, 0, 0],
  ],
  [
    'more than any heart',
    [
      [1000, 255],
      [2000, 2],
    ],
    [0, 4, 2, 0, 0, 0, 0, 0, 0, 0],
  ],
  [
    'more than any heart after a silence',
    [
      [0, 1],
      [5000, 255],
    ],
    [1, 0, 0, 0, 0, 4, 4, 4, 0, 0],
  ],
])('%s', (_, reported, seconds) => {
  expect(secondsOf(reported)).toEqual(seconds);
});

test('whatever is reported, a second has at most four beats, and none that was not reported', () => {
  const notification = fc.tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(notification), (list) => {
      const reported = list.sort(([a], [b]) => a - b);
      const seconds = secondsOf(reported);
      expect(Math.max(...seconds)).toBeLessThanOrEqual(4);
      expect(seconds.reduce((sum, beats) => sum + beats)).toBeLessThanOrEqual(reported.reduce((sum, [, beats]) => sum + beats, 0));
    }),
  );
});
