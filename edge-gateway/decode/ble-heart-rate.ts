import { checkLength } from './ble-length.js';
import { DecodeError } from './decode-error.js';
import { u16 } from './little-endian.js';
import { plausibleHeartRate } from './plausible-heart-rate.js';

const FLAG_HEART_RATE_16_BIT = 0x01;
const FLAG_CONTACT_DETECTED = 0x02;
const FLAG_CONTACT_SUPPORTED = 0x04;
const FLAG_ENERGY = 0x08;
const FLAG_RR = 0x10;
/** RR intervals count 1/1024 s; the product is exact in doubles. */
const MS_PER_TICK = 1000 / 1024;

export interface BleHeartRate {
  /** Absent when implausible. */
  heartRateBpm?: number;
  /** Absent when the strap cannot tell; false at 0 bpm whatever it tells. */
  contact?: boolean;
  /** Energy expended since the strap was reset. */
  energyKj?: number;
  /** Oldest first, exact. Present (maybe empty) when the strap sends RR intervals. */
  rrIntervalsMs?: number[];
}

/**
 * Decodes a Heart Rate Measurement (Bluetooth characteristic 0x2A37): flags, u8 or u16 bpm, [u16 energy], [u16 RR …].
 * @throws DecodeError BLE_TOO_SHORT, BLE_TOO_LONG; BLE_RR_CUT when the last interval is half there
 */
export function decodeBleHeartRate(bytes: Uint8Array): BleHeartRate {
  checkLength(bytes, 2, 'a Heart Rate Measurement (flags and heart rate)');
  const flags = bytes[0]!;
  const wide = flags & FLAG_HEART_RATE_16_BIT;
  const energyOffset = wide ? 3 : 2;
  const rrOffset = energyOffset + (flags & FLAG_ENERGY ? 2 : 0);
  checkLength(bytes, rrOffset, `a Heart Rate Measurement with these flags`);

  const measurement: BleHeartRate = {};
  if (flags & FLAG_CONTACT_SUPPORTED) measurement.contact = (flags & FLAG_CONTACT_DETECTED) !== 0;
  Object.assign(measurement, plausibleHeartRate(wide ? u16(bytes, 1) : bytes[1]!));
  if (flags & FLAG_ENERGY) measurement.energyKj = u16(bytes, energyOffset);
  if (flags & FLAG_RR) measurement.rrIntervalsMs = rrIntervals(bytes, rrOffset);
  return measurement;
}

function rrIntervals(bytes: Uint8Array, offset: number): number[] {
  if ((bytes.length - offset) % 2) {
    throw new DecodeError('BLE_RR_CUT', 'the last RR interval has one byte of two: give the whole notification');
  }
  const intervals: number[] = [];
  for (let at = offset; at < bytes.length; at += 2) {
    const ticks = u16(bytes, at);
    if (ticks > 0) intervals.push(ticks * MS_PER_TICK);
  }
  return intervals;
}
