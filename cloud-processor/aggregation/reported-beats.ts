/** 240 bpm: no heart beats faster. */
export const MAX_BEATS_PER_S = 4;
/** Notifications that waited in the radio come together: what is more than a second holds belongs to the next ones, but no more than this. */
const MOST_CARRIED = 8;
/** A notification tells of the time since the one before, and of no more than this. */
const MOST_PASSED_S = 5;

/**
 * Beats of a strap without a counter, second by second: at most four in each, whatever it sends. Two notifications within one second are common, as their
 * period is only about a second; the rest of them counts in the next one.
 */
export class ReportedBeats {
  #second = Number.NEGATIVE_INFINITY;
  #waiting = 0;
  #heardAt: number | undefined;

  /** @param at UTC ms; calls come in order of it */
  add(beats: number, at: number): void {
    this.#goTo(Math.floor(at / 1000));
    const passedS = this.#heardAt === undefined ? 1 : Math.min(MOST_PASSED_S, Math.max(1, (at - this.#heardAt) / 1000));
    this.#heardAt = at;
    this.#waiting += Math.min(beats, Math.floor(passedS * MAX_BEATS_PER_S));
  }

  /** @param secondAt begin of a second, UTC ms, not before the last reading's */
  of(secondAt: number): number {
    this.#goTo(Math.floor(secondAt / 1000));
    return Math.min(MAX_BEATS_PER_S, this.#waiting);
  }

  #goTo(second: number): void {
    const passed = second - this.#second;
    this.#second = second;
    if (passed === 0) return;
    const carried = Math.min(MOST_CARRIED, Math.max(0, this.#waiting - MAX_BEATS_PER_S));
    this.#waiting = Math.max(0, carried - (passed - 1) * MAX_BEATS_PER_S) || 0;
  }
}
