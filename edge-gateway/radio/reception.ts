import { exponential, normal, type Random } from './random.js';

/** Share of single broadcasts that arrive; 95 to 99.9 % are usual near the antenna. */
const ARRIVAL_PROBABILITY = 0.97;
const MEAN_BETWEEN_DROP_OUTS_MS = 300_000;
/** None at the start, so that the board fills at once. */
const FIRST_DROP_OUT_AFTER_MS = 20_000;
const LONG_DROP_OUT_PROBABILITY = 1 / 8;
const LONG_DROP_OUT_MS = 15_000;

/** How the antenna hears one strap. Asked in order of time. */
export interface Reception {
  /** Number of the drop-out (from 1) that covers this moment, or 0. */
  dropOutAt(atMs: number): number;
  /** Whether one broadcast arrives; asked once for each. */
  arrives(): boolean;
  /** Signal strength, drifting slowly as people move; asked once for each broadcast. */
  nextRssiDbm(): number;
}

export function createReception(random: Random): Reception {
  const meanRssiDbm = -58 - 20 * random();
  let driftDb = 4 * normal(random);
  let dropOut = 1;
  let beginsMs = FIRST_DROP_OUT_AFTER_MS + exponential(random, MEAN_BETWEEN_DROP_OUTS_MS);
  let endsMs = beginsMs + dropOutMs(random);
  return {
    dropOutAt(atMs) {
      while (atMs >= endsMs) {
        dropOut++;
        beginsMs = endsMs + exponential(random, MEAN_BETWEEN_DROP_OUTS_MS);
        endsMs = beginsMs + dropOutMs(random);
      }
      return atMs >= beginsMs ? dropOut : 0;
    },
    arrives: () => random() < ARRIVAL_PROBABILITY,
    nextRssiDbm() {
      // First-order autoregression: standard deviation 4 dB, correlation time 50 broadcasts.
      driftDb = 0.98 * driftDb + 0.8 * normal(random);
      return Math.round(meanRssiDbm + driftDb);
    },
  };
}

/** A few seconds (somebody stands in between), sometimes long (they went for water). */
const dropOutMs = (random: Random): number => (random() < LONG_DROP_OUT_PROBABILITY ? LONG_DROP_OUT_MS : 2_000 + 4_000 * random());
