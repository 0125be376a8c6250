/**
 * ANT+ bytes: the frame a USB stick hands over, and the heart-rate pages inside it. Pure.
 * Formats: ANT Message Protocol and Usage (extended broadcast data), ANT+ Heart Rate device profile.
 * Counters are wrapped here, so callers count on without end.
 */

export const ANT_HEART_RATE_DEVICE_TYPE = 120;
export const ANT_SDM_DEVICE_TYPE = 124;
/** Broadcast periods in ms: 8070 and 8134 ticks of a 32,768 Hz crystal (4.06 Hz and 4.03 Hz). */
export const ANT_HEART_RATE_PERIOD_MS = (8070 / 32_768) * 1000;
export const ANT_SDM_PERIOD_MS = (8134 / 32_768) * 1000;
/** A strap's clock for beats: 1024 ticks a second. */
export const BEAT_TICKS_PER_S = 1024;

const SYNC = 0xa4;
const BROADCAST_DATA = 0x4e;
const FLAG_CHANNEL_ID = 0x80;
const FLAG_RSSI = 0x40;
const RSSI_IN_DBM = 0x20;
const RESERVED = 0xff;
export const PAGE_TOGGLE = 0x80;

export interface AntChannelId {
  /** 20 bits: the upper four travel in the upper nibble of the transmission type. */
  deviceNumber: number;
  deviceType: number;
  /** Lower nibble of the transmission type: 1 independent channel, 5 independent with common pages (foot pods). */
  channelKind?: number;
}

export interface AntFrame {
  channel: number;
  /** Eight bytes. */
  page: Uint8Array;
  channelId?: AntChannelId;
  rssiDbm?: number;
  /** Sent only together with `rssiDbm`. */
  thresholdDbm?: number;
}

/** A whole frame as the stick sends it: `A4 len 4E channel page[8] [flag extension] xor`. */
export function encodeAntFrame({ channel, page, channelId, rssiDbm, thresholdDbm = -128 }: AntFrame): Uint8Array {
  const extension = (channelId ? 4 : 0) + (rssiDbm === undefined ? 0 : 3);
  const length = 9 + (extension ? 1 + extension : 0);
  const bytes = new Uint8Array(length + 4);
  bytes[0] = SYNC;
  bytes[1] = length;
  bytes[2] = BROADCAST_DATA;
  bytes[3] = channel;
  // Copied byte by byte: for eight bytes `set` costs more than the rest of the frame, and a replay makes tens of thousands a second.
  for (let i = 0; i < 8; i++) bytes[4 + i] = page[i]!;
  if (extension) {
    bytes[12] = (channelId ? FLAG_CHANNEL_ID : 0) | (rssiDbm === undefined ? 0 : FLAG_RSSI);
    let next = 13;
    if (channelId) {
      bytes[next++] = channelId.deviceNumber;
      bytes[next++] = channelId.deviceNumber >> 8;
      bytes[next++] = channelId.deviceType;
      bytes[next++] = ((channelId.deviceNumber >> 16) << 4) | (channelId.channelKind ?? 1);
    }
    if (rssiDbm !== undefined) {
      bytes[next++] = RSSI_IN_DBM;
      bytes[next++] = clampToInt8(rssiDbm);
      bytes[next++] = clampToInt8(thresholdDbm);
    }
  }
  let xor = 0;
  for (let i = 0; i < bytes.length - 1; i++) xor ^= bytes[i]!;
  bytes[bytes.length - 1] = xor;
  return bytes;
}

const clampToInt8 = (value: number) => Math.max(-128, Math.min(127, Math.round(value)));

/** What every heart-rate page says, in bytes 4 to 7. */
export interface HeartRateCommon {
  /** Flips every four messages; a legacy strap's never does. */
  toggle: boolean;
  /** Strap's clock at its last beat, in 1/1024 s; wraps at 64 s. */
  beatTicks: number;
  beatCount: number;
  /** 0: invalid. */
  computedBpm: number;
}

export type HeartRatePage = HeartRateCommon &
  (
    | { page: 0 }
    | { page: 1; operatingTimeS: number }
    | { page: 2; manufacturerId: number; serialNumberHigh16: number }
    | { page: 3; hardwareVersion: number; softwareVersion: number; modelNumber: number }
    | { page: 4; previousBeatTicks: number }
    | { page: 7; batteryPercent?: number; batteryVolts: number; batteryStatus: BatteryStatus }
  );

/** Codes of ANT+ common battery states. */
export const batteryStatuses = { new: 1, good: 2, ok: 3, low: 4, critical: 5 } as const;
export type BatteryStatus = keyof typeof batteryStatuses;

export function encodeHeartRatePage(page: HeartRatePage): Uint8Array {
  const bytes = new Uint8Array(8);
  bytes[0] = page.page | (page.toggle ? PAGE_TOGGLE : 0);
  writeSpecific(bytes, page);
  bytes[4] = page.beatTicks;
  bytes[5] = page.beatTicks >> 8;
  bytes[6] = page.beatCount;
  bytes[7] = page.computedBpm;
  return bytes;
}

/** Bytes 1 to 3, which differ from page to page. */
function writeSpecific(bytes: Uint8Array, page: HeartRatePage): void {
  switch (page.page) {
    case 0:
      bytes.fill(RESERVED, 1, 4);
      return;
    case 1: {
      const unitsOf2s = Math.floor(page.operatingTimeS / 2);
      bytes[1] = unitsOf2s;
      bytes[2] = unitsOf2s >> 8;
      bytes[3] = unitsOf2s >> 16;
      return;
    }
    case 2:
      bytes[1] = page.manufacturerId;
      bytes[2] = page.serialNumberHigh16;
      bytes[3] = page.serialNumberHigh16 >> 8;
      return;
    case 3:
      bytes[1] = page.hardwareVersion;
      bytes[2] = page.softwareVersion;
      bytes[3] = page.modelNumber;
      return;
    case 4:
      bytes[1] = RESERVED;
      bytes[2] = page.previousBeatTicks;
      bytes[3] = page.previousBeatTicks >> 8;
      return;
    case 7: {
      const voltsIn256ths = Math.round(page.batteryVolts * 256);
      bytes[1] = page.batteryPercent ?? RESERVED;
      bytes[2] = voltsIn256ths;
      bytes[3] = ((voltsIn256ths >> 8) & 0x0f) | (batteryStatuses[page.batteryStatus] << 4);
      return;
    }
  }
}
