import type { SessionResults } from '@pulseboard/contract';
import { displayName } from '../names.js';

export interface Result {
  readonly member: string;
  readonly name: string;
  readonly guest: boolean;
  readonly points: number;
  /** Equal points share a rank. */
  readonly rank: number;
}

/** Everybody in the order of the feed, by the name that the board shows. */
export const resultsOf = ({ members }: SessionResults): Result[] =>
  members.map(({ member, nickname, guest, points, rank }) => ({
    member,
    name: displayName({ member, guest, ...(nickname === undefined ? {} : { nickname }) }),
    guest,
    points,
    rank,
  }));

export interface ResultsGrid {
  readonly columns: number;
  readonly rows: number;
  /** px */
  readonly font: number;
}

/** Rank, ten letters of a name and points, with the gap to the next column. */
const ENTRY_EM = 13;
const ROW_EM = 1.5;

/** The columns in which so many entries are largest. @param mostFont px */
export function resultsGrid(entries: number, width: number, height: number, mostFont: number): ResultsGrid {
  let best: ResultsGrid = { columns: 1, rows: Math.max(1, entries), font: 0 };
  for (let columns = 1; columns <= Math.max(1, entries); columns++) {
    const rows = Math.max(1, Math.ceil(entries / columns));
    const font = Math.floor(Math.min(mostFont, width / columns / ENTRY_EM, height / rows / ROW_EM));
    if (font > best.font) best = { columns, rows, font };
  }
  return best;
}
