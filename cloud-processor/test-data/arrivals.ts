import type { GatewayParams, ReadingBatch } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { between, pick, type Random } from './random.js';

/** A batch, and when it comes to the processor. */
export interface Arrival {
  at: number;
  from: GatewayParams;
  batch: ReadingBatch;
}

/** The gateways' batches, each at most `size` readings, as soon as its last reading is made. */
export function batchesOf(readings: readonly StoredReading[], size: () => number): Arrival[] {
  const bySpool = new Map<string, StoredReading[]>();
  for (const r of [...readings].sort((a, b) => a.number - b.number)) bySpool.set(r.spool, [...(bySpool.get(r.spool) ?? []), r]);
  const arrivals: Arrival[] = [];
  for (const list of bySpool.values())
    for (let i = 0; i < list.length; ) {
      const most = size();
      const gap = list.findIndex((r, j) => j > i && r.number !== list[j - 1]!.number + 1);
      const run = list.slice(i, Math.min(i + most, gap < 0 ? list.length : gap));
      i += run.length;
      arrivals.push(batchOf(run));
    }
  return arrivals.sort((a, b) => a.at - b.at);
}

function batchOf(run: readonly StoredReading[]): Arrival {
  const { gym, room, gateway, spool, number } = run[0]!;
  const at = Math.max(...run.map((r) => r.at));
  const readings = run.map(({ gym: _1, room: _2, gateway: _3, spool: _4, number: _5, ...reading }) => reading);
  return {
    at,
    from: { gym, room, gateway },
    batch: { v: 1, gateway, spool, first: number, oldest: 1, boot: 'boot', sentAt: at, clock: 'synced', readings },
  };
}

/** The same readings in other batches, some of them seconds or minutes late, some twice: as a bad network and a resending gateway bring them. */
export function disturbed(readings: readonly StoredReading[], random: Random): Arrival[] {
  const late = (arrival: Arrival): Arrival => ({
    ...arrival,
    at:
      arrival.at +
      pick(random, [0, 0, between(random, 0, 3000), between(random, 0, 3000), between(random, 0, 20_000), between(random, 0, 90_000)]),
  });
  const once = batchesOf(readings, () => between(random, 1, 30)).map(late);
  const again = batchesOf(readings, () => between(random, 5, 60)).filter(() => random() < 0.4);
  return [...once, ...again.map(late)].sort((a, b) => a.at - b.at);
}

/**
 * An outage: what is made within it is held back, and comes from its end on, oldest first, a batch each `everyMs`, in between what is live.
 * @param from UTC ms at which the outage begins
 */
export function heldBack(readings: readonly StoredReading[], from: number, until: number, size: number, everyMs: number): Arrival[] {
  const live = batchesOf(
    readings.filter(({ at }) => at < from || at >= until),
    () => 4,
  );
  const late = batchesOf(
    readings.filter(({ at }) => at >= from && at < until),
    () => size,
  );
  return [...live, ...late.map((arrival, i) => ({ ...arrival, at: until + i * everyMs }))].sort((a, b) => a.at - b.at);
}
