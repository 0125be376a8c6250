/** What goes between host and stick: `A4 len id payload[len] xor`; `xor` is the exclusive-or of every byte before it. Pure. */

export const SYNC = 0xa4;
/** Sync, length and id before the payload, the checksum behind it. */
export const UNCOUNTED_LENGTH = 4;
/** The longest message known is an advanced burst with its extension. */
export const MAX_PAYLOAD_LENGTH = 41;
export const MAX_MESSAGE_LENGTH = MAX_PAYLOAD_LENGTH + UNCOUNTED_LENGTH;

/** Message ids, as the public drivers name them. */
export const MessageId = {
  /** `channel, id it responds to, code`; with `CHANNEL_EVENT` in the place of the id it is an event of the radio. */
  response: 0x40,
  assignChannel: 0x42,
  channelFrequency: 0x45,
  networkKey: 0x46,
  resetSystem: 0x4a,
  closeChannel: 0x4c,
  /** `channel, id of the message wanted`. */
  request: 0x4d,
  broadcast: 0x4e,
  channelId: 0x51,
  capabilities: 0x54,
  openScan: 0x5b,
  enableExtended: 0x66,
  libConfig: 0x6e,
  startup: 0x6f,
  version: 0x3e,
} as const;

export const CHANNEL_EVENT = 0x01;
export const EVENT_CHANNEL_CLOSED = 0x07;

const PAYLOAD_OFFSET = 3;

export const messageId = (message: Uint8Array): number => message[2]!;
/** Without what is not there: a message may be shorter than its id promises. */
export const payloadOf = (message: Uint8Array): Uint8Array => message.subarray(PAYLOAD_OFFSET, message.length - 1);

export function encodeAntMessage(id: number, payload: Iterable<number>): Uint8Array {
  const counted = [...payload];
  const head = [SYNC, counted.length, id, ...counted];
  return Uint8Array.from([...head, head.reduce((xor, byte) => xor ^ byte, 0)]);
}
