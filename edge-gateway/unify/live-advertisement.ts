import type { HeartRate } from '../decode/plausible-heart-rate.js';

/** With a frame counter, which moves with each measurement: it may stand still between two of them, and for one that was not heard. */
const COUNTED_STILL_AFTER_MS = 2000;
/** Without one a heart may show the same rate for a while. */
const UNCOUNTED_STILL_AFTER_MS = 10_000;

/** What an advertisement showed, and since when. */
export interface AdvertisedHeartRate extends HeartRate {
  frameCounter?: number;
}
export interface AdvertisementState {
  shown: AdvertisedHeartRate;
  since: number;
}

/**
 * Notes what an advertisement shows. Some straps go on advertising their last measurement when they are taken off.
 * @returns the state to give back with the next one, and whether it stands still: then it says nothing of the heart. Signal strength does not count
 */
export function noteAdvertisement(
  state: AdvertisementState | undefined,
  shown: AdvertisedHeartRate,
  at: number,
): { state: AdvertisementState; standsStill: boolean } {
  const isSame =
    state !== undefined &&
    state.shown.frameCounter === shown.frameCounter &&
    state.shown.heartRateBpm === shown.heartRateBpm &&
    state.shown.contact === shown.contact;
  if (!isSame) return { state: { shown, since: at }, standsStill: false };
  const limitMs = shown.frameCounter === undefined ? UNCOUNTED_STILL_AFTER_MS : COUNTED_STILL_AFTER_MS;
  return { state, standsStill: at - state.since >= limitMs };
}
