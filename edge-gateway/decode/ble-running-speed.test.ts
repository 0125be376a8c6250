import { type BleRunningSpeed, type CadenceUnit, decodeBleRunningSpeed } from './ble-running-speed.js';
import { parseHex } from './hex.js';

test.each<[string, string, BleRunningSpeed]>([
  ['walking', '008001 5a', { speedMps: 1.5, cadenceSpm: 90, running: false }],
  ['running, one foot', '04000356', { speedMps: 3, cadenceSpm: 172, running: true }],
  ['running, one foot, fastest', '04000377', { speedMps: 3, cadenceSpm: 238, running: true }],
  ['running, both feet, slowest', '04000378', { speedMps: 3, cadenceSpm: 120, running: true }],
  ['running and standing', '04000300', { speedMps: 3, cadenceSpm: 0, running: true }],
  ['running', '040003aa', { speedMps: 3, cadenceSpm: 170, running: true }],
  ['stride length', '010003aa7300', { speedMps: 3, cadenceSpm: 170, running: false, strideLengthM: 1.15 }],
  ['distance', '020003aa39300000', { speedMps: 3, cadenceSpm: 170, running: false, distanceM: 1234.5 }],
  ['all', '070003aa7300ffffffff', { speedMps: 3, cadenceSpm: 170, running: true, strideLengthM: 1.15, distanceM: 429_496_729.5 }],
])('%s', (_, hex, speed) => {
  expect(decodeBleRunningSpeed(parseHex(hex))).toEqual(speed);
});

test.each<[CadenceUnit, string, number]>([
  ['steps', '04000356', 86],
  ['strides', '04000356', 172],
  ['strides', '0080015a', 180],
  ['strides', '040003aa', 340],
  ['auto', '0080015a', 90],
])('a cadence of %s in %s', (unit, hex, cadenceSpm) => {
  expect(decodeBleRunningSpeed(parseHex(hex), unit)).toMatchObject({ cadenceSpm });
});

const whole = { speedMps: 3, cadenceSpm: 170, running: false, damage: 'BLE_TOO_SHORT' };
test.each([
  ['no stride length', '010003aa', whole],
  ['half a stride length', '010003aa73', whole],
  ['half a distance', '020003aa393000', whole],
  ['a stride length and half a distance', '030003aa73003930', { ...whole, strideLengthM: 1.15 }],
  ['half a stride length, distance announced', '030003aa73', whole],
  ['of a fast runner', '0100ff50', { ...whole, speedMps: 255, cadenceSpm: 80 }],
])('%s: what is whole before the cut is kept', (_, hex, speed) => {
  expect(decodeBleRunningSpeed(parseHex(hex))).toEqual(speed);
});

test.each(['', '00', '0000', '000003'])('refuses "%s": it has no cadence', (hex) => {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  expect(() => decodeBleRunningSpeed(bytes)).toThrow(expect.objectContaining({ name: 'DecodeError', code: 'BLE_TOO_SHORT' }));
});
