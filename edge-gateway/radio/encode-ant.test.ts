import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describeWithData, fromHex, hex } from '../test-support/test-frames.js';
import { encodeAntFrame, encodeHeartRatePage, type HeartRatePage } from './encode-ant.js';

const common = { toggle: false, beatTicks: 0xe6a5, beatCount: 202, computedBpm: 60 };

describe('encodeHeartRatePage', () => {
  it.each<[string, HeartRatePage, string]>([
    ['page 0', { page: 0, ...common }, '00ffffffa5e6ca3c'],
    ['toggle', { page: 0, ...common, toggle: true }, '80ffffffa5e6ca3c'],
    ['page 1, operating time in 2 s', { page: 1, operatingTimeS: 2 * 0x030201, ...common }, '01010203a5e6ca3c'],
    ['page 2', { page: 2, manufacturerId: 123, serialNumberHigh16: 0xbeef, ...common }, '027befbea5e6ca3c'],
    ['page 3', { page: 3, hardwareVersion: 1, softwareVersion: 2, modelNumber: 3, ...common }, '03010203a5e6ca3c'],
    ['page 4', { page: 4, previousBeatTicks: 0xe2a5, ...common }, '04ffa5e2a5e6ca3c'],
    ['page 7', { page: 7, batteryPercent: 9, batteryVolts: 2.5, batteryStatus: 'low', ...common }, '07098042a5e6ca3c'],
    ['page 7, percent unknown', { page: 7, batteryVolts: 3, batteryStatus: 'new', ...common }, '07ff0013a5e6ca3c'],
    ['both counters wrap', { page: 0, toggle: false, beatTicks: 65_536 + 5, beatCount: 257, computedBpm: 0 }, '00ffffff05000100'],
  ])('%s', (_, page, bytes) => {
    expect(hex(encodeHeartRatePage(page))).toBe(bytes);
  });
});

describe('encodeAntFrame', () => {
  const page = fromHex('84ffa5e2a5e6ca3c');
  const channelId = { deviceNumber: 483_922, deviceType: 120 };

  it.each([
    ['no extension', { channel: 2, page }, 'a4094e0284ffa5e2a5e6ca3c'],
    ['channel id', { channel: 2, page, channelId }, 'a40e4e0284ffa5e2a5e6ca3c8052627871'],
    ['RSSI', { channel: 0, page, rssiDbm: -60, thresholdDbm: -100 }, 'a40d4e0084ffa5e2a5e6ca3c4020c49c'],
    ['channel id and RSSI', { channel: 0, page, channelId, rssiDbm: -60 }, 'a4114e0084ffa5e2a5e6ca3cc05262787120c480'],
    [
      'foot pod',
      { channel: 1, page, channelId: { deviceNumber: 17, deviceType: 124, channelKind: 5 } },
      'a40e4e0184ffa5e2a5e6ca3c8011007c05',
    ],
    ['RSSI out of range is clamped', { channel: 0, page, rssiDbm: -200 }, 'a40d4e0084ffa5e2a5e6ca3c40208080'],
  ])('%s', (_, frame, bytesBeforeChecksum) => {
    expect(hex(encodeAntFrame(frame)).slice(0, -2)).toBe(bytesBeforeChecksum);
  });

  it('any frame: bytes exclusive-ored give 0, and its length byte counts what lies between', () => {
    const anyFrame = fc.record(
      {
        channel: fc.nat(7),
        page: fc.uint8Array({ minLength: 8, maxLength: 8 }),
        channelId: fc.record({ deviceNumber: fc.nat(0xfffff), deviceType: fc.nat(127) }),
        rssiDbm: fc.integer({ min: -128, max: 0 }),
      },
      { requiredKeys: ['channel', 'page'] },
    );
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const bytes = encodeAntFrame(frame);
        expect(bytes.reduce((xor, byte) => xor ^ byte, 0)).toBe(0);
        expect(bytes[1]).toBe(bytes.length - 4);
      }),
    );
  });
});

describeWithData('frames from the air', (dataDir) => {
  it('are encoded to the byte', () => {
    const recorded = readFileSync(join(dataDir, 'radio', 'ant-frames.txt'), 'utf8')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => line.split(/\s+/));
    expect(recorded.length).toBeGreaterThan(4);
    for (const [frame = '', beatTicks, previousBeatTicks, beatCount, computedBpm] of recorded) {
      const page = encodeHeartRatePage({
        page: 4,
        toggle: frame.slice(8, 10) === '84',
        beatTicks: Number(beatTicks),
        previousBeatTicks: Number(previousBeatTicks),
        beatCount: Number(beatCount),
        computedBpm: Number(computedBpm),
      });
      const bytes = encodeAntFrame({ channel: 2, page, channelId: { deviceNumber: 483_922, deviceType: 120 } });
      expect(hex(bytes)).toBe(frame);
    }
  });
});
