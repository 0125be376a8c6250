import { TOLD_BY_DOCTOR } from '../told-by-doctor.js';
import type { BluetoothError } from './bluetooth-error.js';

/** Sentences for people: what is wrong, and what to do. */

/** Why there is no adapter to work with. */
export function absenceFault({ code, message, dbusName }: BluetoothError, platform: string = process.platform): string {
  if (platform !== 'linux') return `Bluetooth needs BlueZ, which runs on Linux only; this machine has ${platform}.`;
  switch (code) {
    case 'NO_LIBRARY':
      return `Bluetooth cannot be used, as its packages cannot be loaded (${message}); install Pulseboard anew.`;
    case 'NO_BUS':
      return `The D-Bus system bus cannot be reached (${message})${TOLD_BY_DOCTOR}.`;
    case 'NO_BLUEZ':
      return `BlueZ does not run${TOLD_BY_DOCTOR}.`;
    case 'NO_ADAPTER':
      return 'There is no Bluetooth adapter; plug one in.';
    case 'NOT_ALLOWED':
      return `This user may not use BlueZ (${message}); add it to the group bluetooth, and start anew.`;
    case 'TIMED_OUT':
      return `BlueZ does not answer (${message}); if it stays so, restart it (the service bluetooth).`;
    default:
      return `BlueZ refuses (${[dbusName, message].filter(Boolean).join(': ')}); if it stays so, restart it (the service bluetooth).`;
  }
}

/** @param error of the attempt to switch it on; absent: somebody has switched it off since */
export const offFault = (adapter: string, error?: BluetoothError): string =>
  error
    ? `The Bluetooth adapter ${adapter} is off and cannot be switched on (${error.message}); try "sudo rfkill unblock bluetooth", then "bluetoothctl power on".`
    : `The Bluetooth adapter ${adapter} was switched off; switch it on with "bluetoothctl power on".`;

export const discoveryFault = (adapter: string, error: BluetoothError): string =>
  error.code === 'NOT_ALLOWED'
    ? absenceFault(error, 'linux')
    : `The Bluetooth adapter ${adapter} does not search (${error.message}); it is tried again. If it stays so, plug it in anew, or restart BlueZ (the service bluetooth).`;
