import fc from 'fast-check';
import { readingAt, T0 } from '../test-data/readings.js';
import { firstAtOrAfter, inOrder, insertInOrder, type StoredReading } from './stored-reading.js';

const few = fc.record({
  at: fc.integer({ min: 0, max: 6 }),
  spool: fc.constantFrom('spool-a', 'spool-b'),
  number: fc.integer({ min: 1, max: 5 }),
});
/** Readings by identity: a number of a spool has one time only. */
const readings = fc
  .uniqueArray(few, { selector: ({ spool, number }) => `${spool}${number}`, maxLength: 12 })
  .map((list) => list.map(({ at, ...id }) => readingAt(at, id)));

test('by time, then by spool, then by number', () => {
  const list = [
    readingAt(1, { spool: 'a', number: 1 }),
    readingAt(0, { spool: 'b', number: 1 }),
    readingAt(0, { spool: 'a', number: 10 }),
    readingAt(0, { spool: 'a', number: 9 }),
  ];
  expect([...list].sort(inOrder)).toEqual([list[3], list[2], list[1], list[0]]);
});

test('inserting one by one, each twice, in any order, sorts and keeps each once', () => {
  fc.assert(
    fc.property(
      readings.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }))),
      ([list, arrivals]) => {
        const sorted: StoredReading[] = [];
        const taken = arrivals.filter((reading) => insertInOrder(sorted, reading));
        expect(sorted).toEqual([...list].sort(inOrder));
        expect(taken).toHaveLength(list.length);
      },
    ),
  );
});

test('finds the first at or after a time', () => {
  fc.assert(
    fc.property(readings, fc.integer({ min: -1, max: 8 }), (list, ms) => {
      const sorted = [...list].sort(inOrder);
      const found = sorted.findIndex((r) => r.at >= T0 + ms);
      expect(firstAtOrAfter(sorted, T0 + ms)).toBe(found < 0 ? sorted.length : found);
    }),
  );
});
