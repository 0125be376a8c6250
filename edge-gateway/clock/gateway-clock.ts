import { join } from 'node:path';
import type { Clock, ClockState } from '@pulseboard/contract';
import { AnchoredClock, type MachineTimes } from './anchored-clock.js';
import { ClockFile } from './clock-file.js';
import { isNtpSynchronized, monotonicMs, readMachineBoot, uptimeMs } from './machine-time.js';

/** The time of a gateway. All times are whole milliseconds. */
export interface GatewayClock {
  /** Provisional times of the same boot are on one scale, whichever process took them. */
  readonly machineBoot: string;
  /** `unsynced` before the anchor. */
  readonly state: ClockState;
  readonly isAnchored: boolean;
  /** UTC − provisional time; 0 before the anchor, then always the same. */
  readonly offsetMs: number;
  /** Never goes back, and does not jump when the anchor comes: for what measures spans, and for what is stamped before the anchor. */
  provisionalNow(): number;
  /** Provisional before the anchor; from then on UTC that never goes back and that no step of the wall clock touches. */
  utcNow(): number;
  /** Runs once: when the anchor comes, at once when it is there. */
  onAnchored(run: (anchor: { offsetMs: number; state: ClockState }) => void): void;
  /** Anchors at once when it agrees with the machine's clock, else after a few. @param nowMs `now` of a status that the processor sent this moment, not of a retained one */
  hearProcessorNow(nowMs: number): void;
  /** How far the machine's wall clock is ahead of this one. */
  wallStepMs(): number;
  /** One sentence for people. */
  describe(): string;
  close(): void;
}

export interface GatewayClockOptions {
  /** Holds `clock.json`: the folder of the spool. */
  folder: string;
  /** Is told what is wrong with the file, a sentence each; nothing else is. */
  report: (sentence: string) => void;
  /** False: this process anchors itself anew, whatever a former one of the boot had found; for one that has the processor in it. */
  takesOver?: boolean;
  machineBoot?: string;
  /** ms; UTC as the machine believes. */
  wall?: () => number;
  /** ms; the same scale in every process of the boot. */
  monotonic?: () => number;
  /** ms; goes on while the machine sleeps. */
  uptime?: () => number;
  isNtpSynchronized?: () => Promise<boolean>;
  /** @returns stops it */
  every?: (run: () => void, intervalMs: number) => () => void;
}

const CLOCK_FILE = 'clock.json';
const POLL_INTERVAL_MS = 1000;
/** Uptime is a file read: it is asked for when the wall clock has moved this far against the monotonic one, as a sleep makes it, or after this long. */
const LOOK_AGAIN_MS = 1000;
/** Clocks read further apart than this are read again: the process was stopped in between. */
const HELD_UP_MS = 20;
const MAX_LOOKS = 5;

const THIS_MACHINE = {
  wall: () => Date.now(),
  monotonic: monotonicMs,
  uptime: uptimeMs,
  isNtpSynchronized,
  every(run: () => void, intervalMs: number): () => void {
    const timer = setInterval(run, intervalMs).unref();
    return () => clearInterval(timer);
  },
};

/** The clock of a gateway of its own: waits for NTP or the processor, and survives restarts within one boot. Never throws. */
export function openGatewayClock(options: GatewayClockOptions): GatewayClock {
  const machine = { machineBoot: readMachineBoot(), ...THIS_MACHINE, ...options };
  const look = (): MachineTimes => {
    for (let looks = 1; ; looks++) {
      const beforeMs = machine.monotonic();
      const times = { uptimeMs: machine.uptime(), wallMs: machine.wall(), monotonicMs: machine.monotonic() };
      if (times.monotonicMs - beforeMs <= HELD_UP_MS || looks === MAX_LOOKS) return times;
    }
  };

  const file = new ClockFile(join(machine.folder, CLOCK_FILE), machine.report);
  const waiting: Parameters<GatewayClock['onAnchored']>[0][] = [];
  let last = look();
  const clock = new AnchoredClock(machine.machineBoot, last, machine.takesOver === false ? undefined : file.load());
  let isAsking = false;
  let isClosed = false;
  let stopPolling = () => {};

  const observe = (): MachineTimes => {
    last = look();
    clock.noteSleep(last);
    file.save(clock.record, last.monotonicMs);
    return last;
  };

  const provisionalNow = (): number => {
    const nowMs = machine.monotonic();
    const movedMs = machine.wall() - nowMs - (last.wallMs - last.monotonicMs);
    const isStale = nowMs - last.monotonicMs >= LOOK_AGAIN_MS || Math.abs(movedMs) >= LOOK_AGAIN_MS;
    return clock.provisionalAt(isStale ? observe().monotonicMs : nowMs);
  };

  const settle = (): void => {
    stopPolling();
    // Before anything is sent that rests on it.
    file.save(clock.record, last.monotonicMs);
    const { offsetMs, state } = clock.anchor!;
    for (const run of waiting.splice(0)) run({ offsetMs, state });
  };

  const poll = (): void => {
    if (clock.endWait(observe().monotonicMs)) settle();
    if (clock.anchor || isAsking) return;
    isAsking = true;
    machine
      .isNtpSynchronized()
      .catch(() => false)
      .then((isSynchronized) => {
        isAsking = false;
        if (!isSynchronized || isClosed) return;
        const times = observe();
        if (clock.hear('ntp', times.wallMs, times)) settle();
      });
  };

  observe();
  if (!clock.anchor) {
    stopPolling = machine.every(poll, POLL_INTERVAL_MS);
    poll();
  }

  return {
    machineBoot: machine.machineBoot,
    get state() {
      return clock.anchor?.state ?? 'unsynced';
    },
    get isAnchored() {
      return clock.anchor !== undefined;
    },
    get offsetMs() {
      return clock.anchor?.offsetMs ?? 0;
    },
    provisionalNow,
    utcNow: () => provisionalNow() + (clock.anchor?.offsetMs ?? 0),
    onAnchored(run) {
      if (!clock.anchor) waiting.push(run);
      else run({ offsetMs: clock.anchor.offsetMs, state: clock.anchor.state });
    },
    hearProcessorNow(nowMs) {
      if (!isClosed && Number.isFinite(nowMs) && clock.hear('processor', nowMs, observe())) settle();
    },
    wallStepMs() {
      const { wallMs, monotonicMs: nowMs } = observe();
      return Math.round(wallMs) - clock.utcAt(nowMs);
    },
    describe: () => clock.describe(),
    close() {
      isClosed = true;
      stopPolling();
    },
  };
}

/** A clock that needs no anchor: of a gateway whose processor runs in the same process, or whose time is virtual. */
export function givenClock(clock: Clock, state: ClockState): GatewayClock {
  return {
    machineBoot: readMachineBoot(),
    state,
    isAnchored: true,
    offsetMs: 0,
    provisionalNow: clock,
    utcNow: clock,
    onAnchored: (run) => run({ offsetMs: 0, state }),
    hearProcessorNow: () => {},
    wallStepMs: () => 0,
    describe: () => (state === 'virtual' ? 'clock is virtual' : 'clock is the one of the processor in the same process'),
    close: () => {},
  };
}
