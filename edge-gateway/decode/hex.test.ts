import { parseHex, toHex } from './hex.js';

test.each([
  ['a40e', [0xa4, 0x0e]],
  ['A4 0E', [0xa4, 0x0e]],
  ['a4:0E:ff', [0xa4, 0x0e, 0xff]],
  ['0xa40e', [0xa4, 0x0e]],
  ['0xA4 0X0e', [0xa4, 0x0e]],
  ['0xa4, 0x0e', [0xa4, 0x0e]],
  [' 00 ', [0]],
])('%j is %j', (text, bytes) => {
  expect([...parseHex(text)]).toEqual(bytes);
});

test.each([
  ['', /no bytes/],
  [' : ', /no bytes/],
  ['a40', /3 hexadecimal digits/],
  ['a4zz', /"z" is no hexadecimal digit/],
  ['a4-0e', /"-"/],
])('%j is refused', (text, message) => {
  expect(() => parseHex(text)).toThrow(expect.objectContaining({ code: 'HEX_INVALID', message: expect.stringMatching(message) }));
});

test('a byte is written with two digits', () => {
  expect([0, 10, 255].map(toHex)).toEqual(['00', '0a', 'ff']);
});
