/** How slow a way is. */
export interface Slowness {
  delayMs?: number;
  bytesPerSecond?: number;
}

/** When bytes that go one way arrive: after each other, at a rate, and later by a delay. Times are monotonic ms. */
export class Pacing {
  #freeAt = Number.NEGATIVE_INFINITY;

  /** @returns when they have arrived; never before what was given earlier */
  arrivalOf(bytes: number, now: number, { delayMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY }: Slowness): number {
    this.#freeAt = Math.max(this.#freeAt, now) + (bytes / bytesPerSecond) * 1000;
    return this.#freeAt + delayMs;
  }
}
