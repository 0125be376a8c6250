import { type ClockState, durationText, isClockSet } from '@pulseboard/contract';
import { machineBootName } from './machine-boot.js';
import { type ProcessorTime, ProcessorWords, type Proof } from './processor-words.js';

/** The machine's clocks, read at one moment. */
export interface MachineTimes {
  /** Steady since the boot; may stand still while the machine sleeps. */
  monotonicMs: number;
  /** Goes on while it sleeps; coarse. */
  uptimeMs: number;
  /** What the machine takes for UTC; may be stepped at any time. */
  wallMs: number;
}

/** How provisional time becomes UTC. Within a boot it changes only when something better says that it was wrong. */
export interface Anchor {
  /** UTC − provisional time, whole ms. */
  offsetMs: number;
  state: ClockState;
  /** Where the time comes from; `step`: the machine's clock was set while this one waited or was an estimate; `none`: it is an estimate. */
  source: 'ntp' | 'processor' | 'step' | 'none';
  /** From the start of the process that set it. */
  afterMs: number;
}

/** What must outlive the process so that the next one of the same boot goes on with the same time. */
export interface ClockRecord {
  /** Names the boot of the machine. */
  boot: string;
  /** Wall − monotonic time at the first start within the boot, whole ms. */
  baseMs: number;
  /** Uptime − monotonic time without sleep: what is more than this and `sleptMs` was slept and is not in `sleptMs` yet. */
  uptimeLeadMs: number;
  /** Time asleep, as far as it was noticed, whole ms. */
  sleptMs: number;
  anchor?: Anchor;
}

/** Without an anchor for this long the machine's own clock is taken, as an estimate. */
export const ANCHOR_TIMEOUT_MS = 60_000;
/** A wall clock that moves this far against monotonic time was set. Below it the board shows readings all the same. */
export const STEP_MS = 2000;
/** A step is followed once it has lasted this long: clocks that were read while the process was stopped between them are no step. */
const STEP_LASTS_MS = 1000;
/** While there is no anchor NTP has this long to say that the step was its own. */
const STEP_OF_NTP_MS = 3000;
/** A processor that is further from the machine's clock needs more proof, and a machine whose clock is not known to be good. */
const NEAR_MS = 5 * 60_000;
/** That proof: NTP has had the time to speak meanwhile. */
const FAR_COUNT = 4;
const FAR_SPAN_MS = 9000;
/** Uptime is coarse, and a sleep is longer. */
const MIN_SLEEP_MS = 2000;

/**
 * How good the machine's clock was at the start. `plausible`: it has a battery or a host, or has run for long; `unknown`: nothing speaks for it, as on a Raspberry Pi
 * that has just booted.
 */
export type WallTrust = 'plausible' | 'unknown';

/** Which processor said the time. */
export interface ProcessorWord {
  /** Its id. */
  processor?: string;
  /** As in its status: the boot of its machine, hashed. */
  machineBoot?: string | undefined;
}

/**
 * The gateway's time: monotonic time, tied to the wall. Pure: every time is an argument.
 *
 * `provisional = base + monotonic + slept`, and `UTC = provisional + offset` with the offset of the anchor; all in whole ms.
 * Provisional time never goes back, and only sleep makes it jump: what was stamped with it before the anchor, by this process or a former one of the boot,
 * is converted by adding the offset. NTP slews the monotonic clock too, so it keeps step with UTC; steps of the wall do not touch it.
 *
 * Proofs of the time, from the best: NTP; a processor on another machine (two messages in step, more when it is far from the wall); the machine's own clock.
 * A processor of the same boot reads the same clock and proves nothing. An anchor gives way only to a better proof, and an estimate to a step of the wall too.
 */
export class AnchoredClock {
  readonly #beganMs: number;
  readonly #isTakenOver: boolean;
  readonly #words = new ProcessorWords();
  #record: ClockRecord;
  /** Wall − provisional time at the start of this process: what a step is measured against while there is no anchor. */
  readonly #wallAtStart: number;
  /** A correction that was seen, and since when, monotonic ms. */
  #seen: { offsetMs: number; sinceMs: number } | undefined;

