import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isClockSet } from '@pulseboard/contract';
import type { WallTrust } from './anchored-clock.js';
import { uptimeMs } from './machine-time.js';

/** What speaks for the machine's clock, or against it. */
export interface WallSigns {
  /** UTC ms as the machine believes. */
  wallMs: number;
  /** UTC ms: this software was on the machine at that time already. */
  installedAtMs: number | undefined;
  /** UTC ms of the battery clock; undefined when there is none. */
  batteryMs: number | undefined;
  /** Every machine of this kind has a battery clock or a host that sets its clock. */
  isPc: boolean;
  uptimeMs: number;
}

const AGREES_MS = 5 * 60_000;
/** NTP sets a clock within a few minutes of the boot, or it is not there at all. */
const BOOTED_MS = 10 * 60_000;

/** Whether the machine's clock may be taken as an estimate at once, or is worth a wait for NTP. Pure. */
export function wallTrust({ wallMs, installedAtMs, batteryMs, isPc, uptimeMs }: WallSigns): WallTrust {
  if (!isClockSet(wallMs) || (installedAtMs !== undefined && wallMs < installedAtMs)) return 'unknown';
  if (batteryMs !== undefined) return Math.abs(batteryMs - wallMs) <= AGREES_MS ? 'plausible' : 'unknown';
  return isPc || uptimeMs >= BOOTED_MS ? 'plausible' : 'unknown';
}

/** Reads them of this machine; what cannot be read says nothing. Never throws. */
export function readWallSigns(wallMs: number): WallSigns {
  return {
    wallMs,
    installedAtMs: attempt(() => statSync(fileURLToPath(import.meta.url)).mtimeMs),
    batteryMs: attempt(() => Number.parseInt(readFileSync('/sys/class/rtc/rtc0/since_epoch', 'utf8'), 10) * 1000),
    isPc: process.platform !== 'linux' || process.arch === 'x64' || process.arch === 'ia32',
    uptimeMs: uptimeMs(),
  };
}

/** @returns undefined also for what is no number */
function attempt(read: () => number): number | undefined {
  try {
    const value = read();
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
