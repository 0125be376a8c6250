import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Names the boot of the machine, from which monotonic time counts. Only Linux has such a name: elsewhere each start of the process counts as a boot. */
export function readMachineBoot(path = '/proc/sys/kernel/random/boot_id'): string {
  try {
    return readFileSync(path, 'utf8').trim() || randomUUID();
  } catch {
    return randomUUID();
  }
}

/** CLOCK_MONOTONIC on Linux: the same for every process of the boot. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * Goes on while the machine sleeps. On Linux from `/proc/uptime`, to 10 ms. On macOS and Windows monotonic time itself goes on,
 * and what they call uptime follows the wall clock or is coarse: there the one is the other.
 * A virtual machine that its host stops and goes on with notices it in neither; only its wall clock may be set right then.
 */
export const uptimeMs = process.platform === 'linux' ? (): number => uptime() * 1000 : monotonicMs;

export interface NtpCheck {
  /** systemd-timesyncd makes it when it has set the clock; on a tmpfs, so it is of this boot. */
  flagFile: string;
  /** Says `yes` when the kernel holds the clock for synchronized, whoever did it: chrony, ntpd, timesyncd. */
  command: readonly [program: string, ...rest: string[]];
  timeoutMs: number;
}

const SYSTEMD: NtpCheck = {
  flagFile: '/run/systemd/timesync/synchronized',
  command: ['timedatectl', 'show', '--property=NTPSynchronized', '--value'],
  timeoutMs: 2000,
};

/**
 * Is the machine's clock set by NTP? Never rejects: where that cannot be found out, it is not.
 * @param afterStep the clock was stepped: only the kernel knows whether NTP did that, the flag was there before
 */
export async function isNtpSynchronized(afterStep = false, { flagFile, command, timeoutMs }: NtpCheck = SYSTEMD): Promise<boolean> {
  if (!afterStep && existsSync(flagFile)) return true;
  const [program, ...rest] = command;
  return new Promise((resolve) => {
    execFile(program, rest, { timeout: timeoutMs, killSignal: 'SIGKILL' }, (error, stdout) => resolve(!error && stdout.trim() === 'yes'));
  });
}
