import type { Reading } from '@pulseboard/contract';
import { decodeBleBattery } from '../decode/ble-battery.js';
import { readBleHeartRate } from '../decode/ble-heart-rate.js';
import { type CadenceUnit, decodeBleRunningSpeed } from '../decode/ble-running-speed.js';
import { type DamageCode, DecodeError } from '../decode/decode-error.js';
import { decodeMibandAdvertisement, MIBAND_COMPANY_ID } from '../decode/miband-advertisement.js';
import { decodePolarAdvertisement, POLAR_COMPANY_ID } from '../decode/polar-advertisement.js';
import type { RadioEvent } from '../radio/radio-source.js';
import { agreesWith, tellBeats } from './beat-budget.js';
import { type AdvertisedHeartRate, noteAdvertisement } from './live-advertisement.js';
import { learnBattery, makeReading, type Sensor } from './sensor.js';

const ADVERTISEMENT_INTERVAL_MS = 1000;
/** RR intervals prove a heart for the notifications without any between them: a slow heart does not beat in every second. */
const PROVEN_MS = 3000;

type Notification = Extract<RadioEvent, { kind: 'ble-notification' }>;
type Advertisement = Extract<RadioEvent, { kind: 'ble-advertisement' }>;

export interface Unified {
  reading?: Reading | undefined;
  /** A part of the message was cut, and is left out. */
  damage?: DecodeError | undefined;
}

/**
 * Every notification of heart rate or running speed is a reading; a battery level goes with the next one of its address.
 * @param unit what the cadence of this sensor counts
 * @throws DecodeError BLE_…
 */
export function unifyBleNotification(sensor: Sensor, event: Notification, unit: CadenceUnit): Unified {
  switch (event.characteristic) {
    case '2a37':
      return unifyHeartRate(sensor, event);
    case '2a53': {
      const { damage, ...measurement } = decodeBleRunningSpeed(event.bytes, unit);
      return { reading: makeReading(sensor, event.at, { ...measurement, rssiDbm: event.rssiDbm }), damage: damaged(damage) };
    }
    case '2a19':
      learnBattery(sensor, decodeBleBattery(event.bytes));
      return {};
  }
}

function unifyHeartRate(sensor: Sensor, { at, bytes, rssiDbm }: Notification): Unified {
  const { rrIntervalsMs, impossibleIntervals, damage, contact, ...measurement } = readBleHeartRate(bytes);
  const told = rrIntervalsMs && tellBeats(sensor.beatBudget, rrIntervalsMs, measurement.heartRateBpm, at);
  if (told) sensor.beatBudget = told.budget;
  if (told && agreesWith(told.rrIntervalsMs, measurement.heartRateBpm)) sensor.heartProvenAt = at;
  const isProven = measurement.heartRateBpm !== undefined && sensor.heartProvenAt !== undefined && at - sensor.heartProvenAt < PROVEN_MS;
  const reading = makeReading(sensor, at, {
    ...measurement,
    // Straps that slip say "no contact" while they hear a heart.
    contact: contact === false && isProven ? undefined : contact,
    beats: told?.beats,
    rrIntervalsMs: told?.rrIntervalsMs,
    rrIncomplete: (told && told.leftOut + impossibleIntervals > 0) || undefined,
    rssiDbm,
  });
  return { reading, damage: damaged(damage) };
}

const damaged = (code: DamageCode | undefined): DecodeError | undefined =>
  code && new DecodeError(code, 'the notification was cut: what is whole of it is kept');

type AdvertisementDecoder = (bytes: Uint8Array, address: string) => AdvertisedHeartRate;
const advertisementDecoders = new Map<number, AdvertisementDecoder>([
  [POLAR_COMPANY_ID, decodePolarAdvertisement],
  [MIBAND_COMPANY_ID, decodeMibandAdvertisement],
]);

/** Whether advertisements of this company are decoded; those of all others need not be handed over. */
export const isDecodedCompany = (companyId: number): boolean => advertisementDecoders.has(companyId);

/**
 * @param address of the sender: some advertisements repeat it
 * @returns no field when the packet is not one of a heart rate, whatever company's it is
 * @throws DecodeError BLE_…
 */
export const decodeAdvertisedHeartRate = (companyId: number, bytes: Uint8Array, address: string): AdvertisedHeartRate =>
  advertisementDecoders.get(companyId)?.(bytes, address) ?? {};

/** A reading when the heart rate or contact of an address changed, else once a second; none while the advertisement stands still. */
export function unifyBleAdvertisement(sensor: Sensor, event: Advertisement, heartRate: AdvertisedHeartRate): Reading | undefined {
  const { at, rssiDbm } = event;
  const { heartRateBpm, contact, frameCounter } = heartRate;
  const { state, standsStill } = noteAdvertisement(
    sensor.advertisement,
    { heartRateBpm, contact, frameCounter } as AdvertisedHeartRate,
    at,
  );
  sensor.advertisement = state;
  if (standsStill) return undefined;
  const last = sensor.advertised;
  if (last && at - last.at < ADVERTISEMENT_INTERVAL_MS && heartRateBpm === last.heartRateBpm && contact === last.contact) return undefined;
  sensor.advertised = { at, heartRateBpm, contact };
  return makeReading(sensor, at, { heartRateBpm, contact, rssiDbm });
}
