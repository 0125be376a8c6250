import { isDeepStrictEqual } from 'node:util';
import type { Id, MemberSecond } from '@pulseboard/contract';
import { lastTouchedSecond, memberSecond, windowBegin } from '../aggregation/member-second.js';
import type { Roster } from '../aggregation/roster.js';
import { firstAtOrAfter, inOrder, type StoredReading } from '../aggregation/stored-reading.js';
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

/** The pure function over all readings, for every second that any of them touches, and everybody who may wear a strap then. */
export function expectedOf(readings: readonly StoredReading[], who: Roster = roster): Expected {
  const ordered = [...readings].sort(inOrder);
  const sensors = [...new Set(ordered.map((r) => r.sensor))];
  const bySensor = new Map(sensors.map((sensor) => [sensor, ordered.filter((r) => r.sensor === sensor)]));
  const seconds: MemberSecond[] = [];
  const [first, last] = [ordered[0]!.at, ordered.at(-1)!.at];
  for (let s = Math.floor(first / 1000) * 1000; s <= lastTouchedSecond(last); s += 1000)
    for (const member of new Set(sensors.flatMap((sensor) => who.memberOf(sensor, s) ?? []))) {
      const worn = who.sensorsOf(member, s).flatMap((sensor) => windowOf(bySensor.get(sensor) ?? [], s));
      const second = memberSecond(s, worn.sort(inOrder), member, who.profileOf(member, s));
      if (second) seconds.push(second);
    }
  return { seconds: bySecond(seconds), totals: totalsOf(seconds) };
}

const windowOf = (readings: readonly StoredReading[], s: number): StoredReading[] =>
  readings.slice(firstAtOrAfter(readings, windowBegin(s)), firstAtOrAfter(readings, s + 1000));

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
