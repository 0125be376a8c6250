import fc from 'fast-check';
import { Ranges } from './ranges.js';

describe('Ranges', () => {
  test.each([
    { name: 'empty', add: [], list: [], size: 0, prefix: 0 },
    {
      name: 'touching ones become one',
      add: [
        [1, 2],
        [3, 4],
      ],
      list: [[1, 4]],
      size: 4,
      prefix: 4,
    },
    {
      name: 'a bridge joins',
      add: [
        [1, 2],
        [6, 7],
        [3, 5],
      ],
      list: [[1, 7]],
      size: 7,
      prefix: 7,
    },
    {
      name: 'out of order',
      add: [
        [9, 9],
        [1, 1],
        [5, 6],
      ],
      list: [
        [1, 1],
        [5, 6],
        [9, 9],
      ],
      size: 4,
      prefix: 1,
    },
    { name: 'ends before it begins', add: [[5, 4]], list: [], size: 0, prefix: 0 },
    { name: 'no prefix', add: [[2, 3]], list: [[2, 3]], size: 2, prefix: 0 },
  ] as { name: string; add: [number, number][]; list: [number, number][]; size: number; prefix: number }[])(
    '$name',
    ({ add, list, size, prefix }) => {
      const ranges = new Ranges(add);
      expect(ranges.toArray()).toEqual(list);
      expect(ranges.size).toBe(size);
      expect(ranges.prefix).toBe(prefix);
    },
  );

  test('is the set of the numbers added, in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 6 }))), (parts) => {
        const ranges = new Ranges();
        const numbers = new Set<number>();
        for (const [from, length] of parts) {
          ranges.add(from, from + length);
          for (let n = from; n <= from + length; n++) numbers.add(n);
        }
        for (let n = 0; n <= 70; n++) expect(ranges.has(n)).toBe(numbers.has(n));
        expect(ranges.size).toBe(numbers.size);
        const list = ranges.toArray();
        for (let i = 1; i < list.length; i++) expect(list[i]![0]).toBeGreaterThan(list[i - 1]![1] + 1);
      }),
    );
  });
});
