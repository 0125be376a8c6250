export interface RetryDelays {
  firstMs: number;
  longestMs: number;
}

/**
 * Exponential back-off with jitter, so that what failed together does not come back together.
 * @param failures in a row; 1 gives one to two times `firstMs`
 * @param random from 0 to 1
 */
export const retryDelayMs = (failures: number, { firstMs, longestMs }: RetryDelays, random: () => number): number =>
  Math.min(longestMs / 2, firstMs * 2 ** (failures - 1)) * (1 + random());
