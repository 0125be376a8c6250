import { join } from 'node:path';
import { type Clock, type ClockState, durationText, type GatewayHealth, isClockSet } from '@pulseboard/contract';
import {
  ANCHOR_TIMEOUT_MS,
  type Anchor,
  AnchoredClock,
  type MachineTimes,
  type ProcessorWord,
  STEP_MS,
  type WallTrust,
} from './anchored-clock.js';
import { ClockFile } from './clock-file.js';
import { isNtpSynchronized, monotonicMs, readMachineBoot, uptimeMs } from './machine-time.js';

/** What people are shown of it. */
export type ClockHealth = Required<Pick<GatewayHealth, 'clock' | 'clockSource' | 'clockSteps'>> & Pick<GatewayHealth, 'clockFault'>;

/** UTC − provisional time from now on, and how good it is. */
export interface NewAnchor {
  offsetMs: number;
  state: ClockState;
  /** It corrects another one by this, ms; undefined: it is the first. */
  correctsByMs?: number;
}

/** The time of a gateway. All times are whole milliseconds. */
export interface GatewayClock {
  /** Provisional times of the same boot are on one scale, whichever process took them. */
  readonly machineBoot: string;
  /** `unsynced` before the anchor. */
  readonly state: ClockState;
  readonly isAnchored: boolean;
  /** UTC − provisional time; 0 before the anchor. */
  readonly offsetMs: number;
  /** Never goes back, and does not jump when an anchor comes: for what measures spans, and for what is stamped before the anchor. */
  provisionalNow(): number;
  /** Provisional before the anchor; from then on UTC. It jumps only with another anchor. */
  utcNow(): number;
  /** Runs when the first anchor comes, at once when it is there, and again with each correction. */
  onAnchored(run: (anchor: NewAnchor) => void): void;
  /** @param nowMs `now` of a status that a processor sent this moment, not of a retained one */
  hearProcessorNow(nowMs: number, word?: ProcessorWord): void;
  /** Nothing can be sent while the broker is away: then there is no haste to take an estimate. */
  noteBroker(isThere: boolean): void;
  /** NTP was asked once. */
  readonly asked: Promise<void>;
  /** Takes the machine's clock at once if it is plausible: for a gateway whose processor runs on the same clock. */
  estimateIfPlausible(): void;
  /** How far the machine's wall clock is ahead of this one. */
  wallStepMs(): number;
  health(): ClockHealth;
  /** One sentence for people. */
  describe(): string;
  close(): void;
}

export interface GatewayClockOptions {
  /** Holds `clock.json`: the folder of the spool. */
  folder: string;
  /** Gets what is wrong with the file, a sentence each. */
  report: (sentence: string) => void;
  /** False: what a former process of the boot had found is ignored; for one that has the processor in it. */
  takesOver?: boolean;
  /** Of the machine's clock at the start. */
  trust?: WallTrust;
  machineBoot?: string;
  /** ms; UTC as the machine believes. */
  wall?: () => number;
  /** ms; the same scale in every process of the boot. */
  monotonic?: () => number;
  /** ms; goes on while the machine sleeps. */
  uptime?: () => number;
  isNtpSynchronized?: (afterStep: boolean) => Promise<boolean>;
  /** @returns stops it */
  every?: (run: () => void, intervalMs: number) => () => void;
}

const CLOCK_FILE = 'clock.json';
const POLL_INTERVAL_MS = 1000;
/** Once NTP has set the clock it is asked again this often, and at once after a step. */
const ASK_AGAIN_MS = 60_000;
/** NTP needs some seconds once there is a network. */
const BROKER_THERE_MS = 10_000;
/** A correction is reported for this long. */
const REPORT_STEP_MS = 600_000;
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

