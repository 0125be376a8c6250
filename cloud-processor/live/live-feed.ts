import type { LiveDelta, LiveRow, LiveSnapshot, LiveState, SessionResults } from '@pulseboard/contract';
import type { RoomBoard } from '../board/room-board.js';

/** Listeners know different things of this. */
const UNSURE = '';
/** No results are shown. */
const NONE = 'null';

/** Remembers what a room's listeners know, and says what is new to them. */
export class LiveFeed {
  readonly #told = new Map<string, string>();
  #session = '';
  #state = '';
  #results = NONE;

  /** @param stateOf what stands between the straps and the page now */
  constructor(
    private readonly board: RoomBoard,
    private readonly roomName: string,
    private readonly stateOf: () => LiveState,
    private readonly resultsOf: (now: number) => SessionResults | undefined = () => undefined,
  ) {}

  /** The whole picture, for somebody who knows nothing; its `now` is that of its rows. What it shows otherwise than the last delta, the next one tells in any case. */
  snapshot(now: number): LiveSnapshot {
    const { gym, room, session } = this.board;
    const rows = this.board.rows(now);
    const shown = new Map(rows.map((row) => [row.member, JSON.stringify(row)]));
    for (const member of new Set([...this.#told.keys(), ...shown.keys()]))
      if (shown.get(member) !== this.#told.get(member)) this.#told.set(member, UNSURE);
    const state = this.stateOf();
    const results = this.resultsOf(now);
    if (JSON.stringify(state) !== this.#state) this.#state = UNSURE;
    if (JSON.stringify(results ?? null) !== this.#results) this.#results = UNSURE;
    return {
      type: 'snapshot',
      now: this.board.nowAt(now),
      gym,
      room,
      roomName: this.roomName,
      ...(session ? { session } : {}),
      rows: rows.map((row) => this.#withRecent(row, now)),
      state,
      ...(results ? { results } : {}),
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
      rows.push(told === undefined || told === UNSURE ? this.#withRecent(row, now) : row);
    }
    const gone = [...this.#told.keys()].filter((member) => !present.has(member));
    for (const member of gone) this.#told.delete(member);
    const session = JSON.stringify(this.board.session ?? null);
    const changed = session !== this.#session;
    this.#session = session;
    return {
      type: 'delta',
      now: this.board.nowAt(now),
      ...(changed && this.board.session ? { session: this.board.session } : {}),
      rows,
      gone,
      ...this.#stateIfChanged(),
      ...this.#resultsIfChanged(now),
    };
  }

  #stateIfChanged(): Pick<LiveDelta, 'state'> {
    const state = this.stateOf();
    const text = JSON.stringify(state);
    if (text === this.#state) return {};
    this.#state = text;
    return { state };
  }

  #resultsIfChanged(now: number): Pick<LiveDelta, 'results'> {
    const results = this.resultsOf(now) ?? null;
    const text = JSON.stringify(results);
    if (text === this.#results) return {};
    this.#results = text;
    return { results };
  }

  #withRecent(row: LiveRow, now: number): LiveRow {
    const recentBpm = this.board.recentBpm(row.member, now);
    return recentBpm ? { ...row, recentBpm } : row;
  }
}
