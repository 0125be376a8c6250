import type { Stat } from '../rankings.js';
import type { Glyphs } from './glyphs.js';
import { BESIDE, badgeWidthEm, fitStats, leadByWidth, rankWidthEm, STAT_GAP_EM, statWidthEm } from './widths.js';

export interface GridInput {
  readonly members: number;
  /** The place for the tiles, in px. */
  readonly width: number;
  readonly height: number;
  /** No figure is smaller: what does not fit is left out. Room for 50 on any TV; in a small window it gives way in the end. */
  readonly leastFigure: number;
  /** The smaller figures, most wanted first. */
  readonly stats: readonly Stat[];
  /** The figure that ranks, which is always shown; undefined: the leading figure ranks. */
  readonly required?: Stat | undefined;
  readonly glyphs: Glyphs;
}

/** Sizes in px. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly gap: number;
  readonly padding: number;
  /** Font of name, rank and the smaller figures. */
  readonly small: number;
  /** Font of the leading figure. */
  readonly lead: number;
  /** Font of its unit. */
  readonly unit: number;
  /** Font of the zone number, which stands beside the leading figure, or before the smaller ones where tiles are narrow. */
  readonly zone: number;
  readonly zoneBeside: 'lead' | 'stats';
  /** A smaller figure at the end of the line of the leading one, where tiles are too low for a line more. */
  readonly besideLead: Stat | undefined;
  readonly lines: readonly (readonly Stat[])[];
  /** Height of the curve; 0: no room for one. In a `line` it takes what the smaller figures leave. */
  readonly curve: number;
  readonly curveIn: 'block' | 'line';
  readonly curveWidth: number;
}

export const LINE = 1.25;
/** Digits have no descenders. As in tile.css. */
export const LEAD_LINE = 0.94;

interface Variant {
  columns: number;
  rows: number;
  zoneBeside: Grid['zoneBeside'];
  besideLead: boolean;
  lineCount: number;
  withCurve: boolean;
}

/** Below this size, px, a figure cannot be read even on a small window: the page shows a list instead. */
export const READABLE_PX = 10;
const SMALLEST_PX = 6;
/** A name of ten letters, in em of its font. */
const NAME_EM = 7;

/** Of all divisions of the place, the one whose leading figure is largest, with some weight on what else can be seen. */
export function gridFor(input: GridInput): Grid {
  let best: { grid: Grid; score: number } | undefined;
  // A further figure and a curve in the line often exclude each other.
  for (const most of [4, 3, 2, 1]) {
    const stats = input.stats.slice(0, most);
    for (const variant of variantsFor(Math.max(1, input.members))) {
      const grid = tileFor({ ...input, stats }, variant);
      const score = scoreOf(grid, input);
      if (!best || score > best.score) best = { grid, score };
    }
  }
  // More people than the place can hold in figures of this size: smaller ones are better than a leading figure that does not lead.
  const { grid, score } = best!;
  const crowded = score <= 0 || grid.lead < 1.5 * input.leastFigure;
  return crowded && input.leastFigure > SMALLEST_PX ? gridFor({ ...input, leastFigure: 0.85 * input.leastFigure }) : grid;
}

function* variantsFor(members: number): Generator<Variant> {
  for (let columns = 1; columns <= members; columns++) {
    const rows = Math.ceil(members / columns);
    // The same rows with fewer columns has wider tiles.
    if (columns > 1 && Math.ceil(members / (columns - 1)) === rows) continue;
    for (const zoneBeside of ['lead', 'stats'] as const)
      for (const besideLead of [false, true])
        for (const lineCount of zoneBeside === 'stats' ? [1, 2] : [0, 1, 2])
          for (const withCurve of [true, false]) yield { columns, rows, zoneBeside, besideLead, lineCount, withCurve };
  }
}

