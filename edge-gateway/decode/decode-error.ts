/** What is wrong with the bytes. Stable: health counts by it, tests assert it. */
export type DecodeErrorCode =
  | 'HEX_INVALID'
  | 'FRAME_TOO_SHORT'
  | 'FRAME_NO_SYNC'
  | 'FRAME_LENGTH'
  | 'FRAME_CHECKSUM'
  | 'FRAME_NOT_BROADCAST'
  | 'FRAME_EXTENSION_CUT'
  | 'FRAME_NO_CHANNEL_ID'
  | 'PAGE_LENGTH'
  | 'BLE_TOO_SHORT'
  | 'BLE_TOO_LONG'
  | 'BLE_RR_CUT'
  | 'BLE_COMPANY_ID';

/** Why a part of a message was left out, while the rest of it was decoded: the message counts as damaged. */
export type DamageCode = Extract<DecodeErrorCode, 'BLE_TOO_SHORT' | 'BLE_RR_CUT'>;

/** Bytes that cannot be decoded: reject them, there is nothing to retry. The only error that decoding throws. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  constructor(
    readonly code: DecodeErrorCode,
    message: string,
  ) {
    super(message);
  }
}
