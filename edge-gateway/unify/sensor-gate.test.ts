import { isRotatingAddress, SensorGate, type SensorRules } from './sensor-gate.js';

const none: SensorRules = { allow: [], deny: [] };
type Heard = [afterMs: number, rssiDbm: number | undefined, taken: true | 'weak'];

test.each<[string, Partial<SensorRules>, string, boolean, ReturnType<SensorGate['refusal']>]>([
  ['without rules', {}, 'ant-hr-1', false, undefined],
  ['an address that changes', {}, 'ble-4', true, 'rotating'],
  ['named, though its address changes', { allow: ['ble-4'] }, 'ble-4', true, undefined],
  ['not named', { allow: ['ant-hr-1', 'ble-*'] }, 'ant-hr-2', false, 'unlisted'],
  ['by its beginning', { allow: ['ant-hr-1', 'ble-*'] }, 'ble-7', false, undefined],
  ['a number is no beginning', { allow: ['ant-hr-1'] }, 'ant-hr-12', false, 'unlisted'],
  ['denied', { deny: ['ant-hr-1'] }, 'ant-hr-1', false, 'denied'],
  ['denied, though named', { allow: ['*'], deny: ['ant-*'] }, 'ant-sdm-1', false, 'denied'],
  ['named, though weak', { allow: ['*'], minRssiDbm: -60 }, 'ant-hr-1', false, undefined],
  ['weak', { minRssiDbm: -60 }, 'ant-hr-1', false, 'weak'],
])('%s', (_, rules, sensor, isRotating, refusal) => {
  expect(new SensorGate({ ...none, ...rules }).refusal(sensor, 0, -70, isRotating)).toBe(refusal);
});

test.each<[string, Heard[]]>([
  [
    'comes nearer',
    [
      [0, -90, 'weak'],
      [1000, -80, true],
      [2000, -90, true],
    ],
  ],
  [
    'turns away for less than a minute',
    [
      [0, -70, true],
      [59_999, -95, true],
      [60_000, -95, 'weak'],
      [61_000, -80, true],
    ],
  ],
  [
    'stays as long as it is strong now and then',
    [
      [0, -70, true],
      [59_000, -80, true],
      [118_000, -90, true],
    ],
  ],
  [
    'has no signal strength',
    [
      [0, undefined, true],
      [1000, -90, 'weak'],
      [2000, undefined, true],
    ],
  ],
])('a strap that %s', (_, heard) => {
  const gate = new SensorGate({ ...none, minRssiDbm: -80 });
  expect(heard.map(([afterMs, rssiDbm]) => gate.refusal('ant-hr-1', afterMs, rssiDbm) ?? true)).toEqual(heard.map(([, , taken]) => taken));
});

test.each([
  ['00:11:22:33:44:55', 'public', false],
  ['00:11:22:33:44:55', 'random', true],
  ['40:11:22:33:44:55', 'random', true],
  ['7F:11:22:33:44:55', 'random', true],
  ['C0:11:22:33:44:55', 'random', false],
  ['ff:11:22:33:44:55', 'random', false],
  ['40:11:22:33:44:55', undefined, false],
] as const)('the address %s, %s', (address, type, isRotating) => {
  expect(isRotatingAddress(address, type)).toBe(isRotating);
});
