import type { Id, Session } from '@pulseboard/contract';
import type { Totals } from '../aggregation/totals.js';
import type { SessionMemberRow, SessionRow } from './measurements.js';

/** The newest session of a room has no end yet for what is asked about it. */
export const OPEN_END_MS = Date.UTC(2100, 0, 1);

/** `2026-01-31 18:00:05 demo/main open-gym`: begins of several gyms are compared in UTC. */
export const sessionName = ({ gym, room, kind, startedAt }: Session): string =>
  `${new Date(startedAt).toISOString().slice(0, 19).replace('T', ' ')} ${gym}/${room} ${kind}`;

/**
 * @param isOnBoard it is the newest one of its room
 * @param now UTC ms
 */
export function sessionRow(session: Session, isOnBoard: boolean, now: number): SessionRow {
  const { gym, room, kind, state, startedAt, endedAt } = session;
  return {
    at: startedAt,
    gym,
    room,
    session: session.session,
    name: sessionName(session),
    kind,
    running: Number(state === 'running'),
    onBoard: Number(isOnBoard),
    startedAtMs: Math.floor(startedAt / 1000) * 1000,
    untilMs: isOnBoard ? OPEN_END_MS : (endedAt ?? OPEN_END_MS),
    durationS: Math.max(0, Math.round(((endedAt ?? now) - startedAt) / 1000)),
  };
}

/** Who has no second in it, as a guest who was found to be a member, is on no board. @param isOnBoard as above */
export function sessionMemberRow(session: Session, isOnBoard: boolean, member: Id, totals: Readonly<Totals>): SessionMemberRow {
  const { seconds, beats, steps, pointSixtieths, microKcal, energySeconds, secondsInZone } = totals;
  const [secondsInZone0, secondsInZone1, secondsInZone2, secondsInZone3, secondsInZone4, secondsInZone5] = secondsInZone;
  return {
    at: session.startedAt,
    gym: session.gym,
    room: session.room,
    member,
    session: session.session,
    name: sessionName(session),
    onBoard: Number(isOnBoard && seconds > 0),
    seconds,
    beats,
    steps,
    pointSixtieths,
    microKcal,
    energySeconds,
    secondsInZone0,
    secondsInZone1,
    secondsInZone2,
    secondsInZone3,
    secondsInZone4,
    secondsInZone5,
  };
}
