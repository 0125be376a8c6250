import { DecodeError } from './decode-error.js';

/** The longest value that an attribute can have (Bluetooth Core, Attribute Protocol). */
const LONGEST_ATTRIBUTE = 512;

/** @throws DecodeError BLE_TOO_SHORT, BLE_TOO_LONG */
export function checkLength(bytes: Uint8Array, shortest: number, what: string): void {
  if (bytes.length < shortest) {
    throw new DecodeError('BLE_TOO_SHORT', `${what} has at least ${shortest} bytes, not ${bytes.length}: give the whole value`);
  }
  if (bytes.length > LONGEST_ATTRIBUTE) {
    throw new DecodeError(
      'BLE_TOO_LONG',
      `${bytes.length} bytes are longer than any Bluetooth value (${LONGEST_ATTRIBUTE}): give one value`,
    );
  }
}
