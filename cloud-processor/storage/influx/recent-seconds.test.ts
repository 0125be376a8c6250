import type { MemberSecond } from '@pulseboard/contract';
import fc from 'fast-check';
import { createRandom } from '../../test-data/random.js';
import { RandomFlushes } from '../../test-data/random-flushes.js';
import { secondOf, T0 } from '../../test-data/readings.js';
import { movedSeconds } from './moved-seconds.js';
import { RecentSeconds } from './recent-seconds.js';

const placeOf = ({ gym, member, room, at }: MemberSecond) => `${gym} ${member} ${room} ${at}`;
const sorted = (seconds: Iterable<MemberSecond>) => [...seconds].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));

test('what it knows is what stands there, whatever was written, rewritten and moved', () => {
  let known = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 5 }), (seed, stood) => {
      const flushes = new RandomFlushes(createRandom(seed));
      const all = new Map<string, MemberSecond>();
      const note = ({ replaced, seconds }: ReturnType<RandomFlushes['next']>) => {
        for (const [place, { gym, member, at }] of all)
          if (replaced.some((run) => run.gym === gym && run.member === member && at >= run.from && at <= run.to)) all.delete(place);
        for (const second of seconds) all.set(placeOf(second), second);
      };
      for (let n = 0; n < stood; n++) note(flushes.next());
      const recent = new RecentSeconds();
      recent.begin(all.size ? Math.max(...[...all.values()].map(({ at }) => at)) + 1000 : 0);
      for (let n = 0; n < 30; n++) {
        const flush = flushes.next();
        for (const run of flush.replaced.filter((each) => recent.knows(each))) {
          known++;
          const due = [...all.values()].filter(
            ({ gym, member, at }) => gym === run.gym && member === run.member && at >= run.from && at <= run.to,
          );
          expect(sorted(recent.standing(run))).toEqual(sorted(due));
        }
        recent.note(flush);
        note(flush);
      }
    }),
    { numRuns: 8 },
  );
  expect(known).toBeGreaterThan(30);
});

test('it knows nothing before it begins, nor after it was told to forget', () => {
  const run = { gym: 'demo', member: 'ada', from: T0, to: T0 + 9000 };
  const recent = new RecentSeconds();
  expect(recent.knows(run)).toBe(false);
  recent.begin(T0);
  expect([recent.knows(run), recent.knows({ ...run, from: T0 - 1 })]).toEqual([true, false]);
  recent.note({ replaced: [], seconds: [secondOf(1)], watermarkAt: T0 });
  expect(recent.standing(run)).toEqual([secondOf(1)]);
  recent.forget();
  expect([recent.knows(run), recent.standing(run)]).toEqual([false, []]);
});

test('of what stood there, that goes in whose place nothing is written', () => {
  const before = [secondOf(1), secondOf(2), secondOf(3, { room: 'studio' }), secondOf(4, { member: 'bruno' })];
  const moved = movedSeconds(before, [secondOf(1, { beats: 9 }), secondOf(2, { room: 'studio' }), secondOf(5)]);
  expect(moved.map(({ at, room, member }) => [at - T0, room, member])).toEqual([
    [2000, 'main', 'ada'],
    [3000, 'studio', 'ada'],
    [4000, 'main', 'bruno'],
  ]);
});
