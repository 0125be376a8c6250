import type { LiveDelta, LiveMessage, LiveRow, LiveSnapshot, Session } from '@pulseboard/contract';

/** What the heart last did, kept while a strap is silent. */
export interface LastFigures {
  readonly bpm: number | undefined;
  readonly percentOfMax: number | undefined;
  readonly zone: number | undefined;
}

/** One tile. The same object as long as nothing of it changed. */
export interface BoardMember {
  readonly row: Omit<LiveRow, 'recentBpm'>;
  readonly last: LastFigures;
  /** Bpm of the last 60 s, oldest first, null where there was none. */
  readonly recent: readonly (number | null)[];
}

export type Members = ReadonlyMap<string, BoardMember>;

export interface BoardState {
  /** The processor's clock, virtual in a replay. */
  readonly now: number;
  readonly gym: string;
  readonly room: string;
  readonly roomName: string;
  readonly session: Session | undefined;
  readonly members: Members;
  /** The board as it was when the session ended, for a minute. */
  readonly results: Members | undefined;
}

export const RECENT_SECONDS = 60;
const RESULTS_MS = 60_000;

/** @param state undefined before the first snapshot */
export function reduceBoard(state: BoardState | undefined, message: LiveMessage): BoardState | undefined {
  if (message.type === 'snapshot') return withResults(fromSnapshot(message, state), state);
  if (message.type === 'unknown-room') return state;
  return state && withResults(withDelta(state, message), state);
}

function fromSnapshot({ now, gym, room, roomName, session, rows }: LiveSnapshot, before: BoardState | undefined): BoardState {
  const members = new Map(rows.map((row) => [row.member, memberOf(row, before?.members.get(row.member))]));
  return { now, gym, room, roomName, session, members, results: undefined };
}

function withDelta(state: BoardState, { now, session, rows, gone }: LiveDelta): BoardState {
  const passed = Math.floor(now / 1000) - Math.floor(state.now / 1000);
  const members = new Map(passed > 0 ? [...state.members].map(([id, member]) => [id, later(member, passed)]) : state.members);
  for (const row of rows) members.set(row.member, memberOf(row, members.get(row.member)));
  for (const id of gone) members.delete(id);
  return { ...state, now, session: session ?? state.session, members };
}

function memberOf({ recentBpm, ...row }: LiveRow, before: BoardMember | undefined): BoardMember {
  const recent = recentBpm ? lastMinute(recentBpm) : (before?.recent ?? lastMinute([]));
  return { row, recent, last: row.bpm === undefined ? (before?.last ?? lastOf(row, recent)) : figuresOf(row) };
}

const figuresOf = ({ bpm, percentOfMax, zone }: BoardMember['row']): LastFigures => ({ bpm, percentOfMax, zone });

/** A page that opens while a strap is silent knows its last beats only from the curve. */
function lastOf({ hrMaxBpm }: BoardMember['row'], recent: BoardMember['recent']): LastFigures {
  const bpm = recent.findLast((value) => value !== null) ?? undefined;
  return { bpm, percentOfMax: bpm === undefined ? undefined : (100 * bpm) / hrMaxBpm, zone: undefined };
}

/** The seconds that passed belong to what was shown during them. */
function later(member: BoardMember, seconds: number): BoardMember {
  const bpm = member.row.signal === 'lost' ? null : (member.row.bpm ?? null);
  return { ...member, recent: lastMinute([...member.recent, ...Array<number | null>(Math.min(seconds, RECENT_SECONDS)).fill(bpm)]) };
}

function lastMinute(values: readonly (number | null)[]): (number | null)[] {
  const kept = values.slice(-RECENT_SECONDS);
  return kept.length === RECENT_SECONDS ? kept : [...Array<null>(RECENT_SECONDS - kept.length).fill(null), ...kept];
}

/** The totals of the running session are taken before the end may have reset or removed them. */
function withResults(next: BoardState, before: BoardState | undefined): BoardState {
  const { session, now } = next;
  if (session?.state !== 'ended' || now - (session.endedAt ?? now) >= RESULTS_MS) return { ...next, results: undefined };
  const same = before?.session?.session === session.session ? before : undefined;
  const results = same?.results ?? (same?.members.size ? same.members : next.members);
  return { ...next, results: results.size ? results : undefined };
}
