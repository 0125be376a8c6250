import type { ClockState } from '@pulseboard/contract';

/** The machine's clocks, read at one moment. */
export interface MachineTimes {
  /** Steady since the boot; may stand still while the machine sleeps. */
  monotonicMs: number;
  /** Goes on while it sleeps; coarse. */
  uptimeMs: number;
  /** What the machine takes for UTC; may be stepped at any time. */
  wallMs: number;
}

/** How provisional time becomes UTC; of a boot there is one, and it never changes. */
export interface Anchor {
  /** UTC − provisional time, whole ms. */
  offsetMs: number;
  state: ClockState;
  /** Who told the time; `none`: nobody did. */
  source: 'ntp' | 'processor' | 'none';
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

/** Without an anchor for this long the machine's own clock is taken, for the rest of the boot. */
export const ANCHOR_TIMEOUT_MS = 60_000;
/** Uptime is coarse, and a sleep is longer. */
const MIN_SLEEP_MS = 2000;

/**
 * The gateway's time: monotonic time, tied to the wall once per boot of the machine. Pure: every time is an argument.
 *
 * `provisional = base + monotonic + slept`, and `UTC = provisional + offset` with the offset of the anchor; all in whole ms.
 * Provisional time never goes back, and nothing but sleep makes it jump: what was stamped with it before the anchor, by this process or a former one of the boot,
 * is converted by adding the offset. NTP slews the monotonic clock too, so it keeps step with UTC; steps of the wall do not touch it.
 */
export class AnchoredClock {
  readonly #beganMs: number;
  readonly #isTakenOver: boolean;
  #record: ClockRecord;

  /** @param saved what a former process left; of another boot it is ignored */
  constructor(boot: string, times: MachineTimes, saved?: ClockRecord) {
    const { wallMs, monotonicMs, uptimeMs } = times;
    this.#beganMs = monotonicMs;
    this.#record =
      saved?.boot === boot ? saved : { boot, baseMs: Math.round(wallMs - monotonicMs), uptimeLeadMs: uptimeMs - monotonicMs, sleptMs: 0 };
    this.#isTakenOver = this.#record.anchor !== undefined;
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
    if (unnoticedMs > MIN_SLEEP_MS) this.#record = { ...this.#record, sleptMs: this.#record.sleptMs + Math.round(unnoticedMs) };
  }

  /**
   * Somebody told the time; the first to do so within the boot counts.
   * @param utcMs the time at `times`
   * @returns whether it was the first
   */
  hear(source: 'ntp' | 'processor', utcMs: number, times: MachineTimes): boolean {
    if (this.anchor) return false;
    const { monotonicMs, uptimeMs } = times;
    // The offset has all sleep up to here in it, also what was too short to notice: none of that may be added later.
    this.#record = { ...this.#record, uptimeLeadMs: uptimeMs - monotonicMs - this.#record.sleptMs };
    this.#set(source, Math.round(utcMs) - this.provisionalAt(monotonicMs), monotonicMs);
    return true;
  }

  /** Takes the machine's own clock when the wait for an anchor is over. @returns whether it did */
  giveUp(monotonicMs: number): boolean {
    if (this.anchor || monotonicMs - this.#beganMs < ANCHOR_TIMEOUT_MS) return false;
    this.#set('none', 0, monotonicMs);
    return true;
  }

  /** One sentence for people. */
  describe(): string {
    const { anchor, sleptMs } = this.#record;
    if (!anchor) return 'clock not anchored yet: neither NTP nor the processor has told the time';
    const { source, offsetMs, afterMs } = anchor;
    const after = `${durationText(afterMs)} after the start${this.#isTakenOver ? ' of a former process' : ''}`;
    const slept = sleptMs ? `; ${durationText(sleptMs)} of sleep were added` : '';
    if (source === 'none')
      return `clock not synchronized: nobody had told the time ${after}; the machine's own is taken until it boots again${slept}`;
    const found = Math.abs(offsetMs) < 1000 ? 'right' : `${durationText(Math.abs(offsetMs))} ${offsetMs > 0 ? 'behind' : 'ahead'}`;
    return `clock anchored to ${source === 'ntp' ? 'NTP' : "the processor's time"}, ${after}; the machine's clock was ${found}${slept}`;
  }

  #set(source: Anchor['source'], offsetMs: number, monotonicMs: number): void {
    const afterMs = Math.round(monotonicMs - this.#beganMs);
    this.#record = { ...this.#record, anchor: { offsetMs, state: source === 'none' ? 'unsynced' : 'synced', source, afterMs } };
  }
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

function durationText(ms: number): string {
  for (const [unit, unitMs] of UNITS) if (ms >= 2 * unitMs) return `${Math.round(ms / unitMs)} ${unit}`;
  return `${(ms / 1000).toFixed(1)} s`;
}
