import type { Members } from '../live/board-state.js';
import { displayName } from '../names.js';

export interface Result {
  readonly member: string;
  readonly name: string;
  readonly guest: boolean;
  readonly points: number;
  /** Equal points share a rank. */
  readonly rank: number;
}

export function resultsOf(members: Members): Result[] {
  const sorted = [...members.values()]
    .map(({ row }) => ({ member: row.member, name: displayName(row), guest: row.guest, points: row.points }))
    .sort((a, b) => b.points - a.points || (a.member < b.member ? -1 : 1));
  return sorted.map((result) => ({ ...result, rank: 1 + sorted.findIndex(({ points }) => points === result.points) }));
}
