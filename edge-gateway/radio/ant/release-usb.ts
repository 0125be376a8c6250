import type { Device, InEndpoint, Interface } from 'usb';
import type { Schedule } from '../pump.js';
import { calledBackWithin, pause } from './pause.js';

/** What is open of a stick; each may be missing, for opening can fail half-way. */
export interface OpenUsb {
  device: Device;
  iface: Interface | undefined;
  inEndpoint: InEndpoint | undefined;
  /** The system's own driver was taken off and is to get the stick back. */
  hadKernelDriver: boolean;
}

const CLOSE_ATTEMPTS = 20;
const CLOSE_AGAIN_MS = 50;

/**
 * Lets go of a stick in whatever state it is; never throws, and takes no longer than its steps may take together.
 * In the place of the library's `close`, which throws when polling has ended by itself (unplugged), and out of a callback when a request hangs.
 * @param usbReset wake up a stick that hangs; not for one that is gone
 */
export async function releaseUsb(
  { device, iface, inEndpoint, hadKernelDriver }: OpenUsb,
  { usbReset, stepMs, schedule }: { usbReset: boolean; stepMs: number; schedule: Schedule },
): Promise<void> {
  const step = (begin: (done: () => void) => void) => calledBackWithin(schedule, stepMs, begin);
  // The release would do that, too, but would wait for its end without a bound.
  if (inEndpoint?.pollActive) await step((done) => inEndpoint.stopPoll(done));
  if (iface) await step((done) => iface.release(true, done));
  if (hadKernelDriver) attempt(() => iface?.attachKernelDriver());
  if (usbReset && device.interfaces) await step((done) => device.reset(done));
  for (let i = 0; i < CLOSE_ATTEMPTS && device.interfaces; i++) {
    // Refused while a request is on its way; the release has cancelled them all.
    if (attempt(() => device.close())) return;
    await pause(schedule, CLOSE_AGAIN_MS);
  }
}

function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}
