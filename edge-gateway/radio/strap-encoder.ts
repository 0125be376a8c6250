import { type Beat, beatTicks } from './beat.js';
import {
  ANT_HEART_RATE_DEVICE_TYPE,
  type BatteryStatus,
  encodeAntFrame,
  encodeHeartRatePage,
  type HeartRateCommon,
  type HeartRatePage,
} from './encode-ant.js';
import { encodeHeartRateMeasurement } from './encode-ble.js';

/** Radio channels of a stick that scans both profiles. */
export const HEART_RATE_CHANNEL = 0;
export const FOOT_POD_CHANNEL = 1;

/** Sending 64 main pages, then one background page four times over, as the heart-rate profile prescribes; 68 messages keep the toggle in step. */
const MAIN_MESSAGES = 64;
const BACKGROUND_MESSAGES = 4;
const ROUND_MESSAGES = MAIN_MESSAGES + BACKGROUND_MESSAGES;
const MESSAGES_PER_TOGGLE = 4;
const backgroundPages = [1, 2, 3, 7] as const;
/** After this many messages pages and toggle begin anew. */
export const ROTATION_MESSAGES = ROUND_MESSAGES * backgroundPages.length * 2;

/** What the background pages tell. */
export interface StrapIdentity {
  manufacturerId: number;
  serialNumberHigh16: number;
  hardwareVersion: number;
  softwareVersion: number;
  modelNumber: number;
  batteryPercent?: number;
  /** On the air since it was new, in seconds, at time 0. */
  operatingTimeS: number;
}

export interface AntHeartRateStrapOptions {
  /** 20 bits. */
  deviceNumber: number;
  /** Without it the strap sends no background pages. */
  identity?: StrapIdentity;
  /** An old strap: page 0 only, and a toggle bit that never changes. */
  legacy?: boolean;
  /** Where in the rotation it begins. */
  firstMessage?: number;
  /** What its clock shows at time 0, in 1/1024 s. */
  clockTicks?: number;
}

/** An ANT+ heart-rate strap: told of beats, asked for a frame at each of its broadcasts. */
export class AntHeartRateStrap {
  readonly #options: AntHeartRateStrapOptions;
  readonly #channelId;
  #message: number;
  #beatTicks = 0;
  #previousBeatTicks: number | undefined;
  #hasBeat = false;
  #beatCount = 0;
  #computedBpm = 0;

  constructor(options: AntHeartRateStrapOptions) {
    this.#options = options;
    this.#channelId = { deviceNumber: options.deviceNumber, deviceType: ANT_HEART_RATE_DEVICE_TYPE };
    this.#message = options.firstMessage ?? 0;
  }

  onBeat(beat: Beat): void {
    // Page 4 claims that the two times are of beats in succession. Where they are not, there is no previous beat to tell.
    this.#previousBeatTicks = this.#hasBeat && beat.countStep === 1 ? this.#beatTicks : undefined;
    this.#beatTicks = beatTicks(beat.atMs) + (this.#options.clockTicks ?? 0);
    this.#beatCount += beat.countStep;
    this.#computedBpm = beat.computedBpm;
    this.#hasBeat = true;
  }

  /** The frame of the next broadcast. @param atMs only for the operating time */
  broadcast(atMs: number, rssiDbm?: number): Uint8Array {
    const page = encodeHeartRatePage(this.#nextPage(atMs));
    this.#message++;
    return encodeAntFrame({ channel: HEART_RATE_CHANNEL, page, channelId: this.#channelId, ...(rssiDbm === undefined ? {} : { rssiDbm }) });
  }

  #nextPage(atMs: number): HeartRatePage {
    const { legacy, identity } = this.#options;
    const common: HeartRateCommon = {
      toggle: !legacy && Math.floor(this.#message / MESSAGES_PER_TOGGLE) % 2 === 1,
      beatTicks: this.#beatTicks,
      beatCount: this.#beatCount,
      computedBpm: this.#computedBpm,
    };
    if (legacy) return { page: 0, ...common };
    if (identity && this.#message % ROUND_MESSAGES >= MAIN_MESSAGES) return backgroundPage(this.#message, identity, common, atMs);
    // Page 0 says the same as page 4 without a previous beat, so a decoder makes no interval out of a silence.
    return this.#previousBeatTicks === undefined
      ? { page: 0, ...common }
      : { page: 4, previousBeatTicks: this.#previousBeatTicks, ...common };
  }
}

function backgroundPage(message: number, identity: StrapIdentity, common: HeartRateCommon, atMs: number): HeartRatePage {
  const { batteryPercent } = identity;
  switch (backgroundPages[Math.floor(message / ROUND_MESSAGES) % backgroundPages.length]!) {
    case 1:
      return { page: 1, operatingTimeS: identity.operatingTimeS + atMs / 1000, ...common };
    case 2:
      return { page: 2, manufacturerId: identity.manufacturerId, serialNumberHigh16: identity.serialNumberHigh16, ...common };
    case 3: {
      const { hardwareVersion, softwareVersion, modelNumber } = identity;
      return { page: 3, hardwareVersion, softwareVersion, modelNumber, ...common };
    }
    case 7:
      return {
        page: 7,
        ...(batteryPercent === undefined ? {} : { batteryPercent }),
        batteryVolts: coinCellVolts(batteryPercent ?? 100),
        batteryStatus: batteryStatusOf(batteryPercent ?? 100),
        ...common,
      };
  }
}

/** A CR2032 falls from about 3.0 V to 2.4 V over its life. */
const coinCellVolts = (batteryPercent: number): number => 2.4 + 0.6 * (batteryPercent / 100);

function batteryStatusOf(batteryPercent: number): BatteryStatus {
  if (batteryPercent > 90) return 'new';
  if (batteryPercent > 50) return 'good';
  if (batteryPercent > 20) return 'ok';
  return batteryPercent > 5 ? 'low' : 'critical';
}

/** A BLE strap: collects the RR intervals of its beats until the next notification. */
export class BleHeartRateStrap {
  #lastBeatTicks: number | undefined;
  #computedBpm = 0;
  #rrTicks: number[] = [];

  onBeat(beat: Beat): void {
    const ticks = beatTicks(beat.atMs);
    if (this.#lastBeatTicks !== undefined && beat.countStep === 1) this.#rrTicks.push(ticks - this.#lastBeatTicks);
    this.#lastBeatTicks = ticks;
    this.#computedBpm = beat.computedBpm;
  }

  /** A notification with what came since the last one. */
  notification(): Uint8Array {
    const bytes = encodeHeartRateMeasurement({ heartRateBpm: this.#computedBpm, contact: true, rrTicks: this.#rrTicks });
    this.#rrTicks = [];
    return bytes;
  }

  /** What it says while it does not touch the skin. */
  notificationWithoutContact(): Uint8Array {
    this.forget();
    return encodeHeartRateMeasurement({ heartRateBpm: 0, contact: false });
  }

  /** Nobody is connected: a strap keeps no intervals for later. */
  forget(): void {
    this.#rrTicks = [];
    this.#lastBeatTicks = undefined;
  }
}
