import type { Reading } from '@pulseboard/contract';
import fc from 'fast-check';
import { BatchSize, splitBySize } from './batch-size.js';

const reading = (at: number, raw = ''): Reading => ({ sensor: 'ant-hr-1', at, heartRateBpm: 150, raw });

test('every reading is in one part, in its order, and no part of several readings is too large', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 200 }),
      fc.integer({ min: 500, max: 32_000 }),
      (digits, maxBytes) => {
        const readings = digits.map((count, i) => reading(1_769_882_400_000 + i, '0'.repeat(count)));
        const parts = splitBySize(readings, maxBytes);
        expect(parts.flat()).toEqual(readings);
        for (const part of parts) expect(part.length === 1 || JSON.stringify(part).length <= maxBytes).toBe(true);
      },
    ),
  );
});

test('an hour of a full room is sent in batches of 32 kB', () => {
  const readings = Array.from({ length: 1000 }, (_, i) => reading(1_769_882_400_000 + i, '84ffa5e2a5e6ca3c'));
  const parts = splitBySize(readings, new BatchSize(() => {}).maxBytes);
  expect(Math.max(...parts.map((part) => JSON.stringify(part).length))).toBeLessThanOrEqual(32_000);
  expect(parts.length).toBeLessThan(6);
});

describe('a broker that ends the connection at a batch', () => {
  let said: string[];
  let size: BatchSize;
  beforeEach(() => {
    said = [];
    size = new BatchSize((sentence) => said.push(sentence));
  });
  const cut = (bytes: number) => {
    size.onFailed(bytes);
    size.onConnect();
  };

  test('gets halves, down to what it takes, with the reason', () => {
    for (let n = 0; n < 2; n++) cut(31_000);
    expect(size.maxBytes).toBe(15_500);
    for (let n = 0; n < 2; n++) cut(15_000);
    expect(size.maxBytes).toBe(7500);
    expect(said[0]).toContain('a batch of 31000 bytes was on its way');
    expect(said[0]).toContain('max_packet_size');
    for (let n = 0; n < 40; n++) cut(size.maxBytes);
    expect(size.maxBytes).toBe(4000);
  });

  test.each<[name: string, act: () => void]>([
    ['a single outage with a batch on its way', () => cut(31_000)],
    [
      'an outage with a batch on its way, and a later one with nothing',
      () => {
        for (let n = 0; n < 9; n++) {
          cut(31_000);
          size.onConnect();
        }
      },
    ],
    [
      'a weak link that drops while small batches are on their way',
      () => {
        for (let n = 0; n < 9; n++) cut(300);
      },
    ],
    [
      'outages between which a batch of that size was acknowledged',
      () => {
        for (let n = 0; n < 9; n++) {
          cut(31_000);
          size.onAcknowledged(31_000);
        }
      },
    ],
    [
      'connections that end with nothing on its way',
      () => {
        for (let n = 0; n < 9; n++) size.onConnect();
      },
    ],
  ])('is not mistaken for one: %s', (_, act) => {
    act();
    expect([size.maxBytes, said]).toEqual([32_000, []]);
  });
});
