import { SettingsError } from '@pulseboard/contract';

/** Faults that a person can mend; their message says how. Everything else is ours and shows its stack. */
const FOR_PEOPLE = new Set([
  'SETTINGS_INVALID',
  'LISTEN_FAILED',
  'FOLDER_UNUSABLE',
  'BACKUP_UNUSABLE',
  'SPOOL_FOLDER_UNUSABLE',
  'RADIO_LOG_UNUSABLE',
  'RECORDING_UNUSABLE',
  'RETENTION_TOO_SHORT',
  'STORE_OPEN_FAILED',
  'workouts-missing',
  'workouts-none',
  'workout-malformed',
  'REPLAY_IN_FUTURE',
]);
/** A part that does not end by then is left behind. */
const STOP_TIMEOUT_MS = 10_000;
const ASKED_AGAIN_AFTER_MS = 1000;

/** Resolves at Ctrl-C, SIGTERM or when the terminal is closed. Asked twice: ends at once. */
export function askedToStop(): Promise<void> {
  let askedAt: number | undefined;
  return new Promise((resolve) => {
    const onSignal = () => {
      askedAt ??= performance.now();
      // One Ctrl-C comes twice under npm, from the terminal and handed on, and means stop in order.
      if (performance.now() - askedAt > ASKED_AGAIN_AFTER_MS) process.exit(130);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}

/**
 * Starts, then waits for Ctrl-C or SIGTERM (or until what was started ends by itself), then stops.
 * @param start gets a promise that resolves when somebody asked to stop; returns how to stop
 * @returns the exit code
 */
export async function runUntilStopped(
  start: (stopping: Promise<void>) => Promise<() => Promise<void>>,
  err: (line: string) => void,
): Promise<number> {
  const asked = askedToStop();
  let stop: () => Promise<void>;
  try {
    stop = await start(asked);
  } catch (error) {
    for (const line of sentences(error)) err(line);
    return 1;
  }
  await asked;
  const timeout = setTimeout(() => {
    err('Not everything ended in time; leaving all the same.');
    process.exit(1);
  }, STOP_TIMEOUT_MS);
  timeout.unref();
  await stop();
  clearTimeout(timeout);
  return 0;
}

/** What is said of an error: sentences for a person who can mend it, else where it happened. */
export function sentences(error: unknown): readonly string[] {
  if (error instanceof SettingsError) return error.faults;
  const { code, message, stack } = error as { code?: string; message?: string; stack?: string };
  return [FOR_PEOPLE.has(code ?? '') ? String(message) : (stack ?? String(error))];
}
