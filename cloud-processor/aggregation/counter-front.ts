/** A delta across a longer silence is unknown. */
export const MAX_COUNTER_GAP_MS = 5000;

export interface CounterLimits {
  /** The counter counts modulo this. */
  wrap: number;
  /** Fastest that the body can count, a second: 240 bpm are 4, five steps a second a sprint. */
  perSecond: number;
}

/** How far a receiver may lag behind another, in seconds of counting, before the strap counts as begun anew. */
const MAX_LAG_S = 5;
/** Receivers' clocks differ, and time stamps are of the reception: some slack on top of what the body can do. */
const SLACK_COUNTS = 3;

/**
 * Follows a strap's wrapped counter over everybody who hears it. Each count is worth one, at the first time that *any* receiver tells of it:
 * receivers that lag tell nothing new, a receiver that lost frames is filled in by the others. So the sum over any cut into seconds
 * is the strap's own difference (and never more than a body can do in that time: each count uses up some of it), which sums of single receivers' deltas are not (`docs/decisions/001-beats-of-a-strap.md`).
 */
export class CounterFront {
  #count: number | undefined;
  #heardAt = 0;
  /** How many counts the time that has passed still has place for. */
  #allowed = SLACK_COUNTS;

  constructor(private readonly limits: CounterLimits) {}

  /**
   * @param count the counter as sent, 0…wrap−1
   * @param at UTC ms of the reading; calls come in order of it
   * @returns how many are new; undefined when that cannot be known (first, after a silence, or the strap began anew)
   */
  advance(count: number, at: number): number | undefined {
    const { wrap, perSecond } = this.limits;
    const known = this.#count !== undefined && at - this.#heardAt <= MAX_COUNTER_GAP_MS;
    const most = (MAX_COUNTER_GAP_MS / 1000) * perSecond + SLACK_COUNTS;
    this.#allowed = known ? Math.min(most, this.#allowed + ((at - this.#heardAt) / 1000) * perSecond) : SLACK_COUNTS;
    this.#heardAt = at;
    if (!known) return this.#restart(count);
    const step = (((count - this.#count!) % wrap) + wrap) % wrap;
    if (step === 0 || wrap - step <= MAX_LAG_S * perSecond) return 0;
    if (step > this.#allowed) return this.#restart(count);
    this.#count = count;
    this.#allowed -= step;
    return step;
  }

  #restart(count: number): undefined {
    this.#count = count;
    this.#allowed = Math.min(this.#allowed, SLACK_COUNTS);
    return undefined;
  }
}
