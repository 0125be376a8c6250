import { crc32 } from 'node:zlib';

/**
 * One record of a spool segment, little-endian:
 * `magic u16 · kind u8 · 0 u8 · length u32 · number u48 · crc32 u32 · payload[length]`; the checksum is over all of it but the magic and itself.
 * Numbers stand in the frames, so that a reader that skips damage knows what is missing.
 */
export const HEADER_BYTES = 18;
const MAGIC = 0x50b5;
const MAGIC_LOW = MAGIC & 0xff;
const MAGIC_HIGH = MAGIC >> 8;
/** No reading is near this long: a longer length is damage. */
const MAX_PAYLOAD_BYTES = 65_536;

export const FrameKind = {
  /** First in a segment: whose it is. */
  header: 1,
  /** A reading; `number` is its number. */
  reading: 2,
  /** Nothing beyond `number` is sent before the next one of these is synced. */
  ceiling: 3,
  /** A reading from before the clock was anchored: its `at` is that of the boot's own clock, and the spool's anchor corrects it. */
  unanchored: 4,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

export interface Frame {
  kind: FrameKind;
  number: number;
  payload: Uint8Array;
  /** Where it begins in its segment, bytes. */
  offset: number;
}

export interface Scan {
  frames: Frame[];
  /** End of the last whole frame, bytes. */
  end: number;
  /** Bytes that belong to no whole frame. */
  damagedBytes: number;
}

/** @returns header and payload in one buffer */
export function encodeFrame(kind: FrameKind, number: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  frame.writeUInt16LE(MAGIC, 0);
  frame.writeUInt8(kind, 2);
  frame.writeUInt8(0, 3);
  frame.writeUInt32LE(payload.length, 4);
  frame.writeUIntLE(number, 8, 6);
  frame.set(payload, HEADER_BYTES);
  frame.writeUInt32LE(checksum(frame, 0, payload.length), 14);
  return frame;
}

/**
 * Reads all whole frames of a segment; damage between them is skipped to the next one that holds.
 * Never throws: any bytes are frames and damage.
 */
export function scanFrames(bytes: Buffer): Scan {
  const frames: Frame[] = [];
  let offset = 0;
  let end = 0;
  let damagedBytes = 0;
  while (offset < bytes.length) {
    const frame = frameAt(bytes, offset);
    if (frame) {
      frames.push(frame);
      offset += HEADER_BYTES + frame.payload.length;
      end = offset;
      continue;
    }
    const next = nextMagic(bytes, offset + 1);
    damagedBytes += next - offset;
    offset = next;
  }
  return { frames, end, damagedBytes };
}

function frameAt(bytes: Buffer, offset: number): Frame | undefined {
  if (offset + HEADER_BYTES > bytes.length || bytes.readUInt16LE(offset) !== MAGIC) return undefined;
  const kind = bytes.readUInt8(offset + 2) as FrameKind;
  const length = bytes.readUInt32LE(offset + 4);
  if (length > MAX_PAYLOAD_BYTES || offset + HEADER_BYTES + length > bytes.length) return undefined;
  if (bytes.readUInt32LE(offset + 14) !== checksum(bytes, offset, length)) return undefined;
  const begin = offset + HEADER_BYTES;
  return { kind, number: bytes.readUIntLE(offset + 8, 6), payload: bytes.subarray(begin, begin + length), offset };
}

const checksum = (bytes: Buffer, offset: number, length: number): number =>
  crc32(bytes.subarray(offset + HEADER_BYTES, offset + HEADER_BYTES + length), crc32(bytes.subarray(offset + 2, offset + 14)));

function nextMagic(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(MAGIC_LOW, from); at >= 0; at = bytes.indexOf(MAGIC_LOW, at + 1)) if (bytes[at + 1] === MAGIC_HIGH) return at;
  return bytes.length;
}
