import { DecodeError } from './decode-error.js';
import { toHex } from './hex.js';
import { i8, u16 } from './little-endian.js';

/** Device types (third part of a channel id). */
export const HEART_RATE_DEVICE_TYPE = 120;
export const SDM_DEVICE_TYPE = 124;

export const ANT_PAGE_LENGTH = 8;

const SYNC = 0xa4;
const BROADCAST_DATA = 0x4e;
/** Sync, length and message id before the counted part; the checksum after it. */
const HEAD_LENGTH = 3;
const UNCOUNTED_LENGTH = HEAD_LENGTH + 1;
const PAGE_OFFSET = HEAD_LENGTH + 1;
const FLAG_OFFSET = PAGE_OFFSET + ANT_PAGE_LENGTH;
const SHORTEST_FRAME = FLAG_OFFSET + 1;

const FLAG_CHANNEL_ID = 0x80;
const FLAG_RSSI = 0x40;
const FLAG_TIMESTAMP = 0x20;
const RSSI_IN_DBM = 0x20;

/** A broadcast of one sensor. What the stick was not told to append is absent. */
export interface AntFrame {
  channel: number;
  /** The eight bytes of the data page; a view into the frame. */
  page: Uint8Array;
  /** 20 bits: the 16 of the channel id, and the upper nibble of the transmission type above them. */
  deviceNumber?: number;
  deviceType?: number;
  transmissionType?: number;
  rssiDbm?: number;
  /** Stick's clock at reception, as sent: 16 bits that wrap. */
  rxTimestampTicks?: number;
}

/**
 * Decodes one whole message of an ANT stick: `A4 len id channel page[8] [flag extension] xor`.
 * `len` counts from `channel` to before `xor`, which is the exclusive-or of every byte before it.
 * Extensions follow in the order of their flags: channel id 0x80, RSSI 0x40, timestamp 0x20. Source: captured frames and the public drivers.
 * @throws DecodeError FRAME_… when it is cut, altered, or no broadcast (id 0x4E)
 */
export function decodeAntFrame(bytes: Uint8Array): AntFrame {
  checkFrame(bytes);
  const end = bytes.length - 1;
  const frame: AntFrame = { channel: bytes[HEAD_LENGTH]!, page: bytes.subarray(PAGE_OFFSET, FLAG_OFFSET) };
  if (FLAG_OFFSET === end) return frame;

  const flags = bytes[FLAG_OFFSET]!;
  let offset = FLAG_OFFSET + 1;
  const take = (length: number): number => {
    const start = offset;
    offset += length;
    if (offset > end) {
      throw new DecodeError('FRAME_EXTENSION_CUT', `flag 0x${toHex(flags)} announces more bytes than the frame has: give the whole frame`);
    }
    return start;
  };
  if (flags & FLAG_CHANNEL_ID) {
    const at = take(4);
    const transmissionType = bytes[at + 3]!;
    frame.deviceNumber = u16(bytes, at) | ((transmissionType >> 4) << 16);
    frame.deviceType = bytes[at + 2]!;
    frame.transmissionType = transmissionType;
  }
  if (flags & FLAG_RSSI) {
    const at = take(3);
    if (bytes[at] === RSSI_IN_DBM) frame.rssiDbm = i8(bytes, at + 1);
  }
  if (flags & FLAG_TIMESTAMP) frame.rxTimestampTicks = u16(bytes, take(2));
  return frame;
}

function checkFrame(bytes: Uint8Array): void {
  const { length } = bytes;
  if (length > 0 && bytes[0] !== SYNC) {
    throw new DecodeError('FRAME_NO_SYNC', `the first byte is ${toHex(bytes[0]!)}, not a4: give the frame from its sync byte on`);
  }
  if (length < UNCOUNTED_LENGTH) {
    throw new DecodeError(
      'FRAME_TOO_SHORT',
      `${length} bytes are no ANT frame, the shortest broadcast has ${SHORTEST_FRAME}: give the whole frame`,
    );
  }
  const announced = bytes[1]! + UNCOUNTED_LENGTH;
  if (length < announced) {
    throw new DecodeError('FRAME_TOO_SHORT', `the frame announces ${announced} bytes and has ${length}: give the whole frame`);
  }
  if (length > announced) {
    throw new DecodeError(
      'FRAME_LENGTH',
      `the frame announces ${announced} bytes and has ${length}: give one frame, without what follows it`,
    );
  }
  let xor = 0;
  for (let i = 0; i < length - 1; i++) xor ^= bytes[i]!;
  if (bytes[length - 1] !== xor) {
    const found = toHex(bytes[length - 1]!);
    throw new DecodeError(
      'FRAME_CHECKSUM',
      `the checksum is ${found} but the bytes give ${toHex(xor)}: a byte was altered, read the frame again`,
    );
  }
  if (bytes[2] !== BROADCAST_DATA) {
    throw new DecodeError('FRAME_NOT_BROADCAST', `message id ${toHex(bytes[2]!)} is not 4e (broadcast data): give a broadcast of a sensor`);
  }
  if (length < SHORTEST_FRAME) {
    throw new DecodeError(
      'FRAME_TOO_SHORT',
      `the broadcast has ${length} bytes, the shortest has ${SHORTEST_FRAME}: there is no whole page in it`,
    );
  }
}

/** @throws DecodeError PAGE_LENGTH */
export function checkAntPage(page: Uint8Array): void {
  if (page.length !== ANT_PAGE_LENGTH) {
    throw new DecodeError(
      'PAGE_LENGTH',
      `an ANT+ page has ${ANT_PAGE_LENGTH} bytes, not ${page.length}: give the page alone, without frame or checksum`,
    );
  }
}
