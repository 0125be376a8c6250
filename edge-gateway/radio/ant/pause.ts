import type { Schedule } from '../pump.js';

/** Resolves after the time, or at once when it is aborted. */
export function pause(schedule: Schedule, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = schedule(end, ms);
    signal?.addEventListener('abort', end);
  });
}

/** Begins something that calls back. @returns resolves when it did, when it throws, or after the time: whichever is first */
export function calledBackWithin(schedule: Schedule, ms: number, begin: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      resolve();
    };
    const cancel = schedule(done, ms);
    try {
      begin(done);
    } catch {
      done();
    }
  });
}
