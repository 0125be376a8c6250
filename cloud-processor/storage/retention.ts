import { type Clock, UserFacingError } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { TimeSeriesStore } from './time-series-store.js';

/** How long the store keeps what, ms. */
export interface Retention {
  readingsMs: number;
  secondsMs: number;
}

/** Gateways could still send what the store has let go of. The message is a sentence for people. */
export class RetentionTooShortError extends UserFacingError {
  readonly code = 'RETENTION_TOO_SHORT';
}

/** @throws RetentionTooShortError when a reading may lie in a spool for as long as the store keeps it, or longer */
export function demandRetention({ readingsMs }: Retention, spoolMs: number): void {
  if (spoolMs < readingsMs) return;
  throw new RetentionTooShortError(
    `PULSEBOARD_SPOOL_HOURS is ${spoolMs / 3_600_000}, and PULSEBOARD_READINGS_DAYS is ${readingsMs / 86_400_000}: gateways must keep readings for a shorter time than the store does; lower the first or raise the second.`,
  );
}

const PRUNE_EVERY_MS = 3_600_000;
/** A reading that is just young enough to be stored is derived with those before it, and may wait for its flush. */
const SLACK_MS = 600_000;

/**
 * Lets the store prune what is too old, now and once an hour.
 * Age counts from the latest reading when the clock is past it: a clock that stands in the future must not empty the store.
 * @param clockDoubt why the clock may be wrong: then nothing is deleted
 * @returns how to end that
 */
export function startPruning(
  store: Pick<TimeSeriesStore, 'prune' | 'newestReadingAt'>,
  { readingsMs, secondsMs }: Retention,
  clock: Clock,
  log: Logger,
  clockDoubt: () => string | undefined = () => undefined,
): () => void {
  let isUnderWay = false;
  const prune = async () => {
    // By a clock that may be wrong the store must not lose anything.
    if (isUnderWay || clockDoubt() !== undefined) return;
    isUnderWay = true;
    try {
      const newestAt = await store.newestReadingAt();
      if (newestAt === undefined) return;
      const now = Math.min(clock(), newestAt);
      const counts = await store.prune({ readingsBefore: now - readingsMs - SLACK_MS, secondsBefore: now - secondsMs - SLACK_MS });
      if (counts.readings + counts.deadLetters + counts.seconds > 0) log.info(counts, 'what was too old was deleted');
    } catch (error) {
      log.error({ err: (error as Error).message }, 'what is too old could not be deleted; it is tried again in an hour');
    } finally {
      isUnderWay = false;
    }
  };
  void prune();
  const timer = setInterval(prune, PRUNE_EVERY_MS);
  return () => clearInterval(timer);
}
