import { type Id, RANKINGS, type RankBy } from '@pulseboard/contract';

/** What a member is ranked by; absent values rank last. */
export interface Rankable {
  member: Id;
  points: number;
  percentOfMax?: number | undefined;
  bpm?: number | undefined;
  kcal?: number | undefined;
  steps?: number | undefined;
}

const valueBy: Record<RankBy, (row: Rankable) => number> = {
  points: (row) => row.points,
  percentOfMax: (row) => row.percentOfMax ?? -1,
  bpm: (row) => row.bpm ?? -1,
  calories: (row) => row.kcal ?? -1,
  steps: (row) => row.steps ?? -1,
};

/** Most first; equals by points, then by % of HRmax, then by id, so that the order is always the same one. */
export function rankedBy<T extends Rankable>(rankBy: RankBy, rows: readonly T[]): T[] {
  const { [rankBy]: value, points, percentOfMax } = valueBy;
  return [...rows].sort(
    (a, b) => value(b) - value(a) || points(b) - points(a) || percentOfMax(b) - percentOfMax(a) || (a.member < b.member ? -1 : 1),
  );
}

/** @returns for each member its rank, from 1, by each way of ranking */
export function ranksOf(rows: readonly Rankable[]): Map<Id, Record<RankBy, number>> {
  const ranks = new Map<Id, Record<RankBy, number>>(
    rows.map(({ member }) => [member, { points: 0, percentOfMax: 0, bpm: 0, calories: 0, steps: 0 }]),
  );
  for (const rankBy of RANKINGS)
    rankedBy(rankBy, rows).forEach(({ member }, i) => {
      ranks.get(member)![rankBy] = i + 1;
    });
  return ranks;
}
