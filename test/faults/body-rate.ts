/** 0 says that nobody is measured, 25 to 240 is a heart, everything else is unknown. */
export function bodyRate(bpm: number): { heartRateBpm?: number; contact?: boolean } {
  if (bpm === 0) return { contact: false };
  return bpm < 25 || bpm > 240 ? {} : { heartRateBpm: bpm };
}
