import type { Board, BoardRow, MemberSecond } from '@pulseboard/contract';
import { groupBy } from './compare-readings.js';

/** The totals of a session as the board shows them. */
type Shown = Pick<BoardRow, 'points' | 'kcal' | 'steps' | 'seconds'>;

/** What the board must show of a member: sums of integers over the seconds of the session. */
export function totalsOf(seconds: readonly MemberSecond[]): Shown {
  const sum = (of: (second: MemberSecond) => number | undefined) => seconds.reduce((total, second) => total + (of(second) ?? 0), 0);
  const hasEnergy = seconds.some(({ microKcal }) => microKcal !== undefined);
  return {
    points: Math.round((sum((s) => s.pointSixtieths) * 100) / 60) / 100,
    ...(hasEnergy ? { kcal: Math.round(sum((s) => s.microKcal) / 1e5) / 10 } : {}),
    ...(seconds.some(({ steps }) => steps !== undefined) ? { steps: sum((s) => s.steps) } : {}),
    seconds: seconds.length,
  };
}

/**
 * Compares the board of a room at rest with all its seconds.
 * @returns what differs, a sentence each
 */
export function compareBoard(board: Board, expected: readonly MemberSecond[]): string[] {
  const begin = Math.floor((board.session?.startedAt ?? Number.POSITIVE_INFINITY) / 1000) * 1000;
  const ofSession = expected.filter(({ gym, room, at }) => gym === board.gym && room === board.room && at >= begin);
  const byMember = groupBy(ofSession, ({ member }) => member);
  return board.members.flatMap(({ member, points, kcal, steps, seconds }) => {
    const shown = JSON.stringify({ points, kcal, steps, seconds });
    const { points: p, kcal: k, steps: s, seconds: n } = totalsOf(byMember.get(member) ?? []);
    const due = JSON.stringify({ points: p, kcal: k, steps: s, seconds: n });
    return shown === due ? [] : [`the board shows ${member} with ${shown} instead of ${due}`];
  });
}
