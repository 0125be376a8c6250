import { leadOf, parseTab, RANKINGS, rankingStat, statsOf } from './rankings.js';

test.each([
  [null, 'points'],
  ['bpm', 'bpm'],
  ['percent', 'percentOfMax'],
  ['kcal', 'calories'],
  ['toString', 'points'],
  ['nonsense', 'points'],
])('?tab=%s selects %s', (text, metric) => {
  expect(RANKINGS).toContain(parseTab(text));
  expect(parseTab(text)).toBe(metric);
});

test.each(RANKINGS)('%s: every figure is on the tile once, and what ranks comes first', (metric) => {
  const figures = [leadOf(metric), ...statsOf(metric)];
  expect([...figures].sort()).toEqual(['bpm', 'kcal', 'percent', 'points', 'steps']);
  const own = { points: 'points', percentOfMax: 'percent', bpm: 'bpm', calories: 'kcal', steps: 'steps' } as const;
  expect(rankingStat(metric) ?? leadOf(metric)).toBe(own[metric]);
  expect(figures.indexOf(own[metric])).toBeLessThan(2);
});
