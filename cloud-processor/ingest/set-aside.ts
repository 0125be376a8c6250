import { cutSentence, MAX_SENTENCE } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { StoreWrite, UnstorableError } from '../storage/time-series-store.js';
import type { DeadLetter } from './dead-letter.js';
import { payloadText } from './intake.js';
import type { SpoolRecord } from './spool-record.js';

/** A reading that the store cannot hold, as a dead letter. @param arrivedAt UTC ms */
export function refusedLetter(
  { gym, room, gateway, spool, number, ...reading }: StoredReading,
  reason: string,
  arrivedAt: number,
): DeadLetter {
  const detail = cutSentence(`The store cannot hold it: ${reason}.`, MAX_SENTENCE);
  return { gym, room, gateway, spool, number, arrivedAt, reason: 'refused', detail, payload: payloadText(reading) };
}

/** The records of spools, with more of their numbers as dead letters. */
export function withDead(records: readonly SpoolRecord[], letters: readonly Pick<DeadLetter, 'spool'>[]): SpoolRecord[] {
  const counts = new Map<string, number>();
  for (const { spool } of letters) counts.set(spool, (counts.get(spool) ?? 0) + 1);
  return records.map((record) => {
    const added = counts.get(record.spool);
    return added ? { ...record, deadLettered: record.deadLettered + added } : record;
  });
}

/**
 * The same write without what the store cannot hold, but for readings: those become dead letters, and their seconds are derived again.
 * A record of a spool goes without what its gateway reported; one that cannot be held even so keeps its readings out: they stay with the gateway.
 */
export function withoutUnstorable(write: StoreWrite, { rows }: UnstorableError): StoreWrite {
  const seconds = new Set(rows.seconds.map(({ row }) => row));
  const letters = new Set(rows.deadLetters.map(({ row }) => row));
  const records = new Set(rows.spools.map(({ row }) => row));
  const lost = new Set(rows.spools.filter(({ row }) => !row.told).map(({ row }) => row.spool));
  const isKept = ({ spool }: { spool: string }) => !lost.has(spool);
  return {
    ...write,
    readings: write.readings.filter(isKept),
    seconds: write.seconds.filter((second) => !seconds.has(second)),
    deadLetters: write.deadLetters.filter((letter) => !letters.has(letter) && isKept(letter)),
    spools: write.spools.filter(isKept).map((record) => (records.has(record) ? withoutTold(record) : record)),
  };
}

function withoutTold({ told: _, ...record }: SpoolRecord): SpoolRecord {
  return record;
}
