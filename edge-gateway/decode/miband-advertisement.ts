import { checkLength } from './ble-length.js';
import { u32 } from './little-endian.js';
import { type HeartRate, plausibleHeartRate } from './plausible-heart-rate.js';

export const MIBAND_COMPANY_ID = 0x0157;

const HEART_RATE_OFFSET = 3;
const NO_HEART_RATE = 0xff;

/**
 * Decodes the manufacturer data of Mi Band and Amazfit (company id 0x0157): heart rate at byte 3, 0xFF for none. Source: theengs/decoder.
 * @param bytes what follows the company id
 * @throws DecodeError BLE_TOO_SHORT, BLE_TOO_LONG
 */
export function decodeMibandAdvertisement(bytes: Uint8Array): HeartRate {
  checkLength(bytes, HEART_RATE_OFFSET + 1, 'a Mi Band advertisement after the company id');
  const bpm = bytes[HEART_RATE_OFFSET]!;
  return bpm === NO_HEART_RATE ? {} : plausibleHeartRate(bpm);
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
