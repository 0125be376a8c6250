import type { Clock } from '@pulseboard/contract';
import type { RadioEvent, RadioSource, ReceiverState } from './radio-source.js';

/** Runs something later, once. @returns cancels it */
export type Schedule = (run: () => void, delayMs: number) => () => void;

/** Timers of the process; a delay of 0 lets waiting I/O go first and then runs at once. */
export const processSchedule: Schedule = (run, delayMs) => {
  if (delayMs > 0) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  }
  const immediate = setImmediate(run);
  return () => clearImmediate(immediate);
};

/** Options that every made-up radio shares. */
export interface PumpOptions {
  clock: Clock;
  /** How often the clock is looked at, in real ms; default 10. */
  tickMs?: number;
  schedule?: Schedule;
  /** What is due when it starts was on the air before, and is not heard. */
  skipPast?: boolean;
  /** Back-pressure: while it says false nothing is handed over; it comes later, with its own `at`, and nothing is skipped. */
  ready?: () => boolean;
  /** Fault injection: what is handed over in the place of an event. */
  mutateFrame?: (event: RadioEvent) => RadioEvent;
  /** Real ms, for the bound on the work of one tick. */
  stopwatch?: () => number;
}

export interface PumpedRadio extends RadioSource {
  /** `finished` when all was handed over and the clock has come to the end, `closed` when it was closed before. Never rejects. */
  readonly ended: Promise<'finished' | 'closed'>;
}

const DEFAULT_TICK_MS = 10;
/** After this much work the event loop gets its turn. */
const MAX_WORK_MS = 10;
const EVENTS_PER_LOOK_AT_STOPWATCH = 32;

/**
 * A radio whose events are known beforehand: hands over each when the clock has reached its `at`.
 * @param events in order of `at`; pulled one ahead, so it may be endless
 * @param endsAt UTC ms before which it does not count as finished
 */
export function createPump(name: string, events: Iterable<RadioEvent>, options: PumpOptions, endsAt = 0): PumpedRadio {
  const { clock, tickMs = DEFAULT_TICK_MS, schedule = processSchedule, ready = () => true, mutateFrame } = options;
  const stopwatch = options.stopwatch ?? (() => performance.now());
  let state: ReceiverState['state'] = 'searching';
  let over = false;
  let cancel = () => {};
  let iterator: Iterator<RadioEvent> | undefined;
  let pending: IteratorResult<RadioEvent> | undefined;
  let settle: (how: 'finished' | 'closed') => void = () => {};
  const ended = new Promise<'finished' | 'closed'>((resolve) => {
    settle = resolve;
  });

  function end(how: 'finished' | 'closed'): void {
    over = true;
    state = 'silent';
    settle(how);
  }

  function tick(onEvent: (event: RadioEvent) => void): void {
    const delayMs = handOver(onEvent);
    if (!over) cancel = schedule(() => tick(onEvent), delayMs);
  }

  /** @returns ms until it is to be called again */
  function handOver(onEvent: (event: RadioEvent) => void): number {
    const now = clock();
    const beganMs = stopwatch();
    for (let handed = 1; ; handed++) {
      pending ??= iterator!.next();
      if (pending.done) {
        if (now >= endsAt) end('finished');
        return tickMs;
      }
      if (pending.value.at > now || !ready()) return tickMs;
      const event = pending.value;
      pending = undefined;
      state = 'receiving';
      onEvent(mutateFrame ? mutateFrame(event) : event);
      if (over) return tickMs;
      if (handed % EVENTS_PER_LOOK_AT_STOPWATCH === 0 && stopwatch() - beganMs >= MAX_WORK_MS) return 0;
    }
  }

  return {
    name,
    ended,
    start(onEvent) {
      iterator = events[Symbol.iterator]();
      pending = iterator.next();
      if (options.skipPast) for (const now = clock(); !pending.done && pending.value.at < now; ) pending = iterator.next();
      tick(onEvent);
    },
    receivers: () => [{ radio: name, state, badFrames: 0, restarts: 0 }],
    async close() {
      cancel();
      if (!over) end('closed');
    },
  };
}
