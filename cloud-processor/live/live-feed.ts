import type { LiveDelta, LiveRow, LiveSnapshot } from '@pulseboard/contract';
import type { RoomBoard } from '../board/room-board.js';

/** Remembers what a room's listeners know, and says what is new to them. */
export class LiveFeed {
  readonly #told = new Map<string, string>();
  #session = '';

  constructor(
    private readonly board: RoomBoard,
    private readonly roomName: string,
  ) {}

  /** The whole picture, for somebody who knows nothing. */
  snapshot(now: number): LiveSnapshot {
    const { gym, room, session } = this.board;
    return {
      type: 'snapshot',
      now,
      gym,
      room,
      roomName: this.roomName,
      ...(session ? { session } : {}),
      rows: this.board.rows(now).map((row) => this.#withRecent(row, now)),
    };
  }

  /** What changed since the last delta. A member who (re)appears comes with the last 60 s. */
  delta(now: number): LiveDelta {
    const rows: LiveRow[] = [];
    const present = new Set<string>();
    for (const row of this.board.rows(now)) {
      present.add(row.member);
      const text = JSON.stringify(row);
      const told = this.#told.get(row.member);
      if (told === text) continue;
      this.#told.set(row.member, text);
      rows.push(told === undefined ? this.#withRecent(row, now) : row);
    }
    const gone = [...this.#told.keys()].filter((member) => !present.has(member));
    for (const member of gone) this.#told.delete(member);
    const session = JSON.stringify(this.board.session ?? null);
    const changed = session !== this.#session;
    this.#session = session;
    return { type: 'delta', now, ...(changed && this.board.session ? { session: this.board.session } : {}), rows, gone };
  }

  #withRecent(row: LiveRow, now: number): LiveRow {
    const recentBpm = this.board.recentBpm(row.member, now);
    return recentBpm ? { ...row, recentBpm } : row;
  }
}
