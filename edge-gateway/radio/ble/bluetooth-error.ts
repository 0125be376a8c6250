/**
 * What the caller does about it: NO_LIBRARY, NO_BUS, NO_BLUEZ and NO_ADAPTER are absent hardware or software, tried again;
 * NOT_ALLOWED and REFUSED are answers of BlueZ; TIMED_OUT is none; DISCONNECTED and SILENT are a strap's; ENDED is our own end.
 */
export type BluetoothErrorCode =
  | 'NO_LIBRARY'
  | 'NO_BUS'
  | 'NO_BLUEZ'
  | 'NO_ADAPTER'
  | 'NOT_ALLOWED'
  | 'REFUSED'
  | 'TIMED_OUT'
  | 'DISCONNECTED'
  | 'SILENT'
  | 'ENDED';

export class BluetoothError extends Error {
  override readonly name = 'BluetoothError';
  constructor(
    readonly code: BluetoothErrorCode,
    message: string,
    /** As D-Bus names it: `org.bluez.Error.NotReady`. */
    readonly dbusName?: string,
  ) {
    super(message);
  }
}

const CODES: Record<string, BluetoothErrorCode> = {
  'org.freedesktop.DBus.Error.AccessDenied': 'NOT_ALLOWED',
  'org.freedesktop.DBus.Error.ServiceUnknown': 'NO_BLUEZ',
  'org.freedesktop.DBus.Error.NameHasNoOwner': 'NO_BLUEZ',
  'org.bluez.Error.NotAuthorized': 'NOT_ALLOWED',
  'org.bluez.Error.NotPermitted': 'NOT_ALLOWED',
};

/** @param error an answer of D-Bus, which names its type, or what a library threw */
export const ofDbus = ({ type, message }: Error & { type?: string }): BluetoothError =>
  new BluetoothError((type && CODES[type]) || 'REFUSED', message || type || 'no reason given', type);
