import type { RetryDelays } from './retry-delay.js';

/** All in milliseconds. */
export interface BleTimes {
  /** Between two looks at bus, BlueZ and adapters. */
  heartbeatMs: number;
  /** Any call that is not named below. */
  callLimitMs: number;
  connectLimitMs: number;
  /** For what a strap offers; asked for twice. */
  gattLimitMs: number;
  /** Of each call that tidies up. */
  closeLimitMs: number;
  /** Of bus, BlueZ and adapters. */
  retry: RetryDelays;
  /** Of a strap that could not be served. */
  strapRetry: RetryDelays;
  /** A strap is served this long before it makes place for one that waits. */
  turnMs: number;
  /** A connected strap that says nothing for this long is disconnected. */
  strapSilentAfterMs: number;
  /** A strap not heard for this long is not there to be connected. */
  heardWithinMs: number;
  /** A strap that has not shown its heart rate in an advertisement for this long has to be connected: another device may have it. */
  advertisesWithinMs: number;
  batteryIntervalMs: number;
  /** A receiver that handed nothing over for this long only searches. */
  receivingWithinMs: number;
  /** A discovery that brought nothing at all for this long is begun anew: some adapters stop hearing and say nothing. */
  deafAfterMs: number;
  /** A device not heard for this long is forgotten. */
  forgetAfterMs: number;
}

export const BLE_TIMES: BleTimes = {
  heartbeatMs: 2000,
  callLimitMs: 5000,
  connectLimitMs: 15_000,
  gattLimitMs: 10_000,
  closeLimitMs: 2000,
  retry: { firstMs: 1000, longestMs: 60_000 },
  strapRetry: { firstMs: 2000, longestMs: 120_000 },
  turnMs: 30_000,
  strapSilentAfterMs: 15_000,
  heardWithinMs: 15_000,
  advertisesWithinMs: 10_000,
  batteryIntervalMs: 600_000,
  receivingWithinMs: 10_000,
  deafAfterMs: 60_000,
  forgetAfterMs: 600_000,
};
