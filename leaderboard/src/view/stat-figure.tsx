import { reached, whole } from '../figures.js';
import type { BoardMember, LastFigures } from '../live/board-state.js';
import type { Stat } from '../rankings.js';
import { Heart } from './heart.js';

interface Props {
  stat: Stat;
  row: BoardMember['row'];
  figures: LastFigures | BoardMember['row'];
  /** Left out of a small tile, but kept for those who read the page by other means. */
  visible: boolean;
  beating: boolean;
}

const UNITS: Readonly<Record<Stat, string>> = { bpm: '', percent: '%', points: 'pts', kcal: 'kcal', steps: 'steps' };

function textOf(stat: Stat, row: Props['row'], figures: Props['figures']): string {
  switch (stat) {
    case 'bpm':
      return whole(figures.bpm);
    case 'percent':
      return reached(figures.percentOfMax);
    case 'points':
      return reached(row.points);
    case 'kcal':
      return reached(row.kcal);
    case 'steps':
      return whole(row.steps);
  }
}

/** One of the smaller figures with its unit. */
export function StatFigure({ stat, row, figures, visible, beating }: Props) {
  return (
    <span class="stat" hidden={!visible}>
      {stat === 'bpm' && <Heart bpm={figures.bpm} live={row.signal === 'live'} beating={beating && visible} />}
      {stat === 'percent' && row.hrMaxAssumed && <span class="assumed">≈</span>}
      <span class="figure" data-field={stat}>
        {textOf(stat, row, figures)}
      </span>
      {UNITS[stat] && <span class="stat-unit">{UNITS[stat]}</span>}
    </span>
  );
}
