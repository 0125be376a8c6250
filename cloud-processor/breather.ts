import { setImmediate } from 'node:timers/promises';

/** Of long work nobody else waits longer than about this. */
const DEFAULT_STRETCH_MS = 8;

/** Cuts long work into stretches, so that live readings, pages and the broker get the event loop in between. */
export class Breather {
  #since = performance.now();

  constructor(private readonly stretchMs = DEFAULT_STRETCH_MS) {}

  /** The stretch is over: whoever works awaits `breathe` now. */
  get isDue(): boolean {
    return performance.now() - this.#since >= this.stretchMs;
  }

  async breathe(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}
