import type { Clock, Id } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { DeadLetterPlace, StoreState, TimeSeriesStore } from '../storage/time-series-store.js';
import type { DeadLetter, DeadReason } from './dead-letter.js';
import type { Derivation } from './derivation.js';
import { judge } from './intake.js';

export interface ReplayOptions {
  store: TimeSeriesStore;
  /** As `begin` returned it. */
  state: StoreState;
  /** On that store, resumed. */
  derivation: Derivation;
  prepareRoom(gym: Id, room: Id): Promise<void>;
  clock: Clock;
  /** How long the store keeps readings. */
  readingsMs: number;
}

export interface Replayed {
  /** Stored and derived now, by the reason for which they were dead. */
  stored: Map<DeadReason, number>;
  /** Dead as before, by that reason. */
  left: Map<DeadReason, number>;
}

/** Readings in one transaction. */
const CHUNK = 1000;

/**
 * Judges every dead letter again by the present rules. Those that pass are stored as readings and derived, with the members in force at their time,
 * in one transaction a chunk: so each is a reading or a dead letter at any moment, and committed = stored + dead-lettered goes on to hold.
 */
export async function replayDeadLetters({ store, state, derivation, prepareRoom, clock, readingsMs }: ReplayOptions): Promise<Replayed> {
  const replayed: Replayed = { stored: new Map(), left: new Map() };
  const records = new Map(state.spools.map((record) => [record.spool, record]));
  let after: DeadLetterPlace | undefined;
  for (;;) {
    const letters = await store.deadLetters({ limit: CHUNK, ...(after ? { after } : {}) });
    after = letters.at(-1);
    if (!after) return replayed;
    const readings: StoredReading[] = [];
    const passed: DeadLetter[] = [];
    for (const letter of letters) {
      const judged = judge(JSON.parse(letter.payload), { now: clock(), readingsMs });
      if ('reading' in judged) {
        const { gym, room, gateway, spool, number } = letter;
        readings.push({ ...judged.reading, gym, room, gateway, spool, number });
        passed.push(letter);
      }
      count('reading' in judged ? replayed.stored : replayed.left, letter.reason);
    }
    for (const { gym, room } of passed) await prepareRoom(gym, room);
    for (const { spool } of passed) {
      const record = records.get(spool);
      if (record) records.set(spool, { ...record, deadLettered: record.deadLettered - 1 });
    }
    const touched = [...new Set(passed.map(({ spool }) => spool))].flatMap((spool) => records.get(spool) ?? []);
    if (passed.length) await derivation.flush(readings, { removedDeadLetters: passed, settle: () => touched });
  }
}

function count(counts: Map<DeadReason, number>, reason: DeadReason): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
}
