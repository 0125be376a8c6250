import { MAX_UTC_MS, MIN_UTC_MS } from './reading.js';

/** Whether a wall clock can be set at all: 1970 (no battery) and 2106 (an overflow) are times that no reading may have. @param wallMs UTC ms */
export const isClockSet = (wallMs: number): boolean => wallMs >= MIN_UTC_MS && wallMs <= MAX_UTC_MS;

/** `2 d`, `10 h`, `98 s`: for people. @param ms 0 or more */
export function durationText(ms: number): string {
  for (const [unit, unitMs] of UNITS) if (ms >= 2 * unitMs) return `${Math.round(ms / unitMs)} ${unit}`;
  return `${(ms / 1000).toFixed(1)} s`;
}

const UNITS = [
  ['years', 31_557_600_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;