/**
 * The two figures after the leading one (pulse and what ranks) are worth giving up a third of its size, a large zone number a sixth, the curve and more figures a little.
 * A leading figure that hardly leads is worth the less, and so is a tile that cuts every name.
 * @returns 0 or less: what ranks is not shown
 */
function scoreOf(grid: Grid, { leastFigure, required, glyphs }: GridInput): number {
  const { lead, lines, besideLead, curve, curveIn, zoneBeside } = grid;
  const shownStats = besideLead ? [besideLead, ...lines.flat()] : lines.flat();
  if (required && !shownStats.includes(required)) return -1;
  if (zoneBeside === 'stats' && lines.length === 0) return -1;
  const stats = shownStats.length;
  const drawn = curve === 0 ? 0 : curveIn === 'block' ? 0.17 : 0.08;
  const shown = 0.6 + (stats > 1 ? 0.44 : stats > 0 ? 0.16 : 0) + (stats > 2 ? 0.07 : 0) + (zoneBeside === 'lead' ? 0.18 : 0) + drawn;
  const nameEm = (grid.tileWidth - 2 * grid.padding) / grid.small - rankWidthEm(glyphs);
  const named = Math.min(1, Math.max(0.1, nameEm / NAME_EM)) ** 0.5;
  return lead * shown * named * Math.min(1, lead / (2 * leastFigure)) ** 2;
}

function tileFor(input: GridInput, { columns, rows, zoneBeside, besideLead, lineCount, withCurve }: Variant): Grid {
  const { width, height, leastFigure, glyphs } = input;
  const gap = Math.round(Math.max(4, 0.009 * Math.min(width, height)));
  const tileWidth = Math.floor((width - gap * (columns - 1)) / columns);
  const tileHeight = Math.floor((height - gap * (rows - 1)) / rows);
  const padding = Math.round(Math.min(28, Math.max(6, 0.05 * Math.min(tileWidth, tileHeight))));
  const [innerWidth, innerHeight] = [tileWidth - 2 * padding, tileHeight - 2 * padding];
  const small = Math.floor(Math.max(leastFigure, Math.min(0.12 * tileHeight, 2.4 * leastFigure)));

  const before = zoneBeside === 'stats' ? (badgeWidthEm(glyphs) + STAT_GAP_EM) * small : 0;
  const beside = besideLead ? input.stats[0] : undefined;
  const inLines = beside ? input.stats.slice(1) : input.stats;
  const besideWidth = beside ? (statWidthEm(beside, glyphs) + STAT_GAP_EM) * small : 0;
  const fitted = fitStats(inLines, lineCount, innerWidth / small, before / small, glyphs);

  const left = innerHeight - small * LINE * (1 + fitted.lines.length);
  const leastCurve = withCurve ? 1.1 * small : 0;
  const byHeight = Math.min((left - leastCurve) / LEAD_LINE, 0.62 * innerHeight);
  const byWidth = leadByWidth(innerWidth - besideWidth, leastFigure, glyphs, zoneBeside === 'lead');
  const lead = Math.max(0, Math.floor(Math.min(byHeight, byWidth)));
  const block = withCurve ? Math.floor(Math.min(left - lead * LEAD_LINE, 0.3 * innerHeight)) : 0;

  const rest = innerWidth - fitted.lastWidthEm * small - STAT_GAP_EM * small;
  const inLine = !withCurve && fitted.lines.length > 0 && rest >= 2.6 * small;
  return {
    columns,
    rows,
    tileWidth,
    tileHeight,
    gap,
    padding,
    small,
    lead,
    unit: Math.max(leastFigure, Math.floor(BESIDE * lead)),
    zone: zoneBeside === 'stats' ? small : Math.max(leastFigure, Math.floor(BESIDE * lead)),
    zoneBeside,
    besideLead: beside,
    lines: fitted.lines,
    curve: withCurve ? block : inLine ? Math.floor(0.95 * small) : 0,
    curveIn: withCurve ? 'block' : 'line',
    curveWidth: Math.floor(withCurve ? innerWidth : rest),
  };
}
