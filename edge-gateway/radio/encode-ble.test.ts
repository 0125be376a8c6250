import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithData, hex } from '../test-support/test-frames.js';
import {
  encodeBatteryLevel,
  encodeHeartRateMeasurement,
  encodeRscMeasurement,
  type HeartRateMeasurement,
  type RscMeasurement,
} from './encode-ble.js';

const heartRates: [string, HeartRateMeasurement, string][] = [
  ['contact, RR', { heartRateBpm: 52, contact: true, rrTicks: [1252] }, '1634e404'],
  ['no contact bits', { heartRateBpm: 59, rrTicks: [1107] }, '103b5304'],
  ['energy', { heartRateBpm: 67, energyKj: 2000, rrTicks: [882] }, '1843d0077203'],
];

describe('encodeHeartRateMeasurement', () => {
  it.each<[string, HeartRateMeasurement, string]>([
    ...heartRates,
    ['16 bits', { heartRateBpm: 300 }, '012c01'],
    ['no RR', { heartRateBpm: 120, contact: true }, '0678'],
    ['contact lost', { heartRateBpm: 0, contact: false }, '0400'],
    ['two RR, oldest first', { heartRateBpm: 120, rrTicks: [512, 513] }, '107800020102'],
  ])('%s', (_, measurement, bytes) => {
    expect(hex(encodeHeartRateMeasurement(measurement))).toBe(bytes);
  });
});

describe('encodeRscMeasurement', () => {
  it.each<[string, RscMeasurement, string]>([
    ['walking', { speedMps: 1.5, cadencePerMinute: 110 }, '0080016e'],
    [
      'running, all fields',
      { speedMps: 3, cadencePerMinute: 170, strideLengthCm: 106, distanceM: 6553.7, running: true },
      '070003aa6a0001000100',
    ],
  ])('%s', (_, measurement, bytes) => {
    expect(hex(encodeRscMeasurement(measurement))).toBe(bytes);
  });
});

it('encodeBatteryLevel', () => {
  expect(hex(encodeBatteryLevel(88))).toBe('58');
});

describeWithData('notifications from the air', (dataDir) => {
  it('with an interval in them are those of the table', () => {
    const recorded = readFileSync(join(dataDir, 'radio', 'ble-heart-rate.txt'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('2a37'))
      .filter((line) => line.includes(' RR '))
      .map((line) => line.split(' ')[1]);
    expect(heartRates.map(([, , bytes]) => bytes)).toEqual(recorded);
  });
});
