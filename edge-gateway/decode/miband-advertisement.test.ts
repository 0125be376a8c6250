import fc from 'fast-check';
import { parseHex } from './hex.js';
import { decodeMibandAdvertisement, decodeMibandSteps } from './miband-advertisement.js';

const ADDRESS = 'A0:B1:C2:D3:E4:F5';
const band = (heartRate: string, { first = '02', address = 'a0b1c2d3e4f5', more = '' } = {}) =>
  `${first}0100${heartRate}${'00'.repeat(14)}${address}${more}`;

test.each([
  [band('4a'), { heartRateBpm: 74 }],
  [band('19'), { heartRateBpm: 25 }],
  [band('ef'), { heartRateBpm: 239 }],
  [band('10'), {}],
  [band('00'), { contact: false }],
  [band('f0'), {}],
  [band('ff'), {}],
])('of a Mi Band: %s', (hex, heartRate) => {
  expect(decodeMibandAdvertisement(parseHex(hex), ADDRESS)).toEqual(heartRate);
});

test.each([
  ['a body scale', '5ccad34cee74', '5C:CA:D3:4C:EE:74'],
  ['an Amazfit watch', '00480967361d0078b09608774ca8df13e002c70cbd1794a2', 'C7:0C:BD:17:94:A2'],
  ['another first byte', band('4a', { first: '03' }), ADDRESS],
  ['the address of another device', band('4a'), 'A0:B1:C2:D3:E4:F6'],
  ['the address backwards', band('4a'), 'F5:E4:D3:C2:B1:A0'],
  ['a byte too few', band('4a').slice(2), ADDRESS],
  ['a byte too many', band('4a', { address: '', more: '00a0b1c2d3e4f5' }), ADDRESS],
  ['four bytes', '0200004a', ADDRESS],
])('%s gives nothing', (_, hex, address) => {
  expect(decodeMibandAdvertisement(parseHex(hex), address)).toEqual({});
});

test('the address is compared in any notation; a message alone has none to compare', () => {
  const bytes = parseHex(band('4a'));
  for (const address of ['a0b1c2d3e4f5', 'a0:b1:c2:d3:e4:f5', undefined])
    expect(decodeMibandAdvertisement(bytes, address)).toEqual({ heartRateBpm: 74 });
});

test('whatever the company sends, only a packet that fits the whole rule gives something', () => {
  const near = fc
    .tuple(fc.uint8Array({ minLength: 22, maxLength: 26 }), fc.boolean(), fc.boolean())
    .map(([bytes, isFirst, isAddressed]) => {
      if (isFirst) bytes[0] = 2;
      if (isAddressed) bytes.set(parseHex('a0b1c2d3e4f5'), bytes.length - 6);
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(near, fc.uint8Array({ maxLength: 30 })), (bytes) => {
      const fits =
        bytes.length === 24 && bytes[0] === 2 && bytes[3]! < 0xf0 && Buffer.from(bytes.subarray(18)).toString('hex') === 'a0b1c2d3e4f5';
      if (!fits) expect(decodeMibandAdvertisement(bytes, ADDRESS)).toEqual({});
      else expect(decodeMibandAdvertisement(bytes, ADDRESS).heartRateBpm ?? bytes[3]).toBe(bytes[3]);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['d2040000', { steps: 1234 }],
  ['ffffffff', { steps: 4_294_967_295 }],
])('steps %s', (hex, steps) => {
  expect(decodeMibandSteps(parseHex(hex))).toEqual(steps);
});

test('steps that are cut are refused', () => {
  expect(() => decodeMibandSteps(parseHex('d20400'))).toThrow(expect.objectContaining({ name: 'DecodeError', code: 'BLE_TOO_SHORT' }));
});
