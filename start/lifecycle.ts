import { fileFault, isFileFault, SettingsError, UserFacingError } from '@pulseboard/contract';
import { withPortHolder } from './port-holder.js';

/** A part that does not end by then is left behind. */
const STOP_TIMEOUT_MS = 10_000;
/** What is stopped while it starts first comes to the end of that: a database that is made takes its time on a small machine. */
const START_TIMEOUT_MS = 60_000;
/** One Ctrl-C comes twice under npm, from the terminal and handed on by npm. */
const NPM_REPEATS_WITHIN_MS = 500;
/** As a shell has it: 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/**
 * Resolves at Ctrl-C, SIGTERM or when the terminal is closed. Asked twice: ends the process at once.
 * @param acknowledge called at the first request, before anything is stopped
 */
export function askedToStop(acknowledge: () => void = () => {}): Promise<void> {
  let askedAt: number | undefined;
  const repeatsWithinMs = process.env.npm_lifecycle_event === undefined ? 0 : NPM_REPEATS_WITHIN_MS;
  return new Promise((resolve) => {
    const onSignal = () => {
      if (askedAt === undefined) {
        askedAt = performance.now();
        acknowledge();
        resolve();
      } else if (performance.now() - askedAt >= repeatsWithinMs) process.exit(INTERRUPTED);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}

/** Lines for people: `out` is what was asked for, `err` what went wrong. */
export interface Says {
  out(line: string): void;
  err(line: string): void;
}

/**
 * Starts, then waits for Ctrl-C or SIGTERM (or until what was started ends by itself), then stops.
 * @param start gets a promise that resolves when somebody asked to stop; returns how to stop
 * @returns the exit code
 */
export async function runUntilStopped(
  start: (stopping: Promise<void>) => Promise<() => Promise<void>>,
  { out, err }: Says,
): Promise<number> {
  const asked = askedToStop(() => {
    out('Stopping … (Ctrl-C again ends it at once)');
    leaveAfter(START_TIMEOUT_MS);
  });
  const leaveAfter = (timeoutMs: number) => {
    const leave = () => {
      err(`Not everything stopped within ${timeoutMs / 1000} s; it ends all the same.`);
      process.exit(1);
    };
    setTimeout(leave, timeoutMs).unref();
  };
  let stop: () => Promise<void>;
  try {
    stop = await start(asked);
  } catch (error) {
    for (const line of sentences(await withPortHolder(error))) err(line);
    return 1;
  }
  await asked;
  leaveAfter(STOP_TIMEOUT_MS);
  await stop();
  out('Stopped.');
  return 0;
}

/** What is said of an error: sentences for a person who can remedy it, else where it happened. */
export function sentences(error: unknown): readonly string[] {
  if (error instanceof SettingsError) return error.faults;
  if (error instanceof UserFacingError) return [error.message];
  // A place that names its files in sentences of its own comes first; this is the net below them.
  if (isFileFault(error)) {
    const { path, syscall } = error as NodeJS.ErrnoException;
    return [`${path === undefined ? `A file cannot be used (${syscall})` : `${path} cannot be used`}: ${fileFault(error)}.`];
  }
  return [(error as Error | undefined)?.stack ?? String(error)];
}
