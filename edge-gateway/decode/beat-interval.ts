import { MAX_PLAUSIBLE_BPM } from '@pulseboard/contract';

/** No heart beats faster than 240 times a minute, four times a second. */
export const MIN_RR_INTERVAL_MS = 60_000 / MAX_PLAUSIBLE_BPM;
/** Slower than 24 bpm no heart beats: a longer interval spans a strap that was off. */
export const MAX_RR_INTERVAL_MS = 2500;
