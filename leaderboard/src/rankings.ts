import type { RankBy } from '@pulseboard/contract';

/** As in the contract, restated so that its schemas stay out of the page. */
export const RANKINGS = ['points', 'percentOfMax', 'bpm', 'calories', 'steps'] as const satisfies readonly RankBy[];

export const RANKING_LABELS: Readonly<Record<RankBy, string>> = {
  points: 'Points',
  percentOfMax: '% max',
  bpm: 'BPM',
  calories: 'kcal',
  steps: 'Steps',
};

/** The figure that fills the tile: what the heart does now. % of the own maximum is fair between fit and unfit, so it leads unless bpm is asked for. */
export type Lead = 'percent' | 'bpm';
export const leadOf = (metric: RankBy): Lead => (metric === 'bpm' ? 'bpm' : 'percent');

export type Stat = 'bpm' | 'percent' | 'points' | 'kcal' | 'steps';

const STATS: Readonly<Record<RankBy, readonly Stat[]>> = {
  points: ['points', 'bpm', 'kcal', 'steps'],
  percentOfMax: ['bpm', 'points', 'kcal', 'steps'],
  bpm: ['percent', 'points', 'kcal', 'steps'],
  calories: ['kcal', 'bpm', 'points', 'steps'],
  steps: ['steps', 'bpm', 'points', 'kcal'],
};

/** The smaller figures, the first the last to go when tiles get small. */
export const statsOf = (metric: RankBy): readonly Stat[] => STATS[metric];

/** The smaller figure that ranks; undefined where the leading figure ranks. */
export const rankingStat = (metric: RankBy): Stat | undefined =>
  metric === 'percentOfMax' || metric === 'bpm' ? undefined : STATS[metric][0];

const ALIASES: ReadonlyMap<string, RankBy> = new Map([
  ['percent', 'percentOfMax'],
  ['kcal', 'calories'],
]);

/** @param text of `?tab=` */
export function parseTab(text: string | null): RankBy {
  if (text === null) return 'points';
  return RANKINGS.find((metric) => metric === text) ?? ALIASES.get(text) ?? 'points';
}
