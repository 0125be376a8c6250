import type { RankBy } from '@pulseboard/contract';
import type { Members } from '../live/board-state.js';

export interface Place {
  readonly member: string;
  readonly rank: number;
}

/** The order on the screen, which follows the ranks with some patience. */
export interface Order {
  readonly metric: RankBy;
  readonly settledAt: number;
  readonly places: readonly Place[];
}

const SETTLE_EVERY_MS = 3000;

/**
 * Ranks change at most every 3 s of the onlooker's time; who comes or goes does so at once; another tab re-sorts at once.
 * @param clockMs the page's monotonic clock: this is about eyes, so a fast replay settles no faster
 * @returns the same object if nothing moved
 */
export function settle(order: Order | undefined, members: Members, metric: RankBy, clockMs: number): Order {
  if (!order || order.metric !== metric || clockMs - order.settledAt >= SETTLE_EVERY_MS) {
    const places = ranked(members, metric);
    const still = order?.metric === metric && samePlaces(places, order.places);
    return { metric, settledAt: clockMs, places: still ? order.places : places };
  }
  const stay = order.places.filter(({ member }) => members.has(member));
  const known = new Set(stay.map(({ member }) => member));
  const newcomers = ranked(members, metric).filter(({ member }) => !known.has(member));
  return newcomers.length || stay.length < order.places.length ? { ...order, places: [...stay, ...newcomers] } : order;
}

function ranked(members: Members, metric: RankBy): Place[] {
  return [...members.values()]
    .map(({ row }) => ({ member: row.member, rank: row.ranks[metric] }))
    .sort((a, b) => a.rank - b.rank || (a.member < b.member ? -1 : 1));
}

const samePlaces = (a: readonly Place[], b: readonly Place[]) =>
  a.length === b.length && a.every(({ member, rank }, i) => b[i]!.member === member && b[i]!.rank === rank);
