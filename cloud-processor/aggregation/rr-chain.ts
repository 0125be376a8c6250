/** Intervals outside of this are no beats that follow each other: for RMSSD they and what is beside them do not count. */
const SHORTEST_MS = 300;
const LONGEST_MS = 2000;
/** No heart: what is more is a fault of the gateway, and no store could hold the sum. */
const MOST_DIFFERENCES = 255;

/**
 * Differences between RR intervals that follow each other, as sums: RMSSD of any stretch is √(squares ÷ differences).
 * Each square is rounded to a whole ms², so that sums of them do not depend on an order.
 */
export class RrChain {
  /** How many, and the sum of their squares, of those that were counted. */
  differences = 0;
  squaredMs2 = 0;
  #lastMs: number | undefined;

  /** Between the last interval and the next one there is a beat that nobody knows the interval of. */
  break(): void {
    this.#lastMs = undefined;
  }

  /** @param isCounted false: only the next ones are held against them */
  add(intervalsMs: readonly number[], isCounted: boolean): void {
    for (const ms of intervalsMs) {
      const lastMs = this.#lastMs;
      this.#lastMs = ms >= SHORTEST_MS && ms <= LONGEST_MS ? ms : undefined;
      if (!isCounted || lastMs === undefined || this.#lastMs === undefined || this.differences >= MOST_DIFFERENCES) continue;
      this.differences++;
      this.squaredMs2 += Math.round((ms - lastMs) ** 2);
    }
  }
}
