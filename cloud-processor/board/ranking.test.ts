import { RANKINGS, type RankBy } from '@pulseboard/contract';
import fc from 'fast-check';
import { type Rankable, rankedBy, ranksOf } from './ranking.js';

const rows: Rankable[] = [
  { member: 'ada', points: 10, percentOfMax: 80, bpm: 150, kcal: 90, steps: 0 },
  { member: 'bruno', points: 12, percentOfMax: 70, bpm: 120, steps: 40 },
  { member: 'chiara', points: 8, kcal: 100.5, steps: 900 },
  { member: 'deniz', points: 10, percentOfMax: 85, bpm: 140, kcal: 0, steps: 40 },
];

test.each<[RankBy, string[]]>([
  ['points', ['bruno', 'deniz', 'ada', 'chiara']],
  ['percentOfMax', ['deniz', 'ada', 'bruno', 'chiara']],
  ['bpm', ['ada', 'deniz', 'bruno', 'chiara']],
  ['calories', ['chiara', 'ada', 'deniz', 'bruno']],
  ['steps', ['chiara', 'bruno', 'deniz', 'ada']],
])('by %s', (rankBy, order) => {
  expect(rankedBy(rankBy, rows).map((row) => row.member)).toEqual(order);
  const ranks = ranksOf(rows);
  expect(order.map((member) => ranks.get(member)![rankBy])).toEqual([1, 2, 3, 4]);
});

test('equal in everything: by id', () => {
  const twins = ['ivo', 'ada', 'hana'].map((member) => ({ member, points: 1, steps: 0 }));
  for (const rankBy of RANKINGS) expect(rankedBy(rankBy, twins).map((row) => row.member)).toEqual(['ada', 'hana', 'ivo']);
});

const valueBy: Record<RankBy, (row: Rankable) => number | undefined> = {
  points: (row) => row.points,
  percentOfMax: (row) => row.percentOfMax,
  bpm: (row) => row.bpm,
  calories: (row) => row.kcal,
  steps: (row) => row.steps,
};
const some = fc.uniqueArray(
  fc.record({
    member: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
    points: fc.nat(3),
    percentOfMax: fc.option(fc.nat(3), { nil: undefined }),
    bpm: fc.option(fc.integer({ min: 25, max: 28 }), { nil: undefined }),
    kcal: fc.option(fc.nat(3), { nil: undefined }),
    steps: fc.option(fc.nat(3), { nil: undefined }),
  }),
  { selector: (row) => row.member },
);

test('ranks are 1 to n, never a smaller value or an unknown one before a larger, and the same whatever the order', () => {
  fc.assert(
    fc.property(
      some.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        const ranks = ranksOf(list);
        expect(new Map(ranksOf(shuffled))).toEqual(ranks);
        for (const rankBy of RANKINGS) {
          const sorted = [...list].sort((a, b) => ranks.get(a.member)![rankBy] - ranks.get(b.member)![rankBy]);
          expect(sorted.map((row) => ranks.get(row.member)![rankBy])).toEqual(list.map((_, i) => i + 1));
          const values = sorted.map((row) => valueBy[rankBy](row) ?? Number.NEGATIVE_INFINITY);
          expect(values).toEqual([...values].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
          expect(rankedBy(rankBy, shuffled)).toEqual(sorted);
        }
      },
    ),
  );
});
