import { isDeepStrictEqual } from 'node:util';
import type { Id, MemberSecond } from '@pulseboard/contract';
import { lastTouchedSecond, memberSecond } from '../aggregation/member-second.js';
import { inOrder, type StoredReading } from '../aggregation/stored-reading.js';
import { addSecond, noTotals, type Totals } from '../aggregation/totals.js';
import type { Boards } from '../board/boards.js';
import { totalsQuery } from '../ingest/pipeline.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';
import { roster } from './processor-run.js';

/** What must stand in a store, computed without one. */
export interface Expected {
  /** By time and member. */
  seconds: MemberSecond[];
  /** By room and member. */
  totals: Record<string, Totals>;
}

/** The pure function over all readings, for every second that any of them touches. */
export function expectedOf(readings: readonly StoredReading[]): Expected {
  const byMember = new Map<Id, StoredReading[]>();
  for (const r of [...readings].sort(inOrder)) {
    const member = roster.memberOf(r.sensor, r.at);
    if (member === undefined) continue;
    const list = byMember.get(member);
    if (list) list.push(r);
    else byMember.set(member, [r]);
  }
  const seconds: MemberSecond[] = [];
  for (const [member, list] of byMember)
    for (let s = Math.floor(list[0]!.at / 1000) * 1000; s <= lastTouchedSecond(list.at(-1)!.at); s += 1000) {
      const second = memberSecond(s, list, member, roster.profileOf(member, s));
      if (second) seconds.push(second);
    }
  return { seconds: bySecond(seconds), totals: totalsOf(seconds) };
}

/** What a store holds of a gym: its seconds, and its own sums of them. */
export async function foundIn(store: TimeSeriesStore, gym: Id, rooms: readonly Id[], members: readonly Id[]): Promise<Expected> {
  const all = { gym, from: 0, until: Number.MAX_SAFE_INTEGER, limit: 1_000_000 };
  const seconds = (await Promise.all(members.map((member) => store.memberSeconds({ ...all, member })))).flat();
  const totals: Record<string, Totals> = {};
  for (const room of rooms) for (const [member, sums] of await store.totals({ gym, room, from: 0 })) totals[`${room}/${member}`] = sums;
  return { seconds: bySecond(seconds), totals };
}

/** The boards add up while seconds are rewritten; the store adds up what stands. */
export async function boardsAgree(boards: Boards, store: TimeSeriesStore, gym: Id): Promise<void> {
  for (const board of boards.all()) {
    if (board.gym !== gym || !board.session) continue;
    const counted = [...board.totals].filter(([, sums]) => sums.seconds !== 0 || sums.beats !== 0);
    expect(new Map(counted)).toEqual(await store.totals(totalsQuery(board.session)));
  }
}

/** Jest's comparison takes seconds for so many values: it is left to say what differs. */
export function same(found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected);
}

function totalsOf(seconds: readonly MemberSecond[]): Record<string, Totals> {
  const totals: Record<string, Totals> = {};
  for (const second of seconds) {
    const key = `${second.room}/${second.member}`;
    totals[key] ??= noTotals();
    addSecond(totals[key], second);
  }
  return totals;
}

const bySecond = (seconds: readonly MemberSecond[]): MemberSecond[] =>
  [...seconds].sort((a, b) => a.at - b.at || (a.member < b.member ? -1 : 1));
