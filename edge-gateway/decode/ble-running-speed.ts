import { checkLength } from './ble-length.js';
import { u16, u32 } from './little-endian.js';

const FLAG_STRIDE_LENGTH = 0x01;
const FLAG_DISTANCE = 0x02;
const FLAG_RUNNING = 0x04;
const FIXED_LENGTH = 4;

export interface BleRunningSpeed {
  speedMps: number;
  /** Steps a minute. */
  cadenceSpm: number;
  running: boolean;
  strideLengthM?: number;
  /** Since the sensor was reset. */
  distanceM?: number;
}

/**
 * Decodes an RSC Measurement (Bluetooth characteristic 0x2A53):
 * flags, speed u16 in 1/256 m/s, cadence u8, [stride length u16 in cm], [distance u32 in dm]. There is no step count in it.
 * @throws DecodeError BLE_TOO_SHORT, BLE_TOO_LONG
 */
export function decodeBleRunningSpeed(bytes: Uint8Array): BleRunningSpeed {
  checkLength(bytes, FIXED_LENGTH, 'an RSC Measurement (flags, speed, cadence)');
  const flags = bytes[0]!;
  const distanceOffset = FIXED_LENGTH + (flags & FLAG_STRIDE_LENGTH ? 2 : 0);
  checkLength(bytes, distanceOffset + (flags & FLAG_DISTANCE ? 4 : 0), 'an RSC Measurement with these flags');
  return {
    speedMps: u16(bytes, 1) / 256,
    cadenceSpm: bytes[3]!,
    running: (flags & FLAG_RUNNING) !== 0,
    ...(flags & FLAG_STRIDE_LENGTH ? { strideLengthM: u16(bytes, FIXED_LENGTH) / 100 } : {}),
    ...(flags & FLAG_DISTANCE ? { distanceM: u32(bytes, distanceOffset) / 10 } : {}),
  };
}
