import { InfluxAwayError } from './influx-errors.js';

/** `write`: what a flush needs. `read`: all else; it never takes the last slot. */
export type Lane = 'write' | 'read';

const MOST = 4;
const MOST_READS = 3;
const MOST_WAITING = 500;

/** Lets at most 4 requests be in flight; the others wait, those of flushes first. */
export class RequestSlots {
  readonly #waiting: Record<Lane, (() => void)[]> = { write: [], read: [] };
  readonly #inFlight: Record<Lane, number> = { write: 0, read: 0 };

  /** Requests in flight. */
  get inFlight(): number {
    return this.#inFlight.write + this.#inFlight.read;
  }

  /** @throws InfluxAwayError when too many wait already: they come faster than they are answered */
  async take<T>(lane: Lane, request: () => Promise<T>): Promise<T> {
    if (!this.#isFree(lane)) {
      if (this.#waiting[lane].length >= MOST_WAITING)
        throw new InfluxAwayError(`InfluxDB is asked faster than it answers: ${MOST_WAITING} requests wait`);
      await new Promise<void>((resolve) => this.#waiting[lane].push(resolve));
    } else this.#inFlight[lane]++;
    try {
      return await request();
    } finally {
      this.#inFlight[lane]--;
      this.#next();
    }
  }

  #isFree(lane: Lane): boolean {
    return this.inFlight < MOST && (lane === 'write' || this.#inFlight.read < MOST_READS);
  }

  /** A slot goes over before anybody else can ask for it. */
  #next(): void {
    for (const lane of ['write', 'read'] as const)
      while (this.#waiting[lane].length > 0 && this.#isFree(lane)) {
        this.#inFlight[lane]++;
        this.#waiting[lane].shift()!();
      }
  }
}
