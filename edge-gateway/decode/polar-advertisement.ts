import { checkLength } from './ble-length.js';
import { type HeartRate, plausibleHeartRate } from './plausible-heart-rate.js';

export const POLAR_COMPANY_ID = 0x006b;

/** A byte with this bit begins a block of another kind: the byte after it is the length of what follows. */
const OTHER_BLOCK = 0x40;
const FLAG_CONTACT = 0x02;
const FRAME_COUNTER_SHIFT = 2;
const FRAME_COUNTER_MASK = 0x07;
const FLAG_BROADCAST = 0x20;

const FAST_BPM = 2;
const SLOW_BPM = 3;
/** Of a heart-rate block with a slow value. */
const LENGTH_WITH_SLOW_BPM = 4;

/** Empty when the advertisement carries no heart rate. */
export interface PolarAdvertisement extends HeartRate {
  /** Three bits that move on with each measurement. */
  frameCounter?: number;
  broadcast?: boolean;
}

/**
 * Decodes Polar's manufacturer data (company id 0x006B) as far as the heart rate: `[flags, x, fast bpm, slow bpm?]`.
 * Shown is the slow (smoothed) value where exactly four bytes are left and it is not 0, else the fast one: what is longer has another block behind it.
 * Source: Polar's public SDK (`BlePolarHrAdvertisement`) and theengs/decoder.
 * Fields that exist and are not carried: flag bit 0 (battery state: the SDK names it and does not say which value is low), byte 1 (kHz code), and the
 * contents of blocks of other kinds.
 * @param bytes what follows the company id
 * @throws DecodeError BLE_TOO_SHORT, BLE_TOO_LONG
 */
export function decodePolarAdvertisement(bytes: Uint8Array): PolarAdvertisement {
  checkLength(bytes, 1, 'a Polar advertisement after the company id');
  let offset = 0;
  while (offset < bytes.length && bytes[offset]! & OTHER_BLOCK) {
    checkLength(bytes, offset + 2, 'a Polar advertisement with this block');
    offset += 2 + bytes[offset + 1]!;
    checkLength(bytes, offset, 'a Polar advertisement with this block');
  }
  if (offset === bytes.length) return {};
  checkLength(bytes, offset + FAST_BPM + 1, 'a Polar advertisement with a heart rate');
  const flags = bytes[offset]!;
  const slowBpm = bytes.length - offset === LENGTH_WITH_SLOW_BPM ? bytes[offset + SLOW_BPM]! : 0;
  return {
    contact: (flags & FLAG_CONTACT) !== 0,
    ...plausibleHeartRate(slowBpm || bytes[offset + FAST_BPM]!),
    frameCounter: (flags >> FRAME_COUNTER_SHIFT) & FRAME_COUNTER_MASK,
    broadcast: (flags & FLAG_BROADCAST) !== 0,
  };
}
