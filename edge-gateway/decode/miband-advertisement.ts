import { checkLength } from './ble-length.js';
import { toHex } from './hex.js';
import { u32 } from './little-endian.js';
import { type HeartRate, plausibleHeartRate } from './plausible-heart-rate.js';

export const MIBAND_COMPANY_ID = 0x0157;

const LENGTH = 24;
const FIRST_BYTE = 0x02;
const HEART_RATE_OFFSET = 3;
/** Heart rates from here on mean none. */
const NO_HEART_RATE = 0xf0;
const ADDRESS_LENGTH = 6;

/**
 * Decodes the manufacturer data of a Mi Band (company id 0x0157): exactly 24 bytes, 0x02 first, the sender's own address last, heart rate at byte 3.
 * The company's other devices (body scales, Amazfit watches) send other things under the same id: they give nothing. Source: theengs/decoder.
 * The rest of the bytes is not carried: no public decoder gives it a meaning.
 * @param bytes what follows the company id
 * @param address of the sender, with or without colons, any case; undefined: not known (a message alone), and not checked
 * @returns no field when it is not a heart rate of a Mi Band
 */
export function decodeMibandAdvertisement(bytes: Uint8Array, address: string | undefined): HeartRate {
  const bpm = bytes[HEART_RATE_OFFSET];
  if (bytes.length !== LENGTH || bytes[0] !== FIRST_BYTE || bpm === undefined || bpm >= NO_HEART_RATE) return {};
  const sender = Array.from(bytes.subarray(-ADDRESS_LENGTH), toHex).join('');
  if (address !== undefined && address.replaceAll(':', '').toLowerCase() !== sender) return {};
  return plausibleHeartRate(bpm);
}

export interface MibandSteps {
  /** The band's counter of the day. */
  steps: number;
}

/**
 * Decodes Mi Band's service data (service 0xFEE0): steps u32. Source: theengs/decoder.
 * @throws DecodeError BLE_TOO_SHORT, BLE_TOO_LONG
 */
export function decodeMibandSteps(bytes: Uint8Array): MibandSteps {
  checkLength(bytes, 4, 'Mi Band service data');
  return { steps: u32(bytes, 0) };
}
