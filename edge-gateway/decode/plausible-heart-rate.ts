import { MAX_PLAUSIBLE_BPM, MIN_PLAUSIBLE_BPM } from '@pulseboard/contract';

export interface HeartRate {
  /** Absent when the value is none that a human heart has (25 to 240). */
  heartRateBpm?: number;
  /** False when the value is 0: the device says that it measures nobody. */
  contact?: boolean;
}

/** Whether a human heart can have this rate. */
export const isPlausibleBpm = (bpm: number): boolean => bpm >= MIN_PLAUSIBLE_BPM && bpm <= MAX_PLAUSIBLE_BPM;

/**
 * Separates a heart rate from the ways in which a device says that it has none.
 * @param bpm as sent; 0 is "invalid" in ANT+, and what an advertisement shows off the body
 */
export function plausibleHeartRate(bpm: number): HeartRate {
  if (bpm === 0) return { contact: false };
  return isPlausibleBpm(bpm) ? { heartRateBpm: bpm } : {};
}
