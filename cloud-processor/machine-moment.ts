import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A moment on this machine, comparable between processes of one boot. */
export interface MachineMoment {
  /** Boot of the machine: monotonic times of two boots cannot be compared. */
  boot: string;
  monotonicMs: number;
  /** UTC ms. */
  wallMs: number;
}

const boot = bootId();

export const machineMoment = (): MachineMoment => ({
  boot,
  // Unlike performance.now(), it counts from the boot of the machine.
  monotonicMs: Number(process.hrtime.bigint() / 1_000_000n),
  wallMs: Date.now(),
});

/** Where the system has no boot id, only moments of this process are comparable by it. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
}
