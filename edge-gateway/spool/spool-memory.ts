import type { Reading } from '@pulseboard/contract';

/** Read again without the disk: what was just appended is what is sent next. */
const RECENT_READINGS = 4096;
/** What a full disk did not take waits here. */
const MAX_UNSPOOLED_READINGS = 20_000;

/** The readings of the current spool that are in memory: the newest ones, and those that the disk has not taken yet. */
export class SpoolMemory {
  readonly #recent = new Map<number, Reading>();
  readonly #unspooled = new Map<number, Reading>();

  /** Not on disk, in order of their numbers. */
  get unspooled(): ReadonlyMap<number, Reading> {
    return this.#unspooled;
  }

  get(number: number): Reading | undefined {
    return this.#recent.get(number) ?? this.#unspooled.get(number);
  }

  /** @param number follows the last one */
  note(number: number, reading: Reading): void {
    this.#recent.set(number, reading);
    this.#recent.delete(number - RECENT_READINGS);
  }

  /** The disk did not take it. */
  hold(number: number, reading: Reading): void {
    this.#unspooled.set(number, reading);
  }

  /** Lets go of what is too much, oldest first. @returns the numbers */
  shed(): number[] {
    const shed: number[] = [];
    for (const oldest of this.#unspooled.keys()) {
      if (this.#unspooled.size <= MAX_UNSPOOLED_READINGS) break;
      this.#unspooled.delete(oldest);
      shed.push(oldest);
    }
    return shed;
  }

  /** The disk has all of it now. */
  settle(): void {
    this.#unspooled.clear();
  }

  /** Nobody waits for others any more. */
  retain(isHeld: (number: number) => boolean): void {
    for (const n of this.#unspooled.keys()) if (!isHeld(n)) this.#unspooled.delete(n);
  }

  /** Times of before the anchor become UTC. */
  shift(offsetMs: number): void {
    for (const kept of [this.#recent, this.#unspooled])
      for (const [n, reading] of kept) kept.set(n, { ...reading, at: reading.at + offsetMs });
  }
}
