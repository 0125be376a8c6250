import { batchName } from './batch-name.js';

test('the name of a batch is the SHA-256 of its bytes, hexadecimal', () => {
  // FIPS 180-2, B.1
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(batchName('abc')).toBe(abc);
  expect(batchName(Uint8Array.of(0x61, 0x62, 0x63))).toBe(abc);
  expect(batchName('Zoë')).toBe(batchName(Buffer.from('Zoë', 'utf8')));
});
