import type { Random } from '../random.js';
import type { AntTimings } from './ant-timings.js';

/** Exponential, with jitter, so that the sticks of a room do not all try in step. Pure. */
export class BackOff {
  #failures = 0;

  constructor(
    private readonly timings: Pick<AntTimings, 'minBackOffMs' | 'maxBackOffMs'>,
    private readonly random: Random,
  ) {}

  reset(): void {
    this.#failures = 0;
  }

  /** @returns how long to wait after one more failure: between the minimum and the maximum, from half of what doubling gives to all of it */
  nextMs(): number {
    const { minBackOffMs, maxBackOffMs } = this.timings;
    const fullMs = Math.min(maxBackOffMs, 2 * minBackOffMs * 2 ** Math.min(this.#failures++, 30));
    return Math.round(Math.max(minBackOffMs, fullMs * (0.5 + this.random() / 2)));
  }
}
