import { type Clock, isClockSet } from '@pulseboard/contract';

export interface ClockDoubtOptions {
  wall: Clock;
  /** Whether the clock is worth believing although NTP says nothing: it has a battery, or a host. */
  isPlausible(wallMs: number): boolean;
  isNtpSynchronized(): Promise<boolean>;
  /** @returns stops it */
  every?(run: () => void, intervalMs: number): () => void;
}

export interface ClockDoubt {
  /** Why this machine's clock may be wrong; undefined: nothing speaks against it. A sentence for people. */
  reason(): string | undefined;
  close(): void;
}

const ASK_EVERY_MS = 10_000;
/** A sign is a file read: it is not read for each batch. */
const LOOK_AGAIN_MS = 1000;

const realEvery = (run: () => void, intervalMs: number) => {
  const timer = setInterval(run, intervalMs).unref();
  return () => clearInterval(timer);
};

/** Whether a processor may judge the times of others by its own clock. Until NTP has answered once, only a clock that is plausible is believed. */
export function watchClock({ wall, isPlausible, isNtpSynchronized, every = realEvery }: ClockDoubtOptions): ClockDoubt {
  let isSynchronized = false;
  let plausible: { is: boolean; wallMs: number } | undefined;
  const isWorthBelieving = (nowMs: number): boolean => {
    if (!plausible || Math.abs(nowMs - plausible.wallMs) > LOOK_AGAIN_MS) plausible = { is: isPlausible(nowMs), wallMs: nowMs };
    return plausible.is;
  };
  const ask = () =>
    void isNtpSynchronized().then(
      (is) => {
        isSynchronized = is;
      },
      () => {},
    );
  ask();
  const stop = every(ask, ASK_EVERY_MS);
  return {
    reason() {
      const nowMs = wall();
      if (!isClockSet(nowMs)) return `The processor's clock is not set: it says ${yearOf(nowMs)}. Set it, or let NTP do it.`;
      if (isSynchronized || isWorthBelieving(nowMs)) return undefined;
      return "The processor's clock may be wrong: NTP has not set it, and this machine has no battery clock that agrees with it.";
    },
    close: stop,
  };
}

const yearOf = (ms: number): string => {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'no date' : String(date.getUTCFullYear());
};
