import { MIN_RR_INTERVAL_MS } from './beat-interval.js';
import { checkLength } from './ble-length.js';
import type { DamageCode } from './decode-error.js';
import { u16 } from './little-endian.js';
import { isPlausibleBpm } from './plausible-heart-rate.js';

const FLAG_HEART_RATE_16_BIT = 0x01;
const FLAG_CONTACT_DETECTED = 0x02;
const FLAG_CONTACT_SUPPORTED = 0x04;
const FLAG_ENERGY = 0x08;
const FLAG_RR = 0x10;
/** RR intervals count 1/1024 s; the product is exact in doubles. */
const MS_PER_TICK = 1000 / 1024;
/** The largest value of the field: the counter is full, so the energy is unknown. */
const ENERGY_FULL = 0xffff;

export interface BleHeartRate {
  /** Absent when implausible. */
  heartRateBpm?: number;
  /** As the strap's bits say; absent when it cannot tell. */
  contact?: boolean;
  /** Energy expended since the strap was reset; absent at 65,535, where the counter is full. */
  energyKj?: number;
  /** Oldest first, exact, at least 250 ms. Present (maybe empty) when the strap sends RR intervals. */
  rrIntervalsMs?: number[];
  /** An optional field or the last interval was cut: it is left out, with what would follow it. */
  damage?: DamageCode;
}

/** With what a decoder of one message leaves out. */
export interface BleHeartRateParts extends BleHeartRate {
  /** How many intervals were shorter than those of any heart, and left out. */
  impossibleIntervals: number;
}

/**
 * Decodes a Heart Rate Measurement (Bluetooth characteristic 0x2A37): flags, u8 or u16 bpm, [u16 energy], [u16 RR …].
 * Every field that exists is carried. Compared with `bluetooth-sig` and `bleakheart`, which keep intervals below 250 ms and energy of 65,535 kJ.
 * @throws DecodeError BLE_TOO_SHORT (without a whole heart rate), BLE_TOO_LONG
 */
export function decodeBleHeartRate(bytes: Uint8Array): BleHeartRate {
  const { impossibleIntervals: _, ...measurement } = readBleHeartRate(bytes);
  return measurement;
}

/** Like `decodeBleHeartRate`, and says how many intervals were left out. */
export function readBleHeartRate(bytes: Uint8Array): BleHeartRateParts {
  checkLength(bytes, 2, 'a Heart Rate Measurement (flags and heart rate)');
  const flags = bytes[0]!;
  const wide = flags & FLAG_HEART_RATE_16_BIT;
  let offset = wide ? 3 : 2;
  checkLength(bytes, offset, 'a Heart Rate Measurement with a heart rate of 16 bits');

  const measurement: BleHeartRateParts = { impossibleIntervals: 0 };
  if (flags & FLAG_CONTACT_SUPPORTED) measurement.contact = (flags & FLAG_CONTACT_DETECTED) !== 0;
  const bpm = wide ? u16(bytes, 1) : bytes[1]!;
  if (isPlausibleBpm(bpm)) measurement.heartRateBpm = bpm;
  if (flags & FLAG_ENERGY) {
    if (bytes.length < offset + 2) return { ...measurement, damage: 'BLE_TOO_SHORT' };
    const energyKj = u16(bytes, offset);
    if (energyKj !== ENERGY_FULL) measurement.energyKj = energyKj;
    offset += 2;
  }
  if (flags & FLAG_RR) addIntervals(measurement, bytes, offset);
  return measurement;
}

function addIntervals(measurement: BleHeartRateParts, bytes: Uint8Array, offset: number): void {
  measurement.rrIntervalsMs = [];
  for (let at = offset; at + 1 < bytes.length; at += 2) {
    const intervalMs = u16(bytes, at) * MS_PER_TICK;
    if (intervalMs >= MIN_RR_INTERVAL_MS) measurement.rrIntervalsMs.push(intervalMs);
    else measurement.impossibleIntervals++;
  }
  if ((bytes.length - offset) % 2) measurement.damage = 'BLE_RR_CUT';
}
