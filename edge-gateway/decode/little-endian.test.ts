import { i8, u16, u24, u32 } from './little-endian.js';

const bytes = Uint8Array.from([0x01, 0x02, 0x80, 0xff, 0xfe]);

test.each([
  [u16, 0, 0x0201],
  [u16, 2, 0xff80],
  [u24, 0, 0x800201],
  [u24, 2, 0xfeff80],
  [u32, 0, 0xff800201],
  [u32, 1, 0xfeff8002],
  [i8, 0, 1],
  [i8, 2, -128],
  [i8, 4, -2],
])('%p at %i', (read, offset, value) => {
  expect(read(bytes, offset)).toBe(value);
});
