import type { Id, MemberSecond, RoomParams, Session } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { addSecond, noTotals, type Totals } from '../aggregation/totals.js';
import type { Boards } from '../board/boards.js';
import type { RoomBoard } from '../board/room-board.js';
import { totalsQuery } from '../ingest/pipeline.js';
import type { Registry } from '../registry/registry.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';
import type { SessionMemberRow, SessionRow } from './measurements.js';
import { sessionMemberRow, sessionRow } from './session-rows.js';

export interface SessionTotalsOptions {
  boards: Pick<Boards, 'all'>;
  registry: Pick<Registry, 'rooms' | 'sessions'>;
  store: Pick<TimeSeriesStore, 'memberSeconds' | 'totals'>;
  log: Logger;
}

export interface SessionRows {
  sessions: SessionRow[];
  members: SessionMemberRow[];
  /** To be called when they are written: until then what they tell of former sessions is told again with the next rows. */
  done(): void;
}

/** Rows that are being put together, and the stretches that they tell. */
interface Draft {
  sessions: SessionRow[];
  members: SessionMemberRow[];
  told: { key: string; stretch: Stretch }[];
  /** Members of the sessions on boards who have no totals any more. */
  ghosts: { key: string; session: Id; member: Id }[];
  /** By room: id of the session that its board shows. */
  onBoard: Map<string, Id>;
}

/** What changed of a member in a room, UTC ms, both included. Of nobody: of the session alone. */
interface Stretch {
  member: Id | undefined;
  from: number;
  to: number;
}

/** Members that are summed anew in one go: a backlog of days must not keep the store busy for long. */
const MOST_MEMBERS = 50;
/** A backlog may reach over some sessions, not over all that ever were. */
const MOST_SESSIONS = 100;
/** Longer than any session: a limit must be named. */
const MOST_SECONDS = 10 * 86_400;

const keyOf = ({ gym, room }: RoomParams): string => `${gym}/${room}`;

/**
 * Totals of sessions, as they are written down. Those on the boards are added up there already. Those before them are summed from the store, when late
 * readings changed them, or when another session took their place. What is written is never read: who lost all seconds of a session after a process told
 * them the last time keeps that row.
 */
export class SessionTotals {
  /** By room: the session that was told last as that of its board, and of whom there may be rows of it, since a failed write may have come through. */
  readonly #shown = new Map<string, { session: Session; members: Set<Id> }>();
  /** By room, then by member: what is to be summed anew. */
  readonly #late = new Map<string, { room: RoomParams; stretches: Map<Id | undefined, Stretch> }>();

  constructor(private readonly options: SessionTotalsOptions) {}

  /** What a flush changed: seconds that are of no board's session are of a former one's. */
  changed(seconds: readonly MemberSecond[]): void {
    const begins = new Map<string, number>();
    for (const board of this.options.boards.all()) if (board.session) begins.set(keyOf(board), totalsQuery(board.session).from);
    for (const { gym, room, member, at } of seconds)
      if (at < (begins.get(keyOf({ gym, room })) ?? Number.POSITIVE_INFINITY)) this.#note({ gym, room }, { member, from: at, to: at });
  }

