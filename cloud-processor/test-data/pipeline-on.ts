import type { Clock, Id } from '@pulseboard/contract';
import { pino } from 'pino';
import type { Roster } from '../aggregation/roster.js';
import { Boards } from '../board/boards.js';
import { Derivation } from '../ingest/derivation.js';
import { Pipeline, type PipelineOptions } from '../ingest/pipeline.js';
import { SpoolBooks } from '../ingest/spool-books.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';

/** How long the store keeps readings. */
export const READINGS_MS = 30 * 86_400_000;

export interface PipelineStart extends Partial<PipelineOptions> {
  store: TimeSeriesStore;
  rosterOf(gym: Id): Roster;
  /** Of event time and of waiting alike. */
  clock: Clock;
  keepMs?: number;
}

/** A pipeline on a store, as a process makes it at its start: every room is known, nobody is told anything but who asks for it, and flushes are called for. */
export async function pipelineOn({ rosterOf, keepMs, ...options }: PipelineStart): Promise<Pipeline> {
  const { store, clock } = options;
  const { id, epoch, spools, watermarkAt } = await store.begin();
  const derivation = new Derivation({ store, rosterOf, clock, watermarkAt, ...(keepMs === undefined ? {} : { keepMs }) });
  await derivation.resume();
  return new Pipeline({
    books: new SpoolBooks(spools),
    epoch,
    storeId: id,
    derivation,
    boards: new Boards(rosterOf),
    readingsMs: READINGS_MS,
    prepareRoom: async () => {},
    isPrepared: () => true,
    monotonic: clock,
    log: pino({ level: 'silent' }),
    onPicture: () => {},
    onFlushed: () => {},
    onEpoch: () => {},
    onTick: () => {},
    ...options,
  });
}
