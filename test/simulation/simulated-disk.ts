import { Ranges } from '@pulseboard/contract';
import type { RecoveredSpool, SpoolState } from '@pulseboard/edge-gateway/protocol';
import type { TrueReading } from './world.js';

const READINGS_IN_SEGMENT = 20;
const BOOK_INTERVAL_MS = 10_000;
/** Numbers that may be sent before the next sync. */
export const CEILING_HEADROOM = 500;

interface Segment {
  first: number;
  last: number;
  readings: Map<number, TrueReading>;
}

/** The files of one spool: segments that go as a whole, a ceiling that stays until the spool goes, and a book that a power cut may take. */
export class SimulatedDisk {
  #segments: Segment[] = [];
  #ceiling = CEILING_HEADROOM;
  #written = 0;
  #synced = 0;
  #book: Pick<RecoveredSpool, 'written' | 'heard' | 'dropped'> | undefined;
  #bookAt = Number.NEGATIVE_INFINITY;
  #droppedInBook = '';

  constructor(
    readonly id: string,
    readonly salt: number,
  ) {}

  get count(): number {
    return this.#segments.reduce((sum, { readings }) => sum + readings.size, 0);
  }

  /** The one that goes first when there is no room; never the one that is written to. */
  oldestSegment(isCurrent: boolean): { first: number; last: number } | undefined {
    return isCurrent && this.#segments.length < 2 ? undefined : this.#segments[0];
  }

  append(reading: TrueReading): void {
    let segment = this.#segments.at(-1);
    if (!segment || segment.readings.size >= READINGS_IN_SEGMENT) {
      segment = { first: reading.number, last: reading.number, readings: new Map() };
      this.#segments.push(segment);
    }
    segment.readings.set(reading.number, reading);
    segment.last = reading.number;
    this.#written = reading.number;
  }

  read(n: number): TrueReading | undefined {
    return this.#segments.find(({ first, last }) => first <= n && n <= last)?.readings.get(n);
  }

  /** @returns the ceiling that is durable now */
  sync(): number {
    this.#synced = this.#written;
    this.#ceiling = Math.max(this.#ceiling, this.#written + CEILING_HEADROOM);
    return this.#ceiling;
  }

  /** @returns what was not synced, and is lost */
  cutPower(losesBook: boolean): TrueReading[] {
    const lost: TrueReading[] = [];
    for (const segment of this.#segments) {
      for (const [n, reading] of segment.readings) {
        if (n <= this.#synced) continue;
        lost.push(reading);
        segment.readings.delete(n);
      }
      segment.last = Math.min(segment.last, this.#synced);
    }
    this.#written = Math.min(this.#written, this.#synced);
    this.#segments = this.#segments.filter(({ readings }) => readings.size > 0);
    if (losesBook) this.#book = undefined;
    return lost;
  }

  /**
   * Deletes segments of which nothing is held. The last one stays until the spool goes.
   * @returns what was deleted
   */
  forget(state: SpoolState, now: number): TrueReading[] {
    const deleted: TrueReading[] = [];
    this.#segments = this.#segments.filter(({ first, last, readings }, i) => {
      if (i === this.#segments.length - 1 || state.heldIn(first, last).length) return true;
      deleted.push(...readings.values());
      return false;
    });
    this.#saveBook(state, now);
    return deleted;
  }

  /** Makes room, after the segment was given up. */
  dropOldestSegment(state: SpoolState, now: number): void {
    this.#segments.shift();
    this.#saveBook(state, now);
  }

  recover(keepsCeiling: boolean): RecoveredSpool {
    const present = new Ranges();
    for (const { readings } of this.#segments) for (const n of readings.keys()) present.add(n);
    const book = this.#book ?? { written: 0, heard: [], dropped: {} };
    const written = Math.max(present.max, book.written);
    // Without new readings the next syncs have nothing to say of it.
    this.#written = written;
    this.#synced = written;
    this.#bookAt = Number.NEGATIVE_INFINITY;
    return {
      id: this.id,
      written,
      ceiling: keepsCeiling ? Math.max(this.#ceiling, written) : written,
      present,
      heard: book.heard,
      dropped: book.dropped,
    };
  }

  #saveBook(state: SpoolState, now: number): void {
    const dropped = Object.fromEntries([...state.dropped].map(([reason, ranges]) => [reason, ranges.toArray()]));
    const text = JSON.stringify(dropped);
    if (text === this.#droppedInBook && now - this.#bookAt < BOOK_INTERVAL_MS) return;
    this.#book = { written: state.written, heard: state.heard.toArray(), dropped };
    this.#bookAt = now;
    this.#droppedInBook = text;
  }
}
