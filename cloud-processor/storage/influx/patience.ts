import { InfluxBusyError } from './influx-errors.js';

export interface PatienceOptions {
  /** Ms that never go back. */
  monotonic?: () => number;
  sleep?: (ms: number) => Promise<void>;
  /** Nobody waits longer than this in all for one request. */
  mostMs?: number;
}

const MOST_MS = 10_000;
/** A server that says no time is asked again after this. */
const UNTOLD_MS = 1000;
/** Nor is a server that names a longer time left alone for longer. */
const LONGEST_MS = 60_000;

/** Waits while InfluxDB asks to be left alone, with a bound; meanwhile nobody else asks it either. */
export class Patience {
  readonly #monotonic: () => number;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #mostMs: number;
  #notBefore = Number.NEGATIVE_INFINITY;
  #why = '';

  constructor({ monotonic = () => performance.now(), sleep = sleepFor, mostMs = MOST_MS }: PatienceOptions = {}) {
    this.#monotonic = monotonic;
    this.#sleep = sleep;
    this.#mostMs = mostMs;
  }

  /** @throws InfluxBusyError when it would have to wait for too long; at once while that is known beforehand */
  async with<T>(request: () => Promise<T>): Promise<T> {
    const until = this.#monotonic() + this.#mostMs;
    for (;;) {
      const restMs = this.#notBefore - this.#monotonic();
      if (this.#notBefore > until) throw new InfluxBusyError(`${this.#why}; it asks to wait for ${Math.ceil(restMs / 1000)} s`, restMs);
      if (restMs > 0) await this.#sleep(restMs);
      try {
        return await request();
      } catch (error) {
        if (!(error instanceof InfluxBusyError)) throw error;
        this.#why = error.message;
        const waitMs = Math.min(LONGEST_MS, error.retryAfterMs ?? UNTOLD_MS);
        // Retry-After: 0 is no leave to ask in a loop.
        this.#notBefore = Math.max(this.#notBefore, this.#monotonic() + Math.max(waitMs, UNTOLD_MS / 10));
      }
    }
  }
}

const sleepFor = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
