import { checkLength } from './ble-length.js';

export interface BleBattery {
  /** Absent above 100, which is no percentage. */
  batteryPercent?: number;
}

/**
 * Decodes a Battery Level (Bluetooth characteristic 0x2A19): u8 percent.
 * @throws DecodeError BLE_TOO_SHORT, BLE_TOO_LONG
 */
export function decodeBleBattery(bytes: Uint8Array): BleBattery {
  checkLength(bytes, 1, 'a Battery Level');
  return bytes[0]! <= 100 ? { batteryPercent: bytes[0]! } : {};
}
