import type { Id, Session } from '@pulseboard/contract';

/** Without a class the room is in open gym, until this long after its last strap. */
export const OPEN_GYM_ENDS_AFTER_MS = 10 * 60_000;

/** Open gym begins with the first strap. @param at UTC ms of its reading */
export const openGym = (gym: Id, room: Id, at: number): Session => ({
  gym,
  room,
  session: `open-${at.toString(36)}`,
  kind: 'open-gym',
  state: 'running',
  startedAt: at,
});

/** @returns the session as it is at `now`: ended when the last strap is long gone */
export function sessionAt(session: Session, lastReadingAt: number, now: number): Session {
  if (session.state === 'ended' || session.kind !== 'open-gym' || now - lastReadingAt < OPEN_GYM_ENDS_AFTER_MS) return session;
  return { ...session, state: 'ended', endedAt: lastReadingAt + OPEN_GYM_ENDS_AFTER_MS };
}
