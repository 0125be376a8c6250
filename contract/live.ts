import type { BoardRow, RankBy, Session } from './member-second.js';

/**
 * The WebSocket of the wall page, `/live/{gym}/{room}`: one snapshot, then deltas, at most 20 a second and at least one a second.
 * All times are the processor's (virtual in a replay): compare them with `now`, never with the page's own clock.
 */
export interface LiveSnapshot {
  type: 'snapshot';
  now: number;
  gym: string;
  room: string;
  /** Display name of the room. */
  roomName: string;
  session?: Session;
  rows: LiveRow[];
}

/** Rows that changed, whole; members that left; the session when it changed. */
export interface LiveDelta {
  type: 'delta';
  now: number;
  session?: Session;
  rows: LiveRow[];
  gone: string[];
}

/** A board row with its rank for each way of ranking, so that a tab re-sorts without asking the server. */
export interface LiveRow extends Omit<BoardRow, 'rank'> {
  ranks: Record<RankBy, number>;
  /** Bpm of the last 60 s, oldest first, null where there was none. In the snapshot, and whenever a member (re)appears. */
  recentBpm?: (number | null)[];
}

export type LiveMessage = LiveSnapshot | LiveDelta;
