const LEAST_MS = 500;
const MOST_MS = 5000;

/**
 * How long to wait before connecting again. Spread at random, so that the screens of a gym do not return in step.
 * @param attempt tries that failed before, from 0
 * @param entropy 0 to 1
 */
export function backOffMs(attempt: number, entropy: number): number {
  const most = Math.min(MOST_MS, 2 * LEAST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(LEAST_MS + (most - LEAST_MS) * entropy);
}
