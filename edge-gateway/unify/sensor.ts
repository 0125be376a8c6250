import type { Id, Reading } from '@pulseboard/contract';
import type { HeartRateState } from '../decode/heart-rate-beats.js';

/** What is known of one sensor. Owned and changed by one unifier. */
export interface Sensor {
  readonly id: Id;
  lastHeardAt: number;
  lastReadingAt?: number;
  rssiDbm?: number;
  batteryPercent?: number;
  /** The battery level was learnt or changed since the last reading. */
  batteryIsNews: boolean;
  /** As the last reading said. */
  contact?: boolean | undefined;
  /** Of an ANT+ strap. */
  beats?: HeartRateState;
  /** Of a foot pod: the counter that the last reading gave. */
  steps?: number;
  /** Of a foot pod: heard since the last reading. */
  cadenceSpm?: number | undefined;
  /** Of a Bluetooth address: what its last advertisement that became a reading showed. */
  advertised?: { at: number; heartRateBpm: number | undefined; contact: boolean | undefined };
}

/** As the gateway's health lists it. */
export interface StrapState {
  sensor: Id;
  lastHeardAt: number;
  rssiDbm?: number;
  batteryPercent?: number;
}

export function learnBattery(sensor: Sensor, batteryPercent: number | undefined): void {
  if (batteryPercent === undefined || batteryPercent === sensor.batteryPercent) return;
  sensor.batteryPercent = batteryPercent;
  sensor.batteryIsNews = true;
}

/** Fields of a reading as they were decoded: undefined is unknown, and its key is left out. */
export type ReadingFields = { [K in keyof Omit<Reading, 'sensor' | 'at'>]?: Reading[K] | undefined };

/**
 * Makes a reading. The battery level goes with it when it is news: payloads stay small.
 * @param at UTC ms of the event
 */
export function makeReading(sensor: Sensor, at: number, fields: ReadingFields): Reading {
  const reading: Reading = { sensor: sensor.id, at };
  const target: Record<string, unknown> = reading;
  for (const name in fields) {
    const value = fields[name as keyof ReadingFields];
    if (value !== undefined) target[name] = value;
  }
  if (sensor.batteryIsNews && sensor.batteryPercent !== undefined) {
    reading.batteryPercent = sensor.batteryPercent;
    sensor.batteryIsNews = false;
  }
  sensor.lastReadingAt = at;
  return reading;
}

export function strapState(sensor: Sensor): StrapState {
  const strap: StrapState = { sensor: sensor.id, lastHeardAt: sensor.lastHeardAt };
  if (sensor.rssiDbm !== undefined) strap.rssiDbm = sensor.rssiDbm;
  if (sensor.batteryPercent !== undefined) strap.batteryPercent = sensor.batteryPercent;
  return strap;
}
