import type { Stat } from '../rankings.js';
import type { Glyphs } from './glyphs.js';

/** Between the smaller figures. */
export const STAT_GAP_EM = 0.6;
/** Units are set smaller than their figures; they are no figures. */
export const STAT_UNIT = 0.72;
export const HEART_EM = 0.95;

/** The most digits that each figure grows to. */
const DIGITS: Readonly<Record<Stat, number>> = { bpm: 3, percent: 3, points: 3, kcal: 4, steps: 5 };
const UNIT_LETTERS: Readonly<Record<Stat, number>> = { bpm: 0, percent: 0, points: 3, kcal: 4, steps: 5 };

export function statWidthEm(stat: Stat, { digit, percent, letter }: Glyphs): number {
  const figure = DIGITS[stat] * digit;
  if (stat === 'bpm') return figure + HEART_EM + 0.15;
  // With the mark of an assumed maximum.
  if (stat === 'percent') return figure + percent + digit;
  return figure + STAT_UNIT * (UNIT_LETTERS[stat] * letter + 0.25);
}

/** A rank of two digits in its chip, with the gap after it. */
export const rankWidthEm = ({ digit }: Glyphs): number => 2 * digit + 0.44 + 0.32;

/** `Z4` in its chip. */
export const zoneWidthEm = ({ digit }: Glyphs): number => 2.15 * digit + 0.6;

/** What stands before the smaller figures: `Z4`, or the `59 s` of a lost strap, which is wider. */
export const badgeWidthEm = ({ digit }: Glyphs): number => 2.15 * digit + 1;

/** Size of the unit and of the zone number beside the leading figure, in em of it. */
export const BESIDE = 0.4;

/** The largest leading figure of three digits that leaves room for its unit and, if asked, the zone. */
export function leadByWidth(width: number, leastFigure: number, glyphs: Glyphs, withZone: boolean): number {
  const { digit, percent } = glyphs;
  const figureEm = 3 * digit + 0.06 + (withZone ? 0.15 : 0);
  const besideEm = percent + (withZone ? zoneWidthEm(glyphs) : 0);
  const lead = width / (figureEm + BESIDE * besideEm);
  return BESIDE * lead >= leastFigure ? lead : (width - besideEm * leastFigure) / figureEm;
}

/**
 * As many of the smaller figures as fit, in their order; one that is too wide is skipped.
 * @param firstTakenEm width of what stands before the first line
 */
export function fitStats(
  stats: readonly Stat[],
  lineCount: number,
  widthEm: number,
  firstTakenEm: number,
  glyphs: Glyphs,
): { lines: Stat[][]; lastWidthEm: number } {
  const lines: Stat[][] = [];
  let waiting = [...stats];
  let used = 0;
  for (let i = 0; i < lineCount && waiting.length; i++) {
    used = i === 0 ? firstTakenEm : 0;
    const line: Stat[] = [];
    for (const stat of waiting) {
      const needed = statWidthEm(stat, glyphs) + (line.length ? STAT_GAP_EM : 0);
      if (used + needed > widthEm) continue;
      used += needed;
      line.push(stat);
    }
    if (line.length === 0) break;
    lines.push(line);
    waiting = waiting.filter((stat) => !line.includes(stat));
  }
  return { lines, lastWidthEm: used };
}
