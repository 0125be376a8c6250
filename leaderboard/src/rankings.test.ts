import { leadOf, parseTab, RANKINGS, statsOf } from './rankings.js';

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

test.each(RANKINGS)('%s: every figure is on the tile once, and what ranks is never dropped first', (metric) => {
  const figures = [leadOf(metric), ...statsOf(metric)];
  expect([...figures].sort()).toEqual(['bpm', 'kcal', 'percent', 'points', 'steps']);
  const own = { points: 'points', percentOfMax: 'percent', bpm: 'bpm', calories: 'kcal', steps: 'steps' } as const;
  expect(figures.slice(0, 3)).toContain(own[metric]);
});
