import { type Id, isGuest, type Session, type SessionResult, type SessionResults } from '@pulseboard/contract';
import type { Roster } from '../aggregation/roster.js';
import { kcal, meanBpm, points, steps, type Totals } from '../aggregation/totals.js';

/** What everybody reached in a session, by points, the most first; equal points share a rank. Who has no second in it is not in it. */
export function sessionResults(
  session: Session,
  totals: ReadonlyMap<Id, Readonly<Totals>>,
  roster: Pick<Roster, 'nicknameOf'>,
): SessionResults {
  const sorted = [...totals]
    .filter(([, { seconds }]) => seconds > 0)
    .map(([member, sums]) => ({ member, sums, points: points(sums) }))
    .sort((a, b) => b.points - a.points || (a.member < b.member ? -1 : 1));
  const rankOf = (reached: number) => 1 + sorted.findIndex((each) => each.points === reached);
  return { session, members: sorted.map(({ member, sums, points: reached }) => resultOf(member, sums, reached, rankOf(reached), roster)) };
}

function resultOf(member: Id, sums: Readonly<Totals>, reached: number, rank: number, roster: Pick<Roster, 'nicknameOf'>): SessionResult {
  const nickname = roster.nicknameOf(member);
  const energy = kcal(sums);
  const mean = meanBpm(sums);
  const walked = steps(sums);
  return {
    rank,
    member,
    ...(nickname === undefined ? {} : { nickname }),
    guest: isGuest(member),
    points: reached,
    ...(energy === undefined ? {} : { kcal: energy }),
    seconds: sums.seconds,
    ...(mean === undefined ? {} : { meanBpm: mean }),
    ...(walked === undefined ? {} : { steps: walked }),
  };
}
