import fc from 'fast-check';
import {
  antHeartRateSensorId,
  antSdmSensorId,
  bleSensorId,
  canMatchSensor,
  guestMemberId,
  isAntHeartRate,
  isBle,
  isFootPod,
  isGuest,
  isId,
  strapOfGuest,
} from './ids.js';

test.each([
  { sensor: antHeartRateSensorId(483_922), id: 'ant-hr-483922', kind: 'strap' },
  { sensor: antSdmSensorId(17), id: 'ant-sdm-17', kind: 'foot pod' },
  { sensor: bleSensorId('A0:B1:C2:D3:E4:F5'), id: 'ble-a0b1c2d3e4f5', kind: 'Bluetooth' },
  { sensor: bleSensorId('a0b1c2d3e4f5'), id: 'ble-a0b1c2d3e4f5', kind: 'Bluetooth' },
])('$id', ({ sensor, id, kind }) => {
  expect(sensor).toBe(id);
  expect(isId(sensor)).toBe(true);
  expect([isAntHeartRate(sensor), isFootPod(sensor), isBle(sensor)]).toEqual(
    ['strap', 'foot pod', 'Bluetooth'].map((each) => each === kind),
  );
});

test('a strap and a foot pod may share a number', () => expect(antHeartRateSensorId(17)).not.toBe(antSdmSensorId(17)));

test('every ANT+ device number makes ids, of the sensor and of its guest', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 20 - 1 }), (deviceNumber) => {
      const guest = guestMemberId(antHeartRateSensorId(deviceNumber));
      return isId(guest) && isGuest(guest) && strapOfGuest(guest) === antHeartRateSensorId(deviceNumber);
    }),
  );
});

test.each([undefined, null, 1, {}, ['a']])('%p is no id', (value) => expect(isId(value)).toBe(false));

test.each([
  ['ant-hr-483922', true],
  ['ant-sdm-17', true],
  ['ble-a0b1c2d3e4f5', true],
  ['*', true],
  ['ant-*', true],
  ['ant-hr*', true],
  ['ant-hr-48*', true],
  ['ble-a0b1*', true],
  ['ble-a0b1c2d3e4f5*', true],
  ['483922', false],
  ['483*', false],
  ['ant-hr-', false],
  ['ant-hr', false],
  ['ant-hr-a0', false],
  ['ant-hr-12345678', false],
  ['ant-483922', false],
  ['ble-a0b1', false],
  ['ble-a0b1c2d3e4f5a6', false],
  ['ble-a0b1c2d3e4f5a6*', false],
  ['ble-xyz*', false],
  ['AA:BB:CC:DD:EE:FF', false],
  ['ant*hr', false],
  ['', false],
])('%s can be a sensor, or its beginning: %s', (pattern, can) => expect(canMatchSensor(pattern)).toBe(can));
