import { type Id, isGuest, type MemberSecond, type Session, strapOfGuest } from '@pulseboard/contract';
import type { Roster } from '../aggregation/roster.js';
import type { Boards } from '../board/boards.js';
import { GONE_AFTER_MS } from '../board/live-member.js';
import type { Publisher } from './publisher.js';

/** Tells each room's state once a second: the newest member-seconds, the ranked board, the session when it changed. */
export class RoomPublisher {
  readonly #newest = new Map<string, MemberSecond>();
  /** Where each member was last published, so that it can be cleared there. */
  readonly #publishedIn = new Map<string, { room: Id; second: MemberSecond | undefined }>();
  /** What the broker could not be told to clear while it was away. */
  #toClear: (() => void)[] = [];
  readonly #sessions = new Map<string, string>();

  constructor(
    private readonly boards: Boards,
    private readonly rosterOf: (gym: Id) => Roster,
    private readonly publisher: Publisher,
    /** Somebody may look at a room that does not exist: nothing is told of that one. */
    private readonly isKnown: (gym: Id, room: Id) => boolean = () => true,
  ) {}

  /** Remembers the newest second of each member. */
  derived(after: readonly MemberSecond[]): void {
    for (const second of after) {
      const key = `${second.gym}/${second.member}`;
      const known = this.#newest.get(key);
      if (!known || second.at >= known.at) this.#newest.set(key, second);
    }
  }

  /** After a reconnect the broker may remember nothing, or what is not so any more: everything is told again. */
  forget(): void {
    for (const clear of this.#toClear.splice(0)) clear();
    for (const last of this.#publishedIn.values()) last.second = undefined;
    this.#sessions.clear();
  }

  /** @param now the processor's clock, UTC ms */
  publish(now: number): void {
    for (const [key, second] of this.#newest) {
      // The clock was ahead, and was set back: what it derived then must not stand before what is derived now.
      if (second.at > now + GONE_AFTER_MS) {
        this.#newest.delete(key);
        continue;
      }
      // What a gateway brings after an outage is no news, and nobody would ever leave whom no board shows.
      if (now - second.at >= GONE_AFTER_MS + this.boards.slackMs) {
        this.left(second.gym, second.member);
        continue;
      }
      const last = this.#publishedIn.get(key);
      if (last?.second === second) continue;
      // The topic has the room in it.
      if (last && last.room !== second.room) this.#clear(second.gym, second.member, last.room);
      const nickname = this.rosterOf(second.gym).nicknameOf(second.member);
      if (isGuest(second.member)) this.publisher.sensor(strapOfGuest(second.member), second);
      else this.publisher.member({ ...second, ...(nickname === undefined ? {} : { nickname }) });
      this.#publishedIn.set(key, { room: second.room, second });
    }
    for (const board of this.boards.all()) {
      if (!this.isKnown(board.gym, board.room)) continue;
      this.publisher.board(board.board('points', now));
      if (board.session) this.#session(board.session);
    }
  }

  /** A member left the board: the retained message goes too. */
  left(gym: Id, member: Id): void {
    const key = `${gym}/${member}`;
    const last = this.#publishedIn.get(key);
    if (last) this.#clear(gym, member, last.room);
    this.#publishedIn.delete(key);
    this.#newest.delete(key);
  }

  /** The processor stops: nobody would clear what stands there, with nickname and heart rate, once it is gone. */
  clearAll(): void {
    for (const key of [...this.#publishedIn.keys()]) {
      const [gym, member] = key.split('/') as [Id, Id];
      this.left(gym, member);
    }
  }

  #clear(gym: Id, member: Id, room: Id): void {
    const clear = () =>
      isGuest(member) ? this.publisher.clearSensor(gym, room, strapOfGuest(member)) : this.publisher.clearMember(gym, room, member);
    if (this.publisher.connected) clear();
    else this.#toClear.push(clear);
  }

  #session(session: Session): void {
    const text = JSON.stringify(session);
    const key = `${session.gym}/${session.room}`;
    if (this.#sessions.get(key) === text) return;
    this.#sessions.set(key, text);
    this.publisher.session(session);
  }
}
