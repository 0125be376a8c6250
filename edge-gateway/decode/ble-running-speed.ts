import { checkLength } from './ble-length.js';
import type { DamageCode } from './decode-error.js';
import { u16, u32 } from './little-endian.js';

const FLAG_STRIDE_LENGTH = 0x01;
const FLAG_DISTANCE = 0x02;
const FLAG_RUNNING = 0x04;
const FIXED_LENGTH = 4;
const STRIDE_LENGTH_LENGTH = 2;
const DISTANCE_LENGTH = 4;

/** No runner makes fewer steps than this a minute: what is below counts one foot. */
const SLOWEST_RUN_SPM = 120;
const STEPS_PER_STRIDE = 2;

/** What a pod's cadence counts. `auto`: strides of one foot when it says "running" and sends less than 120, else steps. */
export type CadenceUnit = 'auto' | 'steps' | 'strides';

export interface BleRunningSpeed {
  speedMps: number;
  /** Steps of both feet a minute. */
  cadenceSpm: number;
  running: boolean;
  strideLengthM?: number;
  /** Since the sensor was reset. */
  distanceM?: number;
  /** An optional field was cut: it is left out, with what would follow it. */
  damage?: DamageCode;
}

/**
 * Decodes an RSC Measurement (Bluetooth characteristic 0x2A53):
 * flags, speed u16 in 1/256 m/s, cadence u8, [stride length u16 in cm], [distance u32 in dm]. There is no step count in it.
 * The standard leaves the unit of the cadence open ("1/min"): many pods count one foot, some count both (qdomyos-zwift issues 566 and 1099).
 * Every field that exists is carried. Compared with `bluetooth-sig`, which gives the cadence as it was sent.
 * @param unit what this sensor's cadence counts
 * @throws DecodeError BLE_TOO_SHORT, BLE_TOO_LONG
 */
export function decodeBleRunningSpeed(bytes: Uint8Array, unit: CadenceUnit = 'auto'): BleRunningSpeed {
  checkLength(bytes, FIXED_LENGTH, 'an RSC Measurement (flags, speed, cadence)');
  const flags = bytes[0]!;
  const running = (flags & FLAG_RUNNING) !== 0;
  const measurement: BleRunningSpeed = { speedMps: u16(bytes, 1) / 256, cadenceSpm: stepsPerMinute(bytes[3]!, running, unit), running };
  let offset = FIXED_LENGTH;
  if (flags & FLAG_STRIDE_LENGTH) {
    if (bytes.length < offset + STRIDE_LENGTH_LENGTH) return { ...measurement, damage: 'BLE_TOO_SHORT' };
    measurement.strideLengthM = u16(bytes, offset) / 100;
    offset += STRIDE_LENGTH_LENGTH;
  }
  if (flags & FLAG_DISTANCE) {
    if (bytes.length < offset + DISTANCE_LENGTH) return { ...measurement, damage: 'BLE_TOO_SHORT' };
    measurement.distanceM = u32(bytes, offset) / 10;
  }
  return measurement;
}

function stepsPerMinute(cadence: number, running: boolean, unit: CadenceUnit): number {
  const isOneFoot = unit === 'strides' || (unit === 'auto' && running && cadence < SLOWEST_RUN_SPM);
  return isOneFoot ? cadence * STEPS_PER_STRIDE : cadence;
}