  /**
   * @param saved what a former process left; of another boot it is ignored
   * @param trust of the machine's clock
   */
  constructor(
    private readonly boot: string,
    times: MachineTimes,
    saved?: ClockRecord,
    private readonly trust: WallTrust = 'unknown',
  ) {
    const { wallMs, monotonicMs, uptimeMs } = times;
    this.#beganMs = monotonicMs;
    this.#record =
      saved?.boot === boot ? saved : { boot, baseMs: Math.round(wallMs - monotonicMs), uptimeLeadMs: uptimeMs - monotonicMs, sleptMs: 0 };
    this.#isTakenOver = this.#record.anchor !== undefined;
    this.#wallAtStart = this.#offsetOf(wallMs, monotonicMs);
  }

  /** Another object whenever it changed. */
  get record(): ClockRecord {
    return this.#record;
  }

  get anchor(): Anchor | undefined {
    return this.#record.anchor;
  }

  provisionalAt(monotonicMs: number): number {
    return this.#record.baseMs + this.#record.sleptMs + Math.floor(monotonicMs);
  }

  /** Provisional time as long as there is no anchor. */
  utcAt(monotonicMs: number): number {
    return this.provisionalAt(monotonicMs) + (this.anchor?.offsetMs ?? 0);
  }

  /** Adds what the machine slept. It is always measured from the same lead, so coarse readings never add up to a drift. */
  noteSleep({ uptimeMs, monotonicMs }: MachineTimes): void {
    const unnoticedMs = uptimeMs - monotonicMs - this.#record.uptimeLeadMs - this.#record.sleptMs;
    if (unnoticedMs <= MIN_SLEEP_MS) return;
    const sleptMs = Math.round(unnoticedMs);
    this.#record = { ...this.#record, sleptMs: this.#record.sleptMs + sleptMs };
    this.#words.clear();
  }

  /**
   * NTP or a processor says the time.
   * @param utcMs the time at `times`, or before
   * @param word which processor it was
   * @returns whether the clock has another anchor by this
   */
  hear(source: 'ntp' | 'processor', utcMs: number, times: MachineTimes, { processor = '', machineBoot }: ProcessorWord = {}): boolean {
    if (!isClockSet(utcMs)) return false;
    const { monotonicMs } = times;
    const offsetMs = this.#offsetOf(utcMs, monotonicMs);
    if (source === 'ntp') return this.#hearNtp(offsetMs, times);
    const isSameMachine = machineBoot !== undefined && [this.boot, machineBootName(this.boot)].includes(machineBoot);
    this.#words.hear(processor, offsetMs, monotonicMs, isSameMachine);
    const { anchor } = this;
    if (isSameMachine) return !anchor && this.trust === 'plausible' && this.estimate(monotonicMs);
    if (anchor?.source === 'ntp') return false;
    const time = this.#words.proved(monotonicMs, (said) => this.#proofOf(said, times));
    if (!time) return false;
    if (anchor && Math.abs(time.offsetMs - anchor.offsetMs) < STEP_MS) return this.#confirm('processor');
    return !(anchor && isShort(time)) && this.#set('processor', time.offsetMs, monotonicMs, times.uptimeMs);
  }

