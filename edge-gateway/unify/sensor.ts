import type { BatteryState, Id, Reading } from '@pulseboard/contract';
import type { HeartRateState } from '../decode/heart-rate-beats.js';
import type { PodNews } from './ant-sdm.js';
import type { BeatBudget } from './beat-budget.js';
import type { AdvertisementState } from './live-advertisement.js';

/** What is known of one sensor. Owned and changed by one unifier. */
export interface Sensor {
  readonly id: Id;
  lastHeardAt: number;
  lastReadingAt?: number;
  rssiDbm?: number;
  batteryPercent?: number;
  batteryState?: BatteryState;
  /** Level or state of the battery was learnt or changed since the last reading. */
  batteryIsNews: boolean;
  /** As the last reading said. */
  contact?: boolean | undefined;
  /** Of an ANT+ strap. */
  beats?: HeartRateState;
  /** Of a foot pod: the counter that the last reading gave. */
  steps?: number;
  pod?: PodNews | undefined;
  /** Of an ANT+ strap: its page 9 says that its beat times are computed from an average. */
  beatTimesComputed?: boolean;
  /** Of a connected Bluetooth strap. */
  beatBudget?: BeatBudget;
  /** Of a connected Bluetooth strap: when its RR intervals last agreed with its heart rate. */
  heartProvenAt?: number;
  advertisement?: AdvertisementState;
  /** Of a Bluetooth address: what its last advertisement that became a reading showed. */
  advertised?: { at: number; heartRateBpm: number | undefined; contact: boolean | undefined };
}

/** As the gateway's health lists it. */
export interface StrapState {
  sensor: Id;
  lastHeardAt: number;
  rssiDbm?: number;
  batteryPercent?: number;
  batteryState?: BatteryState;
}

/** Notes level and state of the battery, as far as a message says them. */
export function learnBattery(
  sensor: Sensor,
  { batteryPercent, batteryStatus }: { batteryPercent?: number; batteryStatus?: BatteryState },
): void {
  if (batteryPercent !== undefined && batteryPercent !== sensor.batteryPercent) {
    sensor.batteryPercent = batteryPercent;
    sensor.batteryIsNews = true;
  }
  if (batteryStatus !== undefined && batteryStatus !== sensor.batteryState) {
    sensor.batteryState = batteryStatus;
    sensor.batteryIsNews = true;
  }
}

/** Fields of a reading as they were decoded: undefined is unknown, and its key is left out. */
export type ReadingFields = { [K in keyof Omit<Reading, 'sensor' | 'at'>]?: Reading[K] | undefined };

/**
 * Makes a reading. Level and state of the battery go with it when they are news: payloads stay small.
 * @param at UTC ms of the event
 */
export function makeReading(sensor: Sensor, at: number, fields: ReadingFields): Reading {
  const reading: Reading = { sensor: sensor.id, at };
  const target: Record<string, unknown> = reading;
  for (const name in fields) {
    const value = fields[name as keyof ReadingFields];
    if (value !== undefined) target[name] = value;
  }
  if (sensor.batteryIsNews) {
    if (sensor.batteryPercent !== undefined) reading.batteryPercent = sensor.batteryPercent;
    if (sensor.batteryState !== undefined) reading.batteryState = sensor.batteryState;
    sensor.batteryIsNews = false;
  }
  sensor.lastReadingAt = at;
  return reading;
}

export function strapState(sensor: Sensor): StrapState {
  const strap: StrapState = { sensor: sensor.id, lastHeardAt: sensor.lastHeardAt };
  if (sensor.rssiDbm !== undefined) strap.rssiDbm = sensor.rssiDbm;
  if (sensor.batteryPercent !== undefined) strap.batteryPercent = sensor.batteryPercent;
  if (sensor.batteryState !== undefined) strap.batteryState = sensor.batteryState;
  return strap;
}
