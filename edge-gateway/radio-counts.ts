import type { Id, RadioHealth } from '@pulseboard/contract';
import type { ReceiverState } from './radio/radio-source.js';

/** A receiver that heard a sensor longer ago than this does not hear it any more. */
const FORGET_AFTER_MS = 600_000;
const SWEEP_INTERVAL_MS = 60_000;

interface Counts {
  frames: number;
  badFrames: number;
  /** When it heard each sensor last. */
  heardAt: Map<Id, number>;
}

/** What each receiver heard. Time is the events' own. */
export class RadioCounts {
  readonly #byRadio = new Map<string, Counts>();
  #now = Number.NEGATIVE_INFINITY;
  #sweptAt = Number.NEGATIVE_INFINITY;

  /** @param sensor whose frame it was, where that is known */
  note(radio: string, at: number, sensor: Id | undefined, isBad: boolean): void {
    this.#now = Math.max(this.#now, at);
    let counts = this.#byRadio.get(radio);
    if (!counts) {
      counts = { frames: 0, badFrames: 0, heardAt: new Map() };
      this.#byRadio.set(radio, counts);
    }
    counts.frames++;
    if (isBad) counts.badFrames++;
    if (sensor !== undefined) counts.heardAt.set(sensor, at);
    this.#sweep();
  }

  /** Of the receivers that there are; a stick that was pulled comes back with its counts. */
  health(receivers: readonly ReceiverState[]): RadioHealth[] {
    return receivers.map(({ radio, state, fault, badFrames, restarts }) => {
      const counts = this.#byRadio.get(radio);
      return {
        radio,
        state,
        frames: (counts?.frames ?? 0) + badFrames,
        badFrames: (counts?.badFrames ?? 0) + badFrames,
        straps: counts ? [...counts.heardAt.values()].filter((at) => this.#now - at < FORGET_AFTER_MS).length : 0,
        restarts,
        ...(fault === undefined ? {} : { fault }),
      };
    });
  }

  #sweep(): void {
    if (this.#now - this.#sweptAt < SWEEP_INTERVAL_MS) return;
    this.#sweptAt = this.#now;
    for (const { heardAt } of this.#byRadio.values())
      for (const [sensor, at] of heardAt) if (this.#now - at >= FORGET_AFTER_MS) heardAt.delete(sensor);
  }
}
