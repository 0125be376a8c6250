import { firstAtOrAfter, inOrder, type SpoolRecord } from '@pulseboard/cloud-processor/protocol';
import type { MemberSecond } from '@pulseboard/contract';
import { Ranges } from '@pulseboard/contract';
import type { StorageKind } from './variant.js';
import type { TrueReading } from './world.js';

export const NO_HEART_BPM = 250;

export class StoreAwayError extends Error {
  readonly code = 'STORE_AWAY';
}

/** What survives the processor: readings, member-seconds, and the books. */
export class SimulatedStore {
  up = true;
  /** It comes back only when everything is healed. */
  staysAway = false;
  epoch = 0;
  watermarkAt: number | undefined;
  /** By sensor, in order. */
  readonly readings = new Map<string, TrueReading[]>();
  readonly deadLetters = new Map<number, TrueReading>();
  /** By member and second, then by room: more than one room is a mistake. */
  readonly seconds = new Map<string, Map<string, MemberSecond>>();
  readonly records = new Map<string, SpoolRecord>();
  /** Readings that are about to be written, of the kind that overwrites. */
  readonly intents = new Set<string>();
  readonly #committed = new Map<string, Ranges>();

  constructor(readonly kind: StorageKind) {}

  /** @throws StoreAwayError */
  demandUp(): void {
    if (!this.up) throw new StoreAwayError();
  }

  /** Transactional: appends a row; idempotent: overwrites the one with the same key. */
  put(reading: TrueReading): void {
    if (reading.heartRateBpm! > NO_HEART_BPM) {
      this.deadLetters.set(reading.uid, reading);
      return;
    }
    let list = this.readings.get(reading.sensor);
    if (!list) {
      list = [];
      this.readings.set(reading.sensor, list);
    }
    if (this.kind === 'idempotent')
      for (let i = firstAtOrAfter(list, reading.at); list[i]?.at === reading.at; i++)
        if (list[i]!.nanoseconds === reading.nanoseconds && list[i]!.gateway === reading.gateway) {
          list.splice(i, 1);
          break;
        }
    let at = list.length;
    while (at > 0 && inOrder(list[at - 1]!, reading) > 0) at--;
    list.splice(at, 0, reading);
  }

  writeSecond(second: MemberSecond): void {
    const key = `${second.member}|${second.at}`;
    let rooms = this.seconds.get(key);
    if (!rooms) {
      rooms = new Map();
      this.seconds.set(key, rooms);
    }
    rooms.set(second.room, second);
  }

  removeSecond(member: string, at: number, room: string): void {
    this.seconds.get(`${member}|${at}`)?.delete(room);
  }

  writeRecords(records: readonly SpoolRecord[]): void {
    for (const record of records) {
      this.records.set(record.spool, record);
      this.#committed.set(record.spool, new Ranges(record.ranges));
    }
  }

  isCommitted(spool: string, n: number): boolean {
    return this.#committed.get(spool)?.has(n) ?? false;
  }

  committedCount(spool: string): number {
    return this.#committed.get(spool)?.size ?? 0;
  }
}
