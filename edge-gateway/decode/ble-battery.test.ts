import { decodeBleBattery } from './ble-battery.js';

test.each([
  [[0], { batteryPercent: 0 }],
  [[90], { batteryPercent: 90 }],
  [[100], { batteryPercent: 100 }],
  [[101], {}],
  [[255], {}],
])('%j', (bytes, battery) => {
  expect(decodeBleBattery(Uint8Array.from(bytes))).toEqual(battery);
});

test('refuses nothing', () => {
  expect(() => decodeBleBattery(new Uint8Array())).toThrow(expect.objectContaining({ name: 'DecodeError', code: 'BLE_TOO_SHORT' }));
});
