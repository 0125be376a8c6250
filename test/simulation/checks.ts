import { inOrder, lastTouchedSecond, memberSecond } from '@pulseboard/cloud-processor/protocol';
import { guestMemberId, type MemberSecond } from '@pulseboard/contract';
import { roster } from './derive.js';
import { WINDOW_BATCHES } from './simulated-gateway.js';
import type { TrueReading, World } from './world.js';
import { noteMost } from './world.js';

const QUIET_WITHIN_MS = 20_000;
const LIVE_WITHIN_MS = 1000;

/**
 * What must hold at the end of a run, against what was really decoded. (5), that nothing is deleted which is not durably committed, is checked as it happens.
 * @param isQuiet everything came to rest
 */
export function checkAll(world: World, isQuiet: boolean): void {
  const rows = [...world.store.readings.values()].flat();
  checkStoredOnce(world, rows);
  checkSeconds(world, rows);
  checkLedger(world, new Set([...rows.map(({ uid }) => uid), ...world.store.deadLetters.keys()]));
  const { figures, fail, gateways } = world;
  if (figures.maxWindow > WINDOW_BATCHES) fail(6, `${figures.maxWindow} resends under way`);
  checkLive(world);
  const held = gateways.flatMap(({ protocol }) => protocol.spools.map(({ id, heldCount }) => `${id} holds ${heldCount}`));
  if (!isQuiet) fail(8, `never quiet: ${held.join(', ')}`);
  else if (figures.quietMs > QUIET_WITHIN_MS) fail(8, `quiet only after ${figures.quietMs} ms`);
}

/** (1) every decoded reading is stored exactly once, but for those that may be lost, and (2) nothing else. */
function checkStoredOnce({ truth, store, figures, fail }: World, rows: readonly TrueReading[]): void {
  const times = new Map<number, number>();
  for (const { uid } of rows) times.set(uid, (times.get(uid) ?? 0) + 1);
  for (const { uid, spool, number, fate, wasUnreadable } of truth) {
    const count = (times.get(uid) ?? 0) + (store.deadLetters.has(uid) ? 1 : 0);
    times.delete(uid);
    if (count > 1) fail(1, `${spool}#${number} stored ${count} times`);
    if (count > 0) continue;
    if (fate === 'powerCut') figures.powerLost++;
    else if (fate === '' || fate === 'buffer') fail(1, `${spool}#${number} missing ${fate}`);
    else if (fate === 'rejected' && !wasUnreadable) fail(1, `${spool}#${number} set aside though readable`);
  }
  if (times.size) fail(2, `${times.size} stored, never decoded`);
}

/** (3) every member-second is the pure function of all stored readings, and so are the totals. */
function checkSeconds({ store, fail }: World, rows: readonly TrueReading[]): void {
  const expected = new Map<string, MemberSecond>();
  for (const [sensor, list] of groupBy(rows, (r) => r.sensor)) {
    const member = guestMemberId(sensor);
    const mine = list.sort(inOrder);
    const touched = new Set<number>();
    for (const { at } of mine) for (let s = Math.floor(at / 1000) * 1000; s <= lastTouchedSecond(at); s += 1000) touched.add(s);
    for (const at of touched) {
      const second = memberSecond(at, mine, member, roster.profileOf(member, at));
      if (second) expected.set(`${member}|${at}|${second.room}`, second);
    }
  }
  const stored = [...store.seconds.values()].flatMap((rooms) => [...rooms.values()]);
  const found = new Map(stored.map((second) => [`${second.member}|${second.at}|${second.room}`, second]));
  for (const [key, second] of expected) {
    const there = found.get(key);
    if (!there) fail(3, `${key} not derived`);
    else if (JSON.stringify(there) !== JSON.stringify(second))
      fail(3, `${key} is ${JSON.stringify(there)}, should be ${JSON.stringify(second)}`);
  }
  for (const key of found.keys()) if (!expected.has(key)) fail(3, `${key} should not be there`);
  const [got, due] = [totalsOf(stored), totalsOf([...expected.values()])];
  if (got !== due) fail(3, `totals ${got} should be ${due}`);
}

function totalsOf(seconds: readonly MemberSecond[]): string {
  const sum = (of: (second: MemberSecond) => number) => seconds.reduce((total, second) => total + of(second), 0);
  return `${seconds.length} seconds, ${sum((s) => s.beats)} beats, ${sum((s) => s.pointSixtieths)} sixtieths`;
}

/** (4) the ledger balances, as each side keeps it, and is true. */
function checkLedger({ gateways, truth, store, processor, fail }: World, kept: ReadonlySet<number>): void {
  const bySpool = groupBy(truth, (r) => r.spool);
  for (const gateway of gateways)
    for (const state of gateway.states) {
      const mine = bySpool.get(state.id) ?? [];
      const arrived = mine.filter(({ uid }) => kept.has(uid)).length;
      const dropped = state.droppedCounts();
      const given = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      const wasCut = gateway.card.cutSpools.has(state.id);
      if (state.heard.size !== arrived) fail(4, `${state.id}: gateway says committed ${state.heard.size}, really ${arrived}`);
      const theirs = store.committedCount(state.id);
      if (theirs !== arrived) fail(4, `${state.id}: processor says committed ${theirs}, stored and dead-lettered ${arrived}`);
      if (state.end !== state.heard.size + state.heldCount + given)
        fail(
          4,
          `${state.id}: decoded ${state.end} ≠ committed ${state.heard.size} + waiting ${state.heldCount} + dropped ${JSON.stringify(dropped)}`,
        );
      if (dropped.lost && !wasCut) fail(4, `${state.id}: ${dropped.lost} lost without a power cut`);
      if (mine.length !== state.end && !mine.every((r) => r.number <= state.end || (wasCut && !kept.has(r.uid))))
        fail(4, `${state.id}: decoded ${mine.length}, ledger ${state.end}`);
    }
  const { received, duplicate, turnedAway } = processor.books.counts;
  if (received !== processor.committedReadings + duplicate + turnedAway + processor.waiting)
    fail(4, `this epoch: received ${received} ≠ ${processor.committedReadings} + ${duplicate} + ${turnedAway} + ${processor.waiting}`);
}

/** (7) while the backlog drains, a live reading is on the board at once. */
function checkLive({ gateways, truth, figures, fail }: World): void {
  for (const { id, catchUp, connectedAt, hasWrongClock } of gateways) {
    if (!catchUp?.drainedAt) continue;
    noteMost(figures, 'drainMs', catchUp.drainedAt - catchUp.from);
    if (hasWrongClock) continue;
    const since = Math.max(catchUp.from, connectedAt);
    const late = truth.filter((r) => r.gateway === id && !r.fate && r.decodedAt >= since && !(r.shownAt - r.decodedAt <= LIVE_WITHIN_MS));
    if (late.length) fail(7, `${id}: ${late.length} live readings late on the board during the catch-up of ${catchUp.batches} batches`);
  }
}

function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
