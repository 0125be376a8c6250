import { isNtpSynchronized } from '../clock/machine-time.js';
import type { Finding } from './finding.js';
import { asRoot, installed, type Machine } from './machine.js';

/** Is the clock of this machine right? @param now UTC ms as the machine believes */
export async function checkClock(
  machine: Machine,
  isSynchronized: () => Promise<boolean> = isNtpSynchronized,
  now: () => number = Date.now,
): Promise<Finding> {
  const time = new Date(now()).toISOString();
  if (await isSynchronized()) return { verdict: 'ok', subject: 'clock', says: `set by NTP: ${time}` };
  return {
    verdict: 'note',
    subject: 'clock',
    says: `not known to be set by NTP: ${time}. The gateway then takes the processor's time, and after a minute without either its own, marked unsynced.`,
    mend: clockMends(machine),
  };
}

/** The clock of a container is its host's. */
export function clockMends(machine: Machine): string[] {
  if (machine.isContainer) return ['On the host, whose clock it is: timedatectl set-ntp true'];
  if (!machine.hasSystemd) return [installed(['chrony'], ['chrony'], machine)];
  return [asRoot('timedatectl set-ntp true', machine), 'timedatectl timesync-status   # says which server answers'];
}
