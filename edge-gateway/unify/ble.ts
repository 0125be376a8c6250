import type { Reading } from '@pulseboard/contract';
import { decodeBleBattery } from '../decode/ble-battery.js';
import { decodeBleHeartRate } from '../decode/ble-heart-rate.js';
import { decodeBleRunningSpeed } from '../decode/ble-running-speed.js';
import { MAX_RR_INTERVAL_MS } from '../decode/heart-rate-beats.js';
import { decodeMibandAdvertisement, MIBAND_COMPANY_ID } from '../decode/miband-advertisement.js';
import type { HeartRate } from '../decode/plausible-heart-rate.js';
import { decodePolarAdvertisement, POLAR_COMPANY_ID } from '../decode/polar-advertisement.js';
import type { RadioEvent } from '../radio/radio-source.js';
import { learnBattery, makeReading, type Sensor } from './sensor.js';

const ADVERTISEMENT_INTERVAL_MS = 1000;
/** Most beats that a reading carries. */
const MAX_BEATS = 255;

type Notification = Extract<RadioEvent, { kind: 'ble-notification' }>;
type Advertisement = Extract<RadioEvent, { kind: 'ble-advertisement' }>;

/**
 * Every notification of heart rate or running speed is a reading; a battery level goes with the next one of its address.
 * @throws DecodeError BLE_…
 */
export function unifyBleNotification(sensor: Sensor, event: Notification): Reading | undefined {
  const { at, bytes, rssiDbm } = event;
  switch (event.characteristic) {
    case '2a37': {
      const { rrIntervalsMs, ...measurement } = decodeBleHeartRate(bytes);
      const beats = rrIntervalsMs && Math.min(rrIntervalsMs.length, MAX_BEATS);
      // Each interval is a beat, but one that spans a strap that was off is no interval of the heart.
      const intervals = rrIntervalsMs?.filter((ms) => ms <= MAX_RR_INTERVAL_MS).slice(-MAX_BEATS);
      return makeReading(sensor, at, { ...measurement, beats, rrIntervalsMs: intervals, rssiDbm });
    }
    case '2a53':
      return makeReading(sensor, at, { cadenceSpm: decodeBleRunningSpeed(bytes).cadenceSpm, rssiDbm });
    case '2a19':
      learnBattery(sensor, decodeBleBattery(bytes).batteryPercent);
      return undefined;
  }
}

const advertisementDecoders = new Map<number, (bytes: Uint8Array) => HeartRate>([
  [POLAR_COMPANY_ID, decodePolarAdvertisement],
  [MIBAND_COMPANY_ID, decodeMibandAdvertisement],
]);

/** Whether advertisements of this company are decoded; those of all others need not be handed over. */
export const isDecodedCompany = (companyId: number): boolean => advertisementDecoders.has(companyId);

/** @throws DecodeError BLE_… */
export const decodeAdvertisedHeartRate = (companyId: number, bytes: Uint8Array): HeartRate | undefined =>
  advertisementDecoders.get(companyId)?.(bytes);

/** A reading when the heart rate or contact of an address changed, else once a second. */
export function unifyBleAdvertisement(sensor: Sensor, event: Advertisement, heartRate: HeartRate): Reading | undefined {
  const { at, rssiDbm } = event;
  const { heartRateBpm, contact } = heartRate;
  const last = sensor.advertised;
  if (last && at - last.at < ADVERTISEMENT_INTERVAL_MS && heartRateBpm === last.heartRateBpm && contact === last.contact) return undefined;
  sensor.advertised = { at, heartRateBpm, contact };
  return makeReading(sensor, at, { heartRateBpm, contact, rssiDbm });
}
