import type { ReceiverState } from '../radio-source.js';
import { TOLD_BY_DOCTOR } from '../told-by-doctor.js';

/** Why a stick cannot be used: whether it is as if it were not there, or there and dumb, and a sentence with what to do. */
const faults = {
  STICK_NONE: { state: 'absent', message: 'no ANT+ stick is plugged in' },
  STICK_NO_USB: {
    state: 'absent',
    message: `USB cannot be used on this machine: install libudev1 if it is not there, then start the gateway again${TOLD_BY_DOCTOR}`,
  },
  STICK_UNPLUGGED: { state: 'absent', message: 'unplugged: plug it in again, or another one' },
  STICK_DENIED: { state: 'absent', message: `this user may not use the stick: allow it, then plug the stick in again${TOLD_BY_DOCTOR}` },
  STICK_BUSY: { state: 'absent', message: `another program has the stick (a second gateway?): end that program${TOLD_BY_DOCTOR}` },
  STICK_STALE: {
    state: 'absent',
    message: `unplugged; if it is plugged in, this program is not told of it, as in some containers: start the gateway again${TOLD_BY_DOCTOR}`,
  },
  STICK_DRIVER: { state: 'absent', message: `this machine has no driver through which the stick could be used${TOLD_BY_DOCTOR}` },
  STICK_UNFIT: {
    state: 'absent',
    message: 'it cannot listen to a whole room: take an ANT USB-m stick (0fcf:1009) or an ANT USB2 stick (0fcf:1008)',
  },
  STICK_MUTE: { state: 'silent', message: 'it does not answer and is being reset: if that lasts, unplug it and plug it in again' },
  STICK_LOST: { state: 'silent', message: 'it fell out of step and is being set up anew: if that lasts, unplug it and plug it in again' },
  STICK_USB: { state: 'silent', message: 'USB does not work with it: unplug it and plug it in again, best at another port' },
} as const satisfies Record<string, { state: ReceiverState['state']; message: string }>;

export type AntStickErrorCode = keyof typeof faults;

/** A stick cannot be used. The message is a sentence for people. */
export class AntStickError extends Error {
  readonly state: ReceiverState['state'];

  /** @param detail what was seen, for who looks further */
  constructor(
    readonly code: AntStickErrorCode,
    detail?: string,
  ) {
    super(faults[code].message + (detail === undefined ? '' : ` (${detail})`));
    this.state = faults[code].state;
  }
}
