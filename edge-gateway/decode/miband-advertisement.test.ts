import { parseHex } from './hex.js';
import { decodeMibandAdvertisement, decodeMibandSteps } from './miband-advertisement.js';

test.each([
  ['0200004a', { heartRateBpm: 74 }],
  ['0200014a03ffaabbccddeeff', { heartRateBpm: 74 }],
  ['020000ff', {}],
  ['02000000', { contact: false }],
  ['02000010', {}],
])('%s', (hex, heartRate) => {
  expect(decodeMibandAdvertisement(parseHex(hex))).toEqual(heartRate);
});

test.each([
  ['d2040000', { steps: 1234 }],
  ['ffffffff', { steps: 4_294_967_295 }],
])('steps %s', (hex, steps) => {
  expect(decodeMibandSteps(parseHex(hex))).toEqual(steps);
});

test('refuses what is cut', () => {
  const tooShort = expect.objectContaining({ name: 'DecodeError', code: 'BLE_TOO_SHORT' });
  expect(() => decodeMibandAdvertisement(parseHex('020000'))).toThrow(tooShort);
  expect(() => decodeMibandSteps(parseHex('d20400'))).toThrow(tooShort);
});
