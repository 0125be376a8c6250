import { type AntTimings, RECEIVING_WITHIN_MS } from './ant-timings.js';

/** `ask` the stick whether it is there; it is `mute`; `renew` it, for it may have lost its scan. */
export type WatchStep = 'wait' | 'ask' | 'mute' | 'renew';

/** Judges from what a stick says, and when, whether it works. Pure: time is an argument, in ms. */
export class StickWatch {
  #setUpAt = 0;
  #heardAt = 0;
  #frameAt = Number.NEGATIVE_INFINITY;
  #askedAt: number | undefined;
  #renewAfterMs: number;

  constructor(private readonly timings: Pick<AntTimings, 'silentAfterMs' | 'answerWithinMs' | 'renewAfterMs' | 'maxRenewAfterMs'>) {
    this.#renewAfterMs = timings.renewAfterMs;
  }

  setUp(now: number): void {
    this.#setUpAt = now;
    this.#heardAt = now;
    this.#askedAt = undefined;
  }

  /** It said something, whatever it was. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#askedAt = undefined;
  }

  /** It handed over a broadcast. */
  heardFrame(now: number): void {
    this.#frameAt = now;
    this.#renewAfterMs = this.timings.renewAfterMs;
  }

  /** It was set up, and that was not a moment ago. */
  hasLasted(now: number): boolean {
    return now - this.#setUpAt >= this.timings.silentAfterMs;
  }

  isReceiving(now: number): boolean {
    return now - this.#frameAt < RECEIVING_WITHIN_MS;
  }

  /** @returns what is to be done now, and in how many ms to ask again */
  next(now: number): { step: WatchStep; inMs: number } {
    const { silentAfterMs, answerWithinMs, maxRenewAfterMs } = this.timings;
    if (this.#askedAt !== undefined) {
      const leftMs = this.#askedAt + answerWithinMs - now;
      if (leftMs > 0) return { step: 'wait', inMs: leftMs };
      // Nobody looked in time: this process was held up, and an answer may lie unread.
      if (leftMs > -answerWithinMs) return { step: 'mute', inMs: 0 };
    }
    const renewInMs = Math.max(this.#setUpAt, this.#frameAt) + this.#renewAfterMs - now;
    if (renewInMs <= 0) {
      this.#renewAfterMs = Math.min(maxRenewAfterMs, 2 * this.#renewAfterMs);
      return { step: 'renew', inMs: 0 };
    }
    const askInMs = this.#heardAt + silentAfterMs - now;
    if (askInMs > 0) return { step: 'wait', inMs: Math.min(askInMs, renewInMs) };
    this.#askedAt = now;
    return { step: 'ask', inMs: answerWithinMs };
  }
}
