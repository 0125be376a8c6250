import type { Id, MemberSecond } from '@pulseboard/contract';
import type { Roster } from '../aggregation/roster.js';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { GONE_AFTER_MS, LOST_AFTER_MS, MAX_AHEAD_MS } from './live-member.js';
import { RoomBoard } from './room-board.js';

/** The boards of all rooms. A member stands on one of them: where most was heard of them. */
export class Boards {
  readonly #rooms = new Map<string, RoomBoard>();
  readonly #whereabouts = new Map<string, { room: Id; at: number }>();

  /** @param slack ms, how late a reading may be and still count as now: in a fast replay a moment on the way is many seconds of its clock */
  constructor(
    private readonly rosterOf: (gym: Id) => Roster,
    private readonly slack: () => number = () => 0,
  ) {}

  /** Ms that a reading may be late and still count as now. */
  get slackMs(): number {
    return this.slack();
  }

  of(gym: Id, room: Id): RoomBoard {
    const key = `${gym}/${room}`;
    let board = this.#rooms.get(key);
    if (!board) {
      board = new RoomBoard(gym, room, () => this.rosterOf(gym), this.slack);
      this.#rooms.set(key, board);
    }
    return board;
  }

  /** Forgets a room in which nothing ever happened: somebody looked at it and went. */
  dropIfUnused(gym: Id, room: Id): void {
    const board = this.#rooms.get(`${gym}/${room}`);
    if (board && !board.session) this.#rooms.delete(`${gym}/${room}`);
  }

  all(): Iterable<RoomBoard> {
    return this.#rooms.values();
  }

  /** The clock of a room's live board. @param processorNow the processor's clock, UTC ms */
  nowIn(gym: Id, room: Id, processorNow: number): number {
    return processorNow + (this.#rooms.get(`${gym}/${room}`)?.clock.offsetMs ?? 0);
  }

  /** Shows a reading at once. @param processorNow the processor's clock, UTC ms @returns the board that changed, if one did */
  note(reading: StoredReading, processorNow: number): RoomBoard | undefined {
    const now = this.nowIn(reading.gym, reading.room, processorNow);
    // What an outage held back is nobody's picture of now: who was heard then has left the board since.
    if (now - reading.at >= GONE_AFTER_MS + this.slack()) return undefined;
    const member = this.rosterOf(reading.gym).memberOf(reading.sensor, reading.at);
    if (member === undefined) return undefined;
    const key = `${reading.gym}/${member}`;
    // A clock that is ahead must not pin a member to its room: that board counts the fault, and that is all.
    if (reading.at > now + MAX_AHEAD_MS) {
      this.of(reading.gym, reading.room).note(reading, member, processorNow);
      return undefined;
    }
    const known = this.#whereaboutsOf(key, now);
    const room = known && reading.at - known.at < LOST_AFTER_MS ? known.room : reading.room;
    if (!known || reading.room === room || known.room !== room) this.#moved(reading.gym, member, room, reading.at);
    const board = this.of(reading.gym, room);
    return board.note(reading, member, processorNow) ? board : undefined;
  }

  /** Takes over what a flush changed. */
  derived(before: readonly MemberSecond[], after: readonly MemberSecond[]): void {
    const rooms = new Set([...before, ...after].map((s) => `${s.gym}/${s.room}`));
    for (const key of rooms) {
      const [gym, room] = key.split('/') as [Id, Id];
      this.of(gym, room).derived(before, after);
    }
    for (const second of after) {
      const known = this.#whereabouts.get(`${second.gym}/${second.member}`);
      if (known && known.room !== second.room && second.at >= known.at - LOST_AFTER_MS && !second.held)
        this.#moved(second.gym, second.member, second.room, second.at + 1000);
    }
  }

  /** Members leave, sessions end. @returns who left which room */
  tick(now: number): { gym: Id; room: Id; member: Id }[] {
    const gone = [...this.#rooms.values()].flatMap((board) =>
      board.tick(now).map((member) => ({ gym: board.gym, room: board.room, member })),
    );
    for (const { gym, room, member } of gone)
      if (this.#whereabouts.get(`${gym}/${member}`)?.room === room) this.#whereabouts.delete(`${gym}/${member}`);
    return gone;
  }

  /**
   * The roster of a gym is another one. Whoever is shown by a strap that is somebody else's goes at once, or becomes that one, if that one is shown nowhere.
   * @returns who is not shown any more, with the room
   */
  regroup(gym: Id): { gym: Id; room: Id; member: Id }[] {
    const roster = this.rosterOf(gym);
    const boards = [...this.#rooms.values()].filter((board) => board.gym === gym);
    const gone: { gym: Id; room: Id; member: Id }[] = [];
    for (const board of boards)
      for (const { member, sensor, lastReadingAt } of [...board.shown()]) {
        const owner = roster.memberOf(sensor, lastReadingAt);
        if (owner === member) continue;
        const known = this.#whereabouts.get(`${gym}/${member}`);
        this.#whereabouts.delete(`${gym}/${member}`);
        if (owner === undefined || boards.some((each) => each.isShown(owner))) board.leave(member);
        else {
          board.rename(member, owner);
          if (known) this.#whereabouts.set(`${gym}/${owner}`, known);
        }
        gone.push({ gym, room: board.room, member });
      }
    return gone;
  }

  /** Where they were heard at a time that has not come yet says nothing: the clock was set back. */
  #whereaboutsOf(key: string, now: number): { room: Id; at: number } | undefined {
    const known = this.#whereabouts.get(key);
    if (known && known.at > now + MAX_AHEAD_MS) known.at = now;
    return known;
  }

  #moved(gym: Id, member: Id, room: Id, at: number): void {
    const key = `${gym}/${member}`;
    const known = this.#whereabouts.get(key);
    if (known && known.room !== room) this.of(gym, known.room).leave(member);
    this.#whereabouts.set(key, { room, at: Math.max(at, known?.at ?? 0) });
  }
}
