import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 40;
/** Generous: it only matters when something is broken. */
export const DEADLINE_MS = 240_000;

/**
 * Asks until there is an answer.
 * @param probe returns what was waited for, or undefined, null or false; what it throws counts as not yet
 * @throws Error that says what was waited for and what stood in the way last
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<Exclude<T, undefined | null | false>> {
  const until = performance.now() + deadlineMs;
  const NOT_YET = 'it did not come';
  let obstacle: unknown = NOT_YET;
  while (performance.now() < until) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== null && answer !== false) return answer as Exclude<T, undefined | null | false>;
      obstacle = NOT_YET;
    } catch (error) {
      obstacle = error;
    }
    await sleep(POLL_MS);
  }
  throw new Error(`Waited ${deadlineMs} ms for ${what}: ${obstacle instanceof Error ? obstacle.message : obstacle}`);
}