  /**
   * Looks at the wall clock: an estimate follows it when it was set, and the wait for an anchor ends with it.
   * @param isNtp NTP vouches for the wall clock now: then every anchor follows it
   * @returns whether the clock has another anchor by this
   */
  follow(times: MachineTimes, isNtp = false): boolean {
    const { wallMs, monotonicMs } = times;
    const { anchor } = this;
    const offsetMs = this.#offsetOf(wallMs, monotonicMs);
    const believedMs = anchor?.offsetMs ?? this.#wallAtStart;
    if (!isClockSet(wallMs) || Math.abs(offsetMs - believedMs) < STEP_MS) {
      this.#seen = undefined;
      return false;
    }
    if (!this.#seen || Math.abs(offsetMs - this.#seen.offsetMs) >= STEP_MS) this.#seen = { offsetMs, sinceMs: monotonicMs };
    // A step lasts while it is seen, whether NTP is asked at that moment or not.
    const mayFollow = !anchor || anchor.source === 'none' || anchor.source === 'step' || isNtp;
    if (!mayFollow || monotonicMs - this.#seen.sinceMs < (anchor ? STEP_LASTS_MS : STEP_OF_NTP_MS)) return false;
    return this.#set(isNtp ? 'ntp' : 'step', offsetMs, monotonicMs, times.uptimeMs);
  }

  /**
   * Ends the wait for an anchor when it is over: with the machine's own clock, unless that stands where no clock can stand.
   * @returns whether it did
   */
  endWait(monotonicMs: number): boolean {
    return monotonicMs - this.#beganMs >= ANCHOR_TIMEOUT_MS && this.estimate(monotonicMs);
  }

  /** Takes the machine's own clock as it was found at the start. @returns whether it could be taken */
  estimate(monotonicMs: number): boolean {
    if (this.anchor || !isClockSet(this.provisionalAt(monotonicMs) + this.#wallAtStart)) return false;
    return this.#set('none', this.#wallAtStart, monotonicMs);
  }

  /** One sentence for people. */
  describe(): string {
    const { anchor, sleptMs } = this.#record;
    if (!anchor) return 'clock not anchored yet: neither NTP nor a processor on another machine has confirmed the time';
    const { source, offsetMs, afterMs } = anchor;
    const after = `${durationText(afterMs)} after the start${this.#isTakenOver ? ' of a former process' : ''}`;
    const slept = sleptMs ? `; ${durationText(sleptMs)} of sleep were added` : '';
    if (source === 'none')
      return `clock not synchronized: the machine's own clock is used, ${after}, until NTP or a processor on another machine confirms the time${slept}`;
    const found = Math.abs(offsetMs) < 1000 ? 'right' : `${durationText(Math.abs(offsetMs))} ${offsetMs > 0 ? 'behind' : 'ahead'}`;
    if (source === 'step')
      return `clock not synchronized: the machine's own clock was set, ${after}, and is used; it had been ${found}${slept}`;
    return `clock anchored to ${source === 'ntp' ? 'NTP' : "the processor's time"}, ${after}; the machine's clock was ${found}${slept}`;
  }

  #hearNtp(offsetMs: number, times: MachineTimes): boolean {
    const { anchor } = this;
    if (!anchor) return this.#set('ntp', offsetMs, times.monotonicMs, times.uptimeMs);
    if (Math.abs(offsetMs - anchor.offsetMs) >= STEP_MS)
      return this.follow({ ...times, wallMs: this.provisionalAt(times.monotonicMs) + offsetMs }, true);
    return this.#confirm('ntp');
  }

  /** The estimate was right. The offset stays, so this is no other anchor. */
  #confirm(source: 'ntp' | 'processor'): false {
    const { anchor } = this;
    if (anchor?.state === 'unsynced') this.#record = { ...this.#record, anchor: { ...anchor, state: 'synced', source } };
    return false;
  }

  /** A processor that is far from the wall may be the only one that knows the time, but one message more must not be enough for that. */
  #proofOf(time: ProcessorTime, { wallMs, monotonicMs }: MachineTimes): Proof {
    const isSet = isClockSet(wallMs);
    if (isSet && Math.abs(time.offsetMs - this.#offsetOf(wallMs, monotonicMs)) <= NEAR_MS) return 'near';
    return !isShort(time) && (this.trust === 'unknown' || !isSet) ? 'far' : 'none';
  }

  #offsetOf(utcMs: number, monotonicMs: number): number {
    return Math.round(utcMs) - this.provisionalAt(monotonicMs);
  }

  #set(source: Anchor['source'], offsetMs: number, monotonicMs: number, uptimeMs?: number): true {
    const state = source === 'none' || source === 'step' ? 'unsynced' : 'synced';
    const afterMs = Math.round(monotonicMs - this.#beganMs);
    // An offset that was just found has all sleep up to here in it, also what was too short to notice: none of that may be added later.
    const uptimeLeadMs = uptimeMs === undefined ? this.#record.uptimeLeadMs : uptimeMs - monotonicMs - this.#record.sleptMs;
    this.#record = { ...this.#record, uptimeLeadMs, anchor: { offsetMs, state, source, afterMs } };
    this.#seen = undefined;
    return true;
  }
}

const isShort = ({ count, spanMs }: ProcessorTime): boolean => count < FAR_COUNT || spanMs < FAR_SPAN_MS;
