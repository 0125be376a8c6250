import type { LiveDelta, LivePicture, LiveRow, LiveSnapshot, LiveState, Session, SessionResults } from '@pulseboard/contract';

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
  /** What stands between the straps and this page; undefined: an older server does not say it. */
  readonly state: LiveState | undefined;
  /** Of the session that has just ended, for a minute. */
  readonly results: SessionResults | undefined;
}

export const RECENT_SECONDS = 60;

/** @param state undefined before the first snapshot */
export function reduceBoard(state: BoardState | undefined, message: LivePicture): BoardState | undefined {
  return message.type === 'snapshot' ? fromSnapshot(message, state) : state && withDelta(state, message);
}

function fromSnapshot(
  { now, gym, room, roomName, session, rows, state, results }: LiveSnapshot,
  before: BoardState | undefined,
): BoardState {
  const known = before?.gym === gym && before.room === room ? before : undefined;
  // What happened while the server was away is not known.
  const missed = known ? Math.max(0, Math.floor(now / 1000) - Math.floor(known.now / 1000)) : 0;
  const members = new Map(rows.map((row) => [row.member, rejoined(row, known?.members.get(row.member), missed)]));
  return { now, gym, room, roomName, session, members, state, results };
}

function withDelta(board: BoardState, { now, session, rows, gone, state, results }: LiveDelta): BoardState {
  const passed = Math.floor(now / 1000) - Math.floor(board.now / 1000);
  const members = new Map(passed > 0 ? [...board.members].map(([id, member]) => [id, later(member, passed)]) : board.members);
  for (const row of rows) members.set(row.member, memberOf(row, members.get(row.member)));
  for (const id of gone) members.delete(id);
  return {
    ...board,
    now,
    session: session ?? board.session,
    members,
    state: state ?? board.state,
    results: results === undefined ? board.results : (results ?? undefined),
  };
}

function memberOf({ recentBpm, ...row }: LiveRow, before: BoardMember | undefined): BoardMember {
  const recent = recentBpm ? lastMinute(recentBpm) : (before?.recent ?? lastMinute([]));
  return {
    // A server that has restarted may not know since when somebody has been here; this page does.
    row: before && before.row.joinedAt < row.joinedAt ? { ...row, joinedAt: before.row.joinedAt } : row,
    recent,
    last: row.bpm === undefined ? (before?.last ?? lastOf(row, recent)) : figuresOf(row),
  };
}

/** A member in a new snapshot: seconds from before the first that the server remembers are this page's own. */
function rejoined(row: LiveRow, before: BoardMember | undefined, missedSeconds: number): BoardMember {
  const member = memberOf(row, before);
  if (!before) return member;
  const own = lastMinute([...before.recent, ...Array<null>(Math.min(missedSeconds, RECENT_SECONDS)).fill(null)]);
  const first = member.recent.findIndex((bpm) => bpm !== null);
  return { ...member, recent: member.recent.map((bpm, i) => (first === -1 || i < first ? own[i]! : bpm)) };
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