  /** At start: what a former process may not have told any more of each room's last two sessions. Never throws. @param now UTC ms */
  async resumeAll(now: number): Promise<void> {
    const { registry, store, log } = this.options;
    try {
      for (const { gym, room } of await registry.rooms())
        for (const { startedAt: from } of await registry.sessions({ gym, room, from: 0, until: now, limit: 2 }))
          for (const member of (await store.totals(totalsFrom({ gym, room }, from))).keys())
            this.#note({ gym, room }, { member, from, to: from });
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'totals of former sessions could not be looked at; they stay as they are written');
    }
  }

  /** @param now UTC ms */
  async rows(now: number): Promise<SessionRows> {
    const draft: Draft = { sessions: [], members: [], told: [], ghosts: [], onBoard: new Map() };
    for (const board of this.options.boards.all()) this.#addBoard(board, draft, now);
    let left = MOST_MEMBERS;
    for (const [key, { room, stretches }] of this.#late) {
      const some = [...stretches.values()].slice(0, left);
      left -= some.length;
      if (some.length === 0) break;
      try {
        await this.#sum(room, some, draft, now);
      } catch (error) {
        this.options.log.warn(
          { err: (error as Error).message, ...room },
          'totals of former sessions could not be summed; it is tried again',
        );
        break;
      }
      draft.told.push(...some.map((stretch) => ({ key, stretch })));
    }
    const { sessions, members } = draft;
    return { sessions, members, done: () => this.#letGo(draft) };
  }

  #addBoard({ gym, room, session, totals }: RoomBoard, { sessions, members, ghosts, onBoard }: Draft, now: number): void {
    if (!session) return;
    const key = keyOf({ gym, room });
    const shown = this.#shownOf({ gym, room }, session);
    onBoard.set(key, session.session);
    sessions.push(sessionRow(session, true, now));
    for (const [member, sums] of totals) {
      shown.add(member);
      members.push(sessionMemberRow(session, true, member, sums));
    }
    // Whose seconds were found to be somebody else's: a guest who is a member.
    for (const member of shown)
      if (!totals.has(member)) {
        members.push(sessionMemberRow(session, true, member, noTotals()));
        ghosts.push({ key, session: session.session, member });
      }
  }

  /** Of whom there may be rows of the board's session. When it is another one than before, the former one is to be summed. */
  #shownOf(room: RoomParams, session: Session): Set<Id> {
    const shown = this.#shown.get(keyOf(room));
    if (shown?.session.session === session.session) return shown.members;
    if (shown) {
      const { startedAt } = shown.session;
      for (const member of [undefined, ...shown.members]) this.#note(room, { member, from: startedAt, to: startedAt });
    }
    const members = new Set<Id>();
    this.#shown.set(keyOf(room), { session, members });
    return members;
  }

  /** What they tell is written; a stretch that grew meanwhile is another one. */
  #letGo({ told, ghosts }: Draft): void {
    for (const { key, session, member } of ghosts) {
      const shown = this.#shown.get(key);
      if (shown?.session.session === session) shown.members.delete(member);
    }
    for (const { key, stretch } of told) {
      const late = this.#late.get(key);
      if (late?.stretches.get(stretch.member) === stretch) late.stretches.delete(stretch.member);
      if (late?.stretches.size === 0) this.#late.delete(key);
    }
  }

  #note({ gym, room }: RoomParams, { member, from, to }: Stretch): void {
    const key = keyOf({ gym, room });
    const late = this.#late.get(key) ?? { room: { gym, room }, stretches: new Map<Id | undefined, Stretch>() };
    this.#late.set(key, late);
    const known = late.stretches.get(member) ?? { member, from, to };
    late.stretches.set(member, { member, from: Math.min(known.from, from), to: Math.max(known.to, to) });
  }

  /** Adds the rows of every session that a stretch touches. */
  async #sum(room: RoomParams, stretches: readonly Stretch[], draft: Draft, now: number): Promise<void> {
    const { registry } = this.options;
    const from = Math.min(...stretches.map((stretch) => stretch.from));
    const until = Math.max(...stretches.map((stretch) => stretch.to)) + 1000;
    const onBoard = draft.onBoard.get(keyOf(room));
    const newest = onBoard ?? (await registry.sessions({ ...room, from: 0, until: Number.MAX_SAFE_INTEGER, limit: 1 }))[0]?.session;
    for (const session of await registry.sessions({ ...room, from, until, limit: MOST_SESSIONS })) {
      if (session.session === onBoard) continue;
      const isNewest = session.session === newest;
      const touched = stretches.filter((stretch) => stretch.to + 1000 > session.startedAt && stretch.from < (session.endedAt ?? until));
      if (touched.length > 0) draft.sessions.push(sessionRow(session, isNewest, now));
      for (const { member } of touched) {
        if (member === undefined) continue;
        draft.members.push(sessionMemberRow(session, isNewest, member, await this.#totalsOf(session, member)));
      }
    }
  }

  async #totalsOf(session: Session, member: Id): Promise<Totals> {
    const { gym, room, startedAt, endedAt = Number.MAX_SAFE_INTEGER } = session;
    const { from } = totalsFrom({ gym, room }, startedAt);
    const totals = noTotals();
    for (const second of await this.options.store.memberSeconds({ gym, member, from, until: endedAt, limit: MOST_SECONDS }))
      if (second.room === room) addSecond(totals, second);
    return totals;
  }
}

/** As the boards count: from the begin of the second in which a session began. */
const totalsFrom = ({ gym, room }: RoomParams, startedAt: number) => ({ gym, room, from: Math.floor(startedAt / 1000) * 1000 });