/** The clock of a gateway of its own: waits for a proof of the time, follows a correction, and survives restarts within one boot. Never throws. */
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
  const listeners: ((anchor: NewAnchor) => void)[] = [];
  let last = look();
  const clock = new AnchoredClock(machine.machineBoot, last, machine.takesOver === false ? undefined : file.load(), machine.trust);
  const bornMs = last.monotonicMs;
  let anchor: Anchor | undefined = clock.anchor;
  let isAsking = false;
  let askedMs = Number.NEGATIVE_INFINITY;
  let isClosed = false;
  let steps = 0;
  let corrected: { byMs: number; atMs: number } | undefined;
  /** Monotonic ms; −∞ when nothing is known of a broker. */
  let brokerSinceMs = Number.NEGATIVE_INFINITY;
  let hasAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    hasAsked = resolve;
  });

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
    // Before anything is sent that rests on it.
    file.save(clock.record, last.monotonicMs);
    const next = clock.anchor!;
    const before = anchor;
    anchor = next;
    const correctsByMs = before && next.offsetMs - before.offsetMs;
    if (correctsByMs !== undefined) {
      steps++;
      corrected = { byMs: correctsByMs, atMs: last.monotonicMs };
    }
    const { offsetMs, state } = next;
    for (const run of listeners) run({ offsetMs, state, ...(correctsByMs === undefined ? {} : { correctsByMs }) });
  };

  const poll = (): void => {
    const times = observe();
    const isOver = times.monotonicMs - brokerSinceMs >= BROKER_THERE_MS && clock.endWait(times.monotonicMs);
    if (isOver || clock.follow(times)) settle();
    const isKnown = clock.anchor?.source === 'ntp';
    const isStepped = clock.anchor !== undefined && Math.abs(times.wallMs - clock.utcAt(times.monotonicMs)) >= STEP_MS;
    if (isAsking || (isKnown && !isStepped && times.monotonicMs - askedMs < ASK_AGAIN_MS)) return;
    isAsking = true;
    askedMs = times.monotonicMs;
    machine
      .isNtpSynchronized(isStepped)
      .catch(() => false)
      .then((isSynchronized) => {
        isAsking = false;
        if (isSynchronized && !isClosed) {
          const now = observe();
          if (clock.hear('ntp', now.wallMs, now)) settle();
        }
        hasAsked();
      });
  };

  observe();
  const stopPolling = machine.every(poll, POLL_INTERVAL_MS);
  poll();

  const faultOf = (): string | undefined => {
    const { monotonicMs: nowMs, wallMs } = last;
    if (!clock.anchor) {
      if (nowMs - bornMs < ANCHOR_TIMEOUT_MS) return undefined;
      if (isClockSet(wallMs))
        return 'Nothing has confirmed the time of this machine yet, and no broker is there: readings are kept with the time since the start.';
      return `The clock of this machine is not set (it says ${yearOf(wallMs)}): readings are kept, and sent once NTP, an operator or a processor on another machine sets it.`;
    }
    if (!corrected || nowMs - corrected.atMs >= REPORT_STEP_MS) return undefined;
    const by = `${durationText(Math.abs(corrected.byMs))} ${corrected.byMs > 0 ? 'behind' : 'ahead'}`;
    return `The clock of this gateway was ${by} and was corrected: readings that were sent before have the wrong time. Set up NTP or a battery clock.`;
  };

  return {
    machineBoot: machine.machineBoot,
    asked,
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
      listeners.push(run);
      if (clock.anchor) run({ offsetMs: clock.anchor.offsetMs, state: clock.anchor.state });
    },
    hearProcessorNow(nowMs, word) {
      if (!isClosed && Number.isFinite(nowMs) && clock.hear('processor', nowMs, observe(), word)) settle();
    },
    noteBroker(isThere) {
      brokerSinceMs = isThere ? machine.monotonic() : Number.POSITIVE_INFINITY;
    },
    estimateIfPlausible() {
      if (machine.trust === 'plausible' && clock.estimate(observe().monotonicMs)) settle();
    },
    wallStepMs() {
      const { wallMs, monotonicMs: nowMs } = observe();
      return Math.round(wallMs) - clock.utcAt(nowMs);
    },
    health() {
      const fault = faultOf();
      const source = clock.anchor?.source ?? 'none';
      return {
        clock: clock.anchor?.state ?? 'unsynced',
        clockSource: source === 'none' ? 'own' : source,
        clockSteps: steps,
        ...(fault === undefined ? {} : { clockFault: fault }),
      };
    },
    describe: () => clock.describe(),
    close() {
      isClosed = true;
      stopPolling();
      hasAsked();
    },
  };
}

const yearOf = (wallMs: number): string => {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? 'no date' : String(date.getUTCFullYear());
};

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
    noteBroker: () => {},
    asked: Promise.resolve(),
    estimateIfPlausible: () => {},
    wallStepMs: () => 0,
    health: () => ({ clock: state, clockSource: 'given', clockSteps: 0 }),
    describe: () => (state === 'virtual' ? 'clock is virtual' : 'clock is the one of the processor in the same process'),
    close: () => {},
  };
}
