import type { Reading } from '@pulseboard/contract';
import { Battery } from './battery.js';
import { bodyRate } from './body-rate.js';

const LONGEST_RR_MS = 2500;
const MOST_BEATS = 255;
const LONGEST_VALUE = 512;
const POLAR = 0x006b;
const MIBAND = 0x0157;
const REPEAT_MS = 1000;

type Told = Partial<Omit<Reading, 'sensor' | 'at' | 'rssiDbm' | 'batteryPercent'>>;
export interface AdvertisedRate {
  heartRateBpm?: number;
  contact?: boolean;
}

/** The rule of when a Bluetooth address makes a reading. Bytes that are cut or too long make none. */
export class BleStrap {
  readonly #battery = new Battery();
  #shown: (AdvertisedRate & { at: number }) | undefined;

  constructor(private readonly sensor: string) {}

  /** @param characteristic 2a37 heart rate, 2a53 running speed, 2a19 battery */
  notified(characteristic: string, value: Buffer, at: number, rssiDbm: number | undefined): Reading | undefined {
    if (value.length > LONGEST_VALUE) return undefined;
    if (characteristic === '2a19') {
      if (value.length) this.#battery.learn(value[0]!);
      return undefined;
    }
    const told = characteristic === '2a37' ? heartRateOf(value) : runningOf(value);
    return told && this.#reading(told, at, rssiDbm);
  }

  advertised(rate: AdvertisedRate, at: number, rssiDbm: number | undefined): Reading | undefined {
    const shown = this.#shown;
    const isSame = shown && shown.heartRateBpm === rate.heartRateBpm && shown.contact === rate.contact;
    if (isSame && at - shown.at < REPEAT_MS) return undefined;
    this.#shown = { ...rate, at };
    return this.#reading(rate, at, rssiDbm);
  }

  #reading(told: Told, at: number, rssiDbm: number | undefined): Reading {
    return { sensor: this.sensor, at, ...told, ...(rssiDbm === undefined ? {} : { rssiDbm }), ...this.#battery.news() };
  }
}

/** @param value what follows the company id @returns undefined for an advertisement that is of no heart */
export function advertisedRate(companyId: number, value: Buffer): AdvertisedRate | undefined {
  if (value.length > LONGEST_VALUE) return undefined;
  const rate = companyId === POLAR ? polarOf(value) : companyId === MIBAND ? mibandOf(value) : undefined;
  return rate?.heartRateBpm === undefined && rate?.contact === undefined ? undefined : rate;
}

/** Flags, bpm of one or two bytes, energy if announced, then RR intervals of two bytes each. */
function heartRateOf(value: Buffer): Told | undefined {
  const flags = value[0] ?? 0;
  const bpmBytes = flags & 0x01 ? 2 : 1;
  const energyAt = 1 + bpmBytes;
  const rrAt = energyAt + (flags & 0x08 ? 2 : 0);
  if (value.length < Math.max(2, rrAt) || (flags & 0x10 && (value.length - rrAt) % 2)) return undefined;
  const told: Told = { ...(flags & 0x04 ? { contact: (flags & 0x02) > 0 } : {}), ...bodyRate(value.readUIntLE(1, bpmBytes)) };
  if (flags & 0x08) told.energyKj = value.readUInt16LE(energyAt);
  if (flags & 0x10) {
    const intervals: number[] = [];
    for (let i = rrAt; i < value.length; i += 2) intervals.push((value.readUInt16LE(i) * 1000) / 1024);
    const beats = intervals.filter((ms) => ms > 0);
    told.beats = Math.min(beats.length, MOST_BEATS);
    told.rrIntervalsMs = beats.filter((ms) => ms <= LONGEST_RR_MS).slice(-MOST_BEATS);
  }
  return told;
}

/** Flags, speed of two bytes, cadence, stride length and distance if announced. */
function runningOf(value: Buffer): Told | undefined {
  const flags = value[0] ?? 0;
  const length = 4 + (flags & 0x01 ? 2 : 0) + (flags & 0x02 ? 4 : 0);
  return value.length < length ? undefined : { cadenceSpm: value[3]! };
}

/** Blocks whose first byte has 0x40 are passed over; then flags, a byte, the fast and maybe the slow bpm. */
function polarOf(value: Buffer): AdvertisedRate | undefined {
  let at = 0;
  while (at < value.length && value[at]! & 0x40) {
    if (at + 1 >= value.length) return undefined;
    at += 2 + value[at + 1]!;
  }
  if (at + 2 >= value.length) return undefined;
  return { contact: (value[at]! & 0x02) > 0, ...bodyRate(value[at + 3] || value[at + 2]!) };
}

const mibandOf = (value: Buffer): AdvertisedRate | undefined => (value.length < 4 || value[3] === 0xff ? undefined : bodyRate(value[3]!));
