import type { BatteryState } from '@pulseboard/contract';
import { checkAntPage } from './ant-frame.js';
import { commonBatteryStatus } from './battery-status.js';
import { u16, u24 } from './little-endian.js';
import { plausibleHeartRate } from './plausible-heart-rate.js';

export const PREVIOUS_BEAT_PAGE = 4;

const TOGGLE = 0x80;
const PAGE_NUMBER = 0x7f;
/** Beat times count 1/1024 s. In doubles the product is exact: a tick is 125/128 ms. */
const MS_PER_TICK = 1000 / 1024;
const OPERATING_TIME_UNIT_S = 2;
const BATTERY_UNKNOWN = 0xff;
const VOLTS_MASK = 0x0f;
const VOLTS_UNKNOWN = 0x0f;
const UNKNOWN_BYTE = 0xff;
const BEAT_EVENT_MASK = 0x03;
const BEAT_EVENT_MEASURED = 0;

const features = [
  [0x01, 'run'],
  [0x02, 'cycle'],
  [0x04, 'swim'],
  [0x08, 'gym'],
] as const;
export type HeartRateFeature = (typeof features)[number][1];

/** One type for every page: the common fields always, the others on the page that carries them and when they are known. */
export interface HeartRatePage {
  page: number;
  toggle: boolean;
  /** Strap's clock at its last beat, exact; wraps at 64 s. */
  beatTimeMs: number;
  /** Wraps at 256. */
  beatCount: number;
  /** Absent when implausible. */
  heartRateBpm?: number;
  /** False when the strap sends 0 bpm, its "invalid". */
  contact?: boolean;
  operatingTimeS?: number;
  manufacturerId?: number;
  /** Upper 16 bits of the serial number; the lower ones are the 16-bit device number. */
  serialNumberUpper16?: number;
  hardwareVersion?: number;
  softwareVersion?: number;
  modelNumber?: number;
  /** Strap's clock at the beat before the last, exact; wraps at 64 s. */
  previousBeatTimeMs?: number;
  supportedFeatures?: HeartRateFeature[];
  enabledFeatures?: HeartRateFeature[];
  batteryPercent?: number;
  batteryVolts?: number;
  batteryStatus?: BatteryState;
  /** Page 9: are the beat times measured, rather than made from an average. */
  beatTimeMeasured?: boolean;
}

/** `toggling`: the page toggle was seen to change. `legacy`: not (yet), so bytes 1–3 may mean nothing and are not read. */
export type HeartRatePageMode = 'toggling' | 'legacy';

/**
 * Some straps fill beat time and count with FF, or the whole heartbeat with 0, while they have none to report. FF or 0 in one field alone is a value.
 * @returns `unknown` beat time and count are FF; `zero` they and the bpm are 0: nothing was counted yet
 */
export function emptyHeartbeat(bytes: Uint8Array): 'unknown' | 'zero' | undefined {
  if (bytes.subarray(4, 7).every((byte) => byte === UNKNOWN_BYTE)) return 'unknown';
  return bytes.subarray(4, 8).every((byte) => byte === 0) ? 'zero' : undefined;
}

export const hasToggle = (page: Uint8Array): boolean => (page[0]! & TOGGLE) !== 0;

/**
 * Decodes the 8 bytes of an ANT+ heart-rate page (device type 120), pages 0–7 and 9; an unknown one gives the common fields.
 * Byte 0 page and toggle, 4–5 beat time u16 in 1/1024 s, 6 beat count, 7 bpm. Source: captured frames, and `openant` and `ant-plus`, which agree.
 *
 * Fields that exist and are not carried: page 4 byte 1 (the manufacturer's own); page 5 (swimming: interval bpm, maximum, session average) and page 6
 * bits 6–7 (the manufacturer's own), because no public decoder gives them a meaning that can be checked; page 7 states 0, 6 and 7 (unknown, charging,
 * invalid), because they call for nothing; of page 9 bits 2–7, and pages 8 and 10 up, because their layout is not public.
 * @throws DecodeError PAGE_LENGTH
 */
export function decodeHeartRatePage(bytes: Uint8Array, mode: HeartRatePageMode = 'toggling'): HeartRatePage {
  checkAntPage(bytes);
  const page: HeartRatePage = {
    page: bytes[0]! & PAGE_NUMBER,
    toggle: hasToggle(bytes),
    beatTimeMs: u16(bytes, 4) * MS_PER_TICK,
    beatCount: bytes[6]!,
    ...plausibleHeartRate(bytes[7]!),
  };
  if (mode === 'toggling') addBackground(page, bytes);
  return page;
}

function addBackground(page: HeartRatePage, bytes: Uint8Array): void {
  switch (page.page) {
    case 1:
      page.operatingTimeS = u24(bytes, 1) * OPERATING_TIME_UNIT_S;
      break;
    case 2:
      page.manufacturerId = bytes[1]!;
      page.serialNumberUpper16 = u16(bytes, 2);
      break;
    case 3:
      page.hardwareVersion = bytes[1]!;
      page.softwareVersion = bytes[2]!;
      page.modelNumber = bytes[3]!;
      break;
    case PREVIOUS_BEAT_PAGE:
      page.previousBeatTimeMs = u16(bytes, 2) * MS_PER_TICK;
      break;
    case 6:
      page.supportedFeatures = featuresOf(bytes[2]!);
      page.enabledFeatures = featuresOf(bytes[3]!);
      break;
    case 7:
      addBattery(page, bytes);
      break;
    case 9:
      page.beatTimeMeasured = (bytes[1]! & BEAT_EVENT_MASK) === BEAT_EVENT_MEASURED;
      break;
  }
}

const featuresOf = (flags: number): HeartRateFeature[] => features.filter(([flag]) => flags & flag).map(([, name]) => name);

function addBattery(page: HeartRatePage, bytes: Uint8Array): void {
  const percent = bytes[1]!;
  if (percent !== BATTERY_UNKNOWN && percent <= 100) page.batteryPercent = percent;
  const wholeVolts = bytes[3]! & VOLTS_MASK;
  if (wholeVolts !== VOLTS_UNKNOWN) page.batteryVolts = wholeVolts + bytes[2]! / 256;
  const status = commonBatteryStatus(bytes[3]!);
  if (status) page.batteryStatus = status;
}
