import { MAX_PAYLOAD_LENGTH, SYNC, UNCOUNTED_LENGTH } from './ant-message.js';

/**
 * Bytes in any pieces to whole messages with the right checksum. Pure.
 *
 * A candidate is a sync byte and a length from 1 to 41. One whose checksum is wrong gives up its sync byte only, and the search goes on behind it:
 * so no message is ever lost to what came before it, save where bytes that are none form by chance a message with the right checksum that reaches into it.
 * An unfinished candidate holds back what is behind it until it is whole. That wait is bounded by the longest message: a message is out when 45 bytes
 * from its own first one on are in, and never more than 44 bytes are kept.
 */
export class AntFramer {
  #badFrames = 0;
  #pending: Uint8Array = new Uint8Array(0);
  /** Places count from the first byte ever. */
  #pendingFrom = 0;
  /** What is dropped before here belongs to a piece that is counted already. */
  #countedUntil = -1;

  /** Pieces that were dropped: a run of bytes between two messages, or in it each thing that looked like a message and was none. */
  get badFrames(): number {
    return this.#badFrames;
  }

  /** @returns the messages that it completes, each with bytes of its own */
  push(chunk: Uint8Array): Uint8Array[] {
    const bytes = join(this.#pending, chunk);
    const messages: Uint8Array[] = [];
    let next = 0;
    while (next < bytes.length) {
      const length = claimedLength(bytes, next);
      if (length === undefined || next + length > bytes.length) break;
      if (length > 0 && hasRightChecksum(bytes, next, length)) {
        messages.push(copyOf(bytes, next, next + length));
        next += length;
        this.#countedUntil = Math.min(this.#countedUntil, this.#pendingFrom + next - 1);
      } else {
        this.#drop(this.#pendingFrom + next, length);
        next++;
      }
    }
    this.#pending = copyOf(bytes, next, bytes.length);
    this.#pendingFrom += next;
    return messages;
  }

  /** @param claimedLength 0: the byte begins nothing */
  #drop(place: number, claimedLength: number): void {
    const isNew = claimedLength === 0 ? place > this.#countedUntil : place >= this.#countedUntil;
    if (isNew) this.#badFrames++;
    this.#countedUntil = Math.max(this.#countedUntil, place + (isNew && claimedLength > 0 ? claimedLength : 1));
  }
}

/** @returns 0 when no message begins there; undefined when that cannot be told yet */
function claimedLength(bytes: Uint8Array, from: number): number | undefined {
  if (bytes[from] !== SYNC) return 0;
  const payloadLength = bytes[from + 1];
  if (payloadLength === undefined) return undefined;
  return payloadLength === 0 || payloadLength > MAX_PAYLOAD_LENGTH ? 0 : payloadLength + UNCOUNTED_LENGTH;
}

/** The exclusive-or over a message and its checksum is 0. */
function hasRightChecksum(bytes: Uint8Array, from: number, length: number): boolean {
  let xor = 0;
  for (let i = from; i < from + length; i++) xor ^= bytes[i]!;
  return xor === 0;
}

/** `slice` of a Buffer is a view, and the USB library may use its buffers again. */
const copyOf = (bytes: Uint8Array, from: number, to: number): Uint8Array => new Uint8Array(bytes.subarray(from, to));

function join(before: Uint8Array, after: Uint8Array): Uint8Array {
  if (before.length === 0) return after;
  const both = new Uint8Array(before.length + after.length);
  both.set(before);
  both.set(after, before.length);
  return both;
}
