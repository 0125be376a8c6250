/** Little-endian numbers at an offset that the caller has checked to lie within the bytes. */
export const u16 = (bytes: Uint8Array, offset: number): number => bytes[offset]! | (bytes[offset + 1]! << 8);
export const u24 = (bytes: Uint8Array, offset: number): number => u16(bytes, offset) | (bytes[offset + 2]! << 16);
export const u32 = (bytes: Uint8Array, offset: number): number => (u24(bytes, offset) | (bytes[offset + 3]! << 24)) >>> 0;
export const i8 = (bytes: Uint8Array, offset: number): number => (bytes[offset]! << 24) >> 24;
