import type { SpoolBooks } from '@pulseboard/cloud-processor/protocol';
import { type DerivedSecond, derive } from './derive.js';
import { NO_HEART_BPM } from './simulated-store.js';
import { noteMost, type TrueReading, type World } from './world.js';

/** The processor as a flush sees it. */
export interface FlushOf {
  readonly world: World;
  readonly books: SpoolBooks;
  readonly rooms: Map<string, string>;
  takeFresh(): TrueReading[];
  finish(fresh: readonly TrueReading[]): void;
  publish(): void;
}

export const ROOMS = ['floor', 'studio'];
const SECOND_CLOSES_AFTER_MS = 100;
const ROOM_BLOCK_MS = 10_000;
const READINGS_IN_WRITE = 20;

/** Store, derive, commit. Each `yield` is a moment at which the processor may die, the store may go, and batches come in. */
export function* flush(of: FlushOf): Generator<void> {
  const { world } = of;
  const { store, events, variant } = world;
  const fresh = of.takeFresh();
  const closed = Math.floor((events.now - SECOND_CLOSES_AFTER_MS) / 1000) * 1000 - 1000;
  const watermarkAt = store.watermarkAt ?? closed - ROOM_BLOCK_MS;
  const targetAt = Math.max(watermarkAt, closed);
  const alive = fresh.filter(({ heartRateBpm }) => heartRateBpm! <= NO_HEART_BPM);
  const plan = (inStore: boolean): DerivedSecond[] =>
    derive({ store, fresh: inStore ? [] : alive, touched: alive, watermarkAt, targetAt, lookbackMs: variant.lookbackMs });
  const commit = () => {
    const records = of.books.settle(fresh);
    store.writeRecords(records);
    of.books.commit(records);
    for (const { ranges } of records) noteMost(world.figures, 'maxRanges', ranges.length);
    of.finish(fresh);
  };
  store.demandUp();

  if (store.kind === 'idempotent') {
    for (const { spool, number } of fresh) store.intents.add(`${spool}#${number}`);
    yield;
    for (let i = 0; i < fresh.length; i += READINGS_IN_WRITE) {
      store.demandUp();
      for (const reading of fresh.slice(i, i + READINGS_IN_WRITE)) store.put(reading);
      yield;
    }
    if (variant.derives !== 'with readings') {
      commit();
      if (variant.derives === 'after commit') of.publish();
      yield;
    }
    const seconds = plan(true);
    const half = seconds.length >> 1;
    for (const part of [seconds.slice(0, half), seconds.slice(half)]) {
      yield;
      store.demandUp();
      write(of, part);
    }
    yield;
    store.demandUp();
    removeElsewhere(of, seconds);
    yield;
    if (variant.derives === 'with readings') commit();
    for (const { spool, number } of fresh) store.intents.delete(`${spool}#${number}`);
    store.watermarkAt = targetAt;
  } else if (variant.derives === 'with readings') {
    const seconds = plan(false);
    const records = of.books.settle(fresh);
    yield;
    store.demandUp();
    for (const reading of fresh) store.put(reading);
    write(of, seconds);
    removeElsewhere(of, seconds);
    store.writeRecords(records);
    store.watermarkAt = targetAt;
    yield;
    of.books.commit(records);
    for (const { ranges } of records) noteMost(world.figures, 'maxRanges', ranges.length);
    of.finish(fresh);
  } else {
    for (const reading of fresh) store.put(reading);
    commit();
    if (variant.derives === 'after commit') of.publish();
    yield;
    store.demandUp();
    const seconds = plan(true);
    write(of, seconds);
    removeElsewhere(of, seconds);
    store.watermarkAt = targetAt;
  }
  yield;
  of.publish();
}

function write({ world }: FlushOf, seconds: readonly DerivedSecond[]): void {
  for (const { second } of seconds) if (second) world.store.writeSecond(second);
}

/** A second that moved to another room, or is none any more, does not stay where it was. */
function removeElsewhere({ world, rooms }: FlushOf, seconds: readonly DerivedSecond[]): void {
  for (const { member, at, second } of seconds) {
    const key = `${member}|${at}`;
    const before = world.variant.findsMovesByQuery ? ROOMS : [rooms.get(key)];
    for (const room of before) if (room !== undefined && room !== second?.room) world.store.removeSecond(member, at, room);
    if (second) rooms.set(key, second.room);
    else rooms.delete(key);
  }
}
