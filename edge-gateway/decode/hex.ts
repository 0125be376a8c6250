import { DecodeError } from './decode-error.js';

/**
 * Reads hexadecimal text as people paste it: any case, with spaces, colons or commas, with or without 0x.
 * @throws DecodeError HEX_INVALID
 */
export function parseHex(text: string): Uint8Array {
  const digits = text
    .split(/[\s:,]+/)
    .map((part) => part.replace(/^0x/i, ''))
    .join('');
  const stray = /[^0-9a-f]/i.exec(digits);
  if (stray) throw new DecodeError('HEX_INVALID', `"${stray[0]}" is no hexadecimal digit: give the bytes as 0-9 and a-f, two digits each`);
  if (!digits) throw new DecodeError('HEX_INVALID', 'there are no bytes: give them as hexadecimal, two digits each');
  if (digits.length % 2) {
    throw new DecodeError('HEX_INVALID', `${digits.length} hexadecimal digits make no whole bytes: give two digits for each byte`);
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

export const toHex = (byte: number): string => byte.toString(16).padStart(2, '0');
