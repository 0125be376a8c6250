import fc from 'fast-check';
import { resultsGrid } from './results.js';

test('everybody fits, in the largest letters', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 300, max: 3800 }),
      fc.integer({ min: 150, max: 3000 }),
      fc.integer({ min: 14, max: 80 }),
      (entries, width, height, mostFont) => {
        const { columns, rows, font } = resultsGrid(entries, width, height, mostFont);
        expect(columns * rows).toBeGreaterThanOrEqual(entries);
        expect((columns - 1) * rows).toBeLessThan(entries);
        expect(rows * font * 1.5).toBeLessThanOrEqual(height);
        expect(font).toBeLessThanOrEqual(mostFont);
      },
    ),
  );
});

test.each([
  [47, 1880, 600, 20],
  [77, 1880, 600, 18],
  [47, 1040, 1300, 24],
])('%d people on %d × %d px can be read', (entries, width, height, least) => {
  expect(resultsGrid(entries, width, height, 36).font).toBeGreaterThanOrEqual(least);
});
