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
/** The processor and the machine agree on the time: nothing is to be corrected, so there is nothing to wait for. */
const AGREES_MS = 1000;
/** Else the processor's time is taken when it was told so often, or so long after the first time. */
const ENOUGH_TOLD = 3;
const ENOUGH_TOLD_MS = 10_000;
/** What was told within this after another one came out of one queue, and counts as one. */
const APART_MS = 1000;
/** Uptime is coarse, and a sleep is longer. */
const MIN_SLEEP_MS = 2000;

/** What the processor told before anybody was sure. */
interface Told {
  /** The largest one: a message that was held up on its way makes UTC seem earlier, never later. */
  offsetMs: number;
  count: number;
  /** Monotonic ms: of the first, and of the last that counted. */
  firstMs: number;
  lastMs: number;
}

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
  #told: Told | undefined;

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
   * Somebody told the time; the first to be sure within the boot counts. NTP is, and the processor when it agrees with the machine at once.
   * A status of the processor may have lain in a socket for a while: else the largest offset of several counts.
   * @param utcMs the time at `times`, or before
   * @returns whether the clock is anchored by this
   */
  hear(source: 'ntp' | 'processor', utcMs: number, times: MachineTimes): boolean {
    if (this.anchor) return false;
    const { monotonicMs, uptimeMs, wallMs } = times;
    const offsetMs = Math.round(utcMs) - this.provisionalAt(monotonicMs);
    const told = this.#told;
    const isSure = source === 'ntp' || (!told && Math.abs(utcMs - wallMs) <= AGREES_MS);
    // The offset has all sleep up to here in it, also what was too short to notice: none of that may be added later.
    if (isSure || !told || offsetMs > told.offsetMs)
      this.#record = { ...this.#record, uptimeLeadMs: uptimeMs - monotonicMs - this.#record.sleptMs };
    if (isSure) {
      this.#set(source, offsetMs, monotonicMs);
      return true;
    }
    const counts = !told || monotonicMs - told.lastMs >= APART_MS;
    this.#told = {
      offsetMs: Math.max(offsetMs, told?.offsetMs ?? Number.NEGATIVE_INFINITY),
      count: (told?.count ?? 0) + (counts ? 1 : 0),
      firstMs: told?.firstMs ?? monotonicMs,
      lastMs: told && !counts ? told.lastMs : monotonicMs,
    };
    return this.endWait(monotonicMs);
  }

  /** Ends the wait for an anchor when enough was told, or when it is over: then with what was told, else with the machine's own clock. @returns whether it did */
  endWait(monotonicMs: number): boolean {
    if (this.anchor) return false;
    const isOver = monotonicMs - this.#beganMs >= ANCHOR_TIMEOUT_MS;
    if (this.#told) {
      const { offsetMs, count, firstMs } = this.#told;
      if (!isOver && count < ENOUGH_TOLD && monotonicMs - firstMs < ENOUGH_TOLD_MS) return false;
      this.#set('processor', offsetMs, monotonicMs);
      return true;
    }
    if (!isOver) return false;
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
