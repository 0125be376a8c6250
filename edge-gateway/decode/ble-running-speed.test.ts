import { type BleRunningSpeed, decodeBleRunningSpeed } from './ble-running-speed.js';
import { parseHex } from './hex.js';

test.each<[string, string, BleRunningSpeed]>([
  ['walking', '008001 5a', { speedMps: 1.5, cadenceSpm: 90, running: false }],
  ['running', '040003aa', { speedMps: 3, cadenceSpm: 170, running: true }],
  ['stride length', '010003aa7300', { speedMps: 3, cadenceSpm: 170, running: false, strideLengthM: 1.15 }],
  ['distance', '020003aa39300000', { speedMps: 3, cadenceSpm: 170, running: false, distanceM: 1234.5 }],
  ['all', '070003aa7300ffffffff', { speedMps: 3, cadenceSpm: 170, running: true, strideLengthM: 1.15, distanceM: 429_496_729.5 }],
])('%s', (_, hex, speed) => {
  expect(decodeBleRunningSpeed(parseHex(hex))).toEqual(speed);
});

test.each([
  ['no cadence', '000003'],
  ['half a stride length', '010003aa73'],
  ['half a distance', '020003aa393000'],
  ['a stride length and half a distance', '030003aa73003930'],
])('refuses %s', (_, hex) => {
  expect(() => decodeBleRunningSpeed(parseHex(hex))).toThrow(expect.objectContaining({ name: 'DecodeError', code: 'BLE_TOO_SHORT' }));
});
