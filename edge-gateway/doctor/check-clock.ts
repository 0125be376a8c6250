import { isNtpSynchronized } from '../clock/machine-time.js';
import type { Finding } from './finding.js';

/** Is the clock of this machine right? @param now UTC ms as the machine believes */
export async function checkClock(
  isSynchronized: () => Promise<boolean> = isNtpSynchronized,
  now: () => number = Date.now,
): Promise<Finding> {
  const time = new Date(now()).toISOString();
  if (await isSynchronized()) return { verdict: 'ok', subject: 'clock', says: `set by NTP: ${time}` };
  return {
    verdict: 'note',
    subject: 'clock',
    says: `not known to be set by NTP: ${time}. The gateway then takes the processor's time, and after a minute without either its own, marked unsynced.`,
    mend: ['sudo timedatectl set-ntp true', 'timedatectl timesync-status   # says which server answers'],
  };
}
