import { burnInShift } from './burn-in.js';

test('the picture moves by at most 3 px, to six places in turn', () => {
  const places = Array.from({ length: 13 }, (_, i) => burnInShift(i * 150_000 + 10));
  expect(new Set(places.map(String)).size).toBe(6);
  for (const [x, y] of places) expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(3);
  expect(burnInShift(149_999)).toEqual([0, 0]);
});
