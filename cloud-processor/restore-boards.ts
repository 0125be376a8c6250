import { type Id, RESULTS_SHOWN_MS, type Session } from '@pulseboard/contract';
import type { Boards } from './board/boards.js';
import { GONE_AFTER_MS } from './board/live-member.js';
import { OPEN_GYM_ENDS_AFTER_MS } from './board/open-gym.js';
import { totalsQuery } from './ingest/pipeline.js';
import type { Registry } from './registry/registry.js';
import type { TimeSeriesStore } from './storage/time-series-store.js';

export interface RestoreOptions {
  boards: Boards;
  registry: Pick<Registry, 'runningSessions' | 'rooms' | 'sessions'>;
  store: Pick<TimeSeriesStore, 'totals' | 'memberSeconds' | 'roomSeconds'>;
  /** Seconds up to this one are derived, UTC ms. */
  watermarkAt: number;
  /** UTC ms. */
  now: number;
}

/** Longer than any session: a limit must be named. */
const MOST_SECONDS = 10 * 86_400;

/**
 * Puts on the boards what a former process showed: running sessions with their sums, results of sessions that have just ended, and of everybody who was heard
 * within the last minute the curve and the time of joining.
 * @throws what registry and store throw
 */
export async function restoreBoards(options: RestoreOptions): Promise<void> {
  const { boards, registry, store, watermarkAt } = options;
  const running = await registry.runningSessions();
  for (const session of running) {
    const totals = await store.totals(totalsQuery(session));
    boards.of(session.gym, session.room).resume(session, totals, await lastHeardAt(session, options));
    for (const member of totals.keys()) await rememberMember(session, member, options);
  }
  for (const session of await endedJustNow(running, options))
    boards.of(session.gym, session.room).resume(session, await store.totals(totalsQuery(session)), watermarkAt);
}

/** When somebody was last heard in the room of a running session: it may be over by now. */
async function lastHeardAt({ gym, room, startedAt }: Session, { store, watermarkAt }: RestoreOptions): Promise<number> {
  const until = watermarkAt + 1000;
  const inRoom = async (from: number) => (await store.roomSeconds({ gym, room, from, until, limit: MOST_SECONDS })).at(-1)?.at;
  return (await inRoom(Math.max(startedAt, until - OPEN_GYM_ENDS_AFTER_MS))) ?? (await inRoom(startedAt)) ?? startedAt;
}

async function rememberMember(session: Session, member: Id, { boards, store, now }: RestoreOptions): Promise<void> {
  const { gym, room } = session;
  const from = totalsQuery(session).from;
  const recent = await store.memberSeconds({
    gym,
    member,
    from: Math.max(from, now - GONE_AFTER_MS),
    until: now + 1000,
    limit: GONE_AFTER_MS / 500,
  });
  const here = recent.filter((second) => second.room === room);
  const last = here.at(-1);
  if (!last) return;
  const [first] = await store.memberSeconds({ gym, member, from, until: last.at + 1000, limit: 1 });
  boards.of(gym, room).remember(member, {
    joinedAt: first?.at ?? last.at,
    lastAt: last.at,
    recent: here.map(({ at, meanBpm }) => ({ at, bpm: Math.round(meanBpm) })),
  });
}

/** The newest session of each room without a running one, when its results are still to be shown. */
async function endedJustNow(running: readonly Session[], { registry, now }: RestoreOptions): Promise<Session[]> {
  const found: Session[] = [];
  for (const { gym, room } of await registry.rooms()) {
    if (running.some((session) => session.gym === gym && session.room === room)) continue;
    const [newest] = await registry.sessions({ gym, room, from: 0, until: now + 1, limit: 1 });
    if (newest?.endedAt !== undefined && now - newest.endedAt < RESULTS_SHOWN_MS) found.push(newest);
  }
  return found;
}
