import type { Id } from './ids.js';
import type { BoardRow, RankBy, Session } from './member-second.js';

/**
 * The WebSocket of the wall page, `/live/{gym}/{room}`: one snapshot, then deltas, at most 20 a second and at least one a second.
 * `/live` alone is the server's default room. A room that does not exist gets one `unknown-room` message, and the socket is closed with
 * `UNKNOWN_ROOM_CLOSE_CODE`; it appears as soon as a gateway of it is heard, so a page may ask again.
 * All times are those of the room's board (virtual in a replay), which is the processor's clock unless the room's gateways agree that it is off: compare them
 * with `now`, never with the page's own clock.
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
  /** What stands between a strap and this page. */
  state: LiveState;
  /** Of the session that has just ended: for `RESULTS_SHOWN_MS` after its end, also for a page that connects within this time. */
  results?: SessionResults;
}

/** Rows that changed, whole; members that left; the session, the state and the results when they changed. */
export interface LiveDelta {
  type: 'delta';
  now: number;
  session?: Session;
  rows: LiveRow[];
  gone: string[];
  /** The whole state, when any of it changed. */
  state?: LiveState;
  /** The whole results, when they changed; null: they are shown no longer. */
  results?: SessionResults | null;
}

/** The room that was asked for does not exist, or its name is not an id. The last message on its socket. */
export interface LiveUnknownRoom {
  type: 'unknown-room';
  now: number;
  /** As they stand in the address, decoded; at most 100 characters each. */
  gym: string;
  room: string;
  /** invalid: not an id, so there can be no such room; unknown: no gateway of it was heard yet. */
  reason: 'invalid' | 'unknown';
  /** What is wrong and what to do, for people. */
  sentence: string;
  /** The rooms that exist, by gym and room; at most `MAX_LISTED_ROOMS`. */
  rooms: LiveRoom[];
}

export interface LiveRoom {
  gym: string;
  room: string;
  /** Display name. */
  name: string;
  /** Path of its wall page: `/wall/{gym}/{room}`. */
  path: string;
}

/** Why a live board may be empty or stand still. Everything that is known as soon as it is known; nothing is guessed. */
export interface LiveState {
  /** away: the processor has no connection to the broker, or hears nothing over it: no reading can arrive. */
  broker: 'connected' | 'away';
  /** away: readings are shown and not kept; the gateways keep them. */
  store: 'ok' | 'away';
  /** away: rooms that are not known yet cannot be opened; nicknames and straps are as they were last known. */
  registry: 'ok' | 'away';
  /** Gateways of this room, by id; empty: no gateway of this room was ever heard. */
  gateways: LiveGateway[];
  /** What else is wrong for this room and is not said by the fields above, such as a clock; absent: nothing. */
  problems?: LiveProblem[];
}

/** A problem of the processor's health. */
export interface LiveProblem {
  /** For programs, such as `processor-clock-differs`. */
  code: string;
  /** What is wrong and what to do, for the technician. */
  sentence: string;
  /** People who train now are missing on the board or in the store because of it. */
  stopsData: boolean;
}

/** A gateway of the room, as the processor knows it. */
export interface LiveGateway {
  gateway: Id;
  /** never-heard: it is known by name only (its status, or what is stored of it); offline: see `offlineSince`. */
  state: GatewayPresence;
  /** UTC ms; with `offline` only. */
  offlineSince?: number;
  /** Why it is offline or was never heard, for people. */
  reason?: string;
  /** Whether at least one radio of it works (searches or receives); absent: unknown, because it never reported its health. */
  hasRadio?: boolean;
  /** Two machines speak with this id: a cloned card. */
  isCloned: boolean;
}

export type GatewayPresence = 'online' | 'offline' | 'never-heard';

/** What everybody reached in a session, from its stored seconds: also of those who went home before its end. */
export interface SessionResults {
  session: Session;
  /** By points, the most first; equal points share a rank. */
  members: SessionResult[];
}

export interface SessionResult {
  rank: number;
  member: string;
  /** Only with consent. */
  nickname?: string;
  guest: boolean;
  /** To a hundredth. */
  points: number;
  /** To a tenth; absent: weight or age unknown. */
  kcal?: number;
  /** Stored seconds of the session. */
  seconds: number;
  /** Mean over the stored seconds, to a tenth; absent: there are none. */
  meanBpm?: number;
  /** Absent: nothing that counts steps was worn. */
  steps?: number;
}

/** A board row with its rank for each way of ranking, so that a tab re-sorts without asking the server. */
export interface LiveRow extends Omit<BoardRow, 'rank'> {
  ranks: Record<RankBy, number>;
  /** Bpm of the last 60 s, oldest first, null where there was none. In the snapshot, and whenever a member (re)appears. */
  recentBpm?: (number | null)[];
}

/** What shows a room. */
export type LivePicture = LiveSnapshot | LiveDelta;
export type LiveMessage = LivePicture | LiveUnknownRoom;

/** The socket of a room that does not exist is closed with this code: 4000 to 4999 are an application's own [RFC 6455, 7.4.2]. */
export const UNKNOWN_ROOM_CLOSE_CODE = 4404;
/** Results are shown for this long after the end of their session. */
export const RESULTS_SHOWN_MS = 60_000;
export const MAX_LISTED_ROOMS = 100;
