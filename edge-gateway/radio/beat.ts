/** A heartbeat as a strap sees it. */
export interface Beat {
  /** Ms since the start of the simulation or recording; fractional, may be negative (before it). */
  atMs: number;
  /** What the strap's computed heart rate says once this beat has come; 0: invalid. */
  computedBpm: number;
  /**
   * By how much the strap's counter moves. 1: the next beat after the last one, so that the time between them is a
   * genuine RR interval. Any other number: beats came in between that nobody saw.
   */
  countStep: number;
}

/** Moment on the strap's own clock, in whole 1/1024 s. Rounded from the whole time, never per interval, so that errors do not add up. */
export const beatTicks = (atMs: number): number => Math.round(atMs * 1.024);
