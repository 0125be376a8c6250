import { type Committed, Ranges, type Reading, type SpoolLedger } from '@pulseboard/contract';
import type { Spool, SpooledRun } from './spool.js';

/** About 30 MB of readings: half an hour of 40 straps. */
export const DEFAULT_CAPACITY_READINGS = 120_000;

/** A spool in memory: bounded, gone with the process. When full, the oldest readings go, counted by reason. */
export class MemorySpool implements Spool {
  /** Slot `#head` is reading number `#base`, the oldest one held; committed ones after it are holes. */
  #slots: (Reading | undefined)[] = [];
  #head = 0;
  #base = 1;
  #nextNumber = 1;
  #cursor = 1;
  #sentUpTo = 0;
  #held = 0;
  #droppedFull = 0;
  #refusedRanges = 0;
  readonly #committed = new Ranges();

  /** @param id random, `[a-z0-9]{8,32}`: two process starts must never share one */
  constructor(
    readonly id: string,
    private readonly capacity = DEFAULT_CAPACITY_READINGS,
  ) {}

  append(reading: Reading): number {
    this.#slots.push(reading);
    this.#held++;
    if (this.#held > this.capacity) this.#dropOldest();
    return this.#nextNumber++;
  }

  next(maxReadings: number): SpooledRun | undefined {
    if (this.#cursor < this.#base) this.#cursor = this.#base;
    while (this.#cursor < this.#nextNumber && !this.#slot(this.#cursor)) this.#cursor++;
    const first = this.#cursor;
    const readings: Reading[] = [];
    for (let reading = this.#slot(first); reading && readings.length < maxReadings; ) {
      readings.push(reading);
      reading = this.#slot(first + readings.length);
    }
    if (readings.length === 0) return undefined;
    this.#cursor = first + readings.length;
    this.#sentUpTo = Math.max(this.#sentUpTo, this.#cursor - 1);
    return { spool: this.id, first, readings };
  }

  get unsent(): number {
    return this.#nextNumber - Math.max(this.#cursor, this.#base);
  }

  get held(): number {
    return this.#held;
  }

  get oldest(): number {
    return this.#base;
  }

  /** Ranges beyond what was ever handed out, refused because they cannot be true. */
  get refusedRanges(): number {
    return this.#refusedRanges;
  }

  commit(committed: Committed): void {
    const entry = committed.spools.find((spool) => spool.spool === this.id);
    if (!entry) return;
    if (new Ranges(entry.ranges).max > this.#sentUpTo) {
      this.#refusedRanges++;
      return;
    }
    for (const [from, to] of entry.ranges) {
      this.#committed.add(from, to);
      for (let n = Math.max(from, this.#base); n <= to; n++) this.#release(n);
    }
    this.#trim();
  }

  rewind(): void {
    this.#cursor = this.#base;
  }

  ledger(now: number): SpoolLedger {
    const decoded = this.#nextNumber - 1;
    const committed = this.#committed.size;
    const waiting = this.#held;
    const oldest = this.#slot(this.#base);
    return {
      spool: this.id,
      decoded,
      committed,
      waiting,
      // A dropped reading that was stored after all counts as committed.
      dropped: this.#droppedFull ? { full: decoded - committed - waiting } : {},
      oldest: this.#base,
      oldestAgeMs: oldest ? Math.max(0, now - oldest.at) : 0,
      drained: false,
    };
  }

  #slot(n: number): Reading | undefined {
    return this.#slots[n - this.#base + this.#head];
  }

  #release(n: number): void {
    if (!this.#slot(n)) return;
    this.#slots[n - this.#base + this.#head] = undefined;
    this.#held--;
  }

  #dropOldest(): void {
    this.#droppedFull++;
    this.#release(this.#base);
    this.#trim();
  }

  #trim(): void {
    while (this.#head < this.#slots.length && !this.#slots[this.#head]) {
      this.#head++;
      this.#base++;
    }
    // The free head is given back now and then, not at each reading.
    if (this.#head > 4096 && this.#head > this.#slots.length / 2) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
  }
}
