import { MAX_READING_NUMBER } from '@pulseboard/contract';

/** As far as a gateway is believed to have come with a spool. */
export interface Reach {
  /** The highest number that arrived, or that its gateway reported. */
  highest: number;
  /** When that was, monotonic ms; −∞: it is not known. */
  at: number;
}

/**
 * A room of 80 straps makes 320 readings a second, a replay at 60× speed of 40 straps 9,600. A full spool may drop all of them, so numbers may jump by
 * what was made since the last word: 315,881 in an hour were seen.
 */
const MAX_READINGS_A_SECOND = 10_000;
/** For what was made while nobody measured the time. */
export const MAX_STEP = 1_000_000;

/** The highest number that a gateway can have reached at `now`. @param reach undefined: nothing is known of the spool */
export function highestPlausible(reach: Reach | undefined, now: number): number {
  if (!reach) return MAX_READING_NUMBER;
  const elapsedS = Math.max(0, now - reach.at) / 1000;
  return Math.min(MAX_READING_NUMBER, Math.floor(reach.highest + MAX_STEP + elapsedS * MAX_READINGS_A_SECOND));
}

export function advance(reach: Reach | undefined, highest: number, now: number): Reach {
  return reach && reach.highest > highest ? reach : { highest, at: now };
}

/** What a gateway says of a spool in its health, as far as numbers go. */
export interface SaidOfSpool {
  oldest: number;
  decoded?: number | undefined;
  waiting?: number | undefined;
}

/** Why a gateway cannot have said this of a spool; undefined: it can. */
export function contradictionIn({ oldest, decoded, waiting = 0 }: SaidOfSpool, limit: number): string | undefined {
  if (oldest - 1 > limit) return `oldest ${oldest} is beyond ${limit}, the highest number that is plausible now`;
  if (decoded === undefined) return undefined;
  if (decoded > limit) return `decoded ${decoded} is beyond ${limit}, the highest number that is plausible now`;
  // What waits is not below the oldest number held.
  if (oldest - 1 > decoded - waiting) return `oldest ${oldest} contradicts decoded ${decoded} and waiting ${waiting}`;
  return undefined;
}

/** A batch with numbers that its gateway cannot have reached. It is not named to the gateway, which keeps it and sends it again. */
export class BatchImplausibleError extends Error {
  readonly code = 'BATCH_IMPLAUSIBLE';
}
