import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeardSensors } from './heard-sensors.js';
import { expectedOf } from './oracle.js';
import type { LoggedFrame } from './radio-log.js';

const START = 1_700_000_000_000;
const ADDRESS = 'A0:B1:C2:D3:E4:F5';
const strap = 'ant-hr-483922';
const pod = 'ant-sdm-483922';
const ble = 'ble-a0b1c2d3e4f5';
const ms = (ticks: number) => (ticks * 1000) / 1024;

/** A frame of device 483922, its page given as hexadecimal. */
function ant(afterMs: number, page: string, type = '78', rssi = ''): LoggedFrame {
  const body = `00${page}${rssi ? 'c0' : '80'}5262${type}71${rssi && `20${rssi}80`}`;
  const frame = Buffer.from(`a4${(body.length / 2).toString(16).padStart(2, '0')}4e${body}`, 'hex');
  const checksum = frame.reduce((xor, byte) => xor ^ byte, 0);
  return { kind: 'ant-frame', at: START + afterMs, bytes: Buffer.from([...frame, checksum]).toString('hex') };
}
/** Bytes 0–3, then beat time in ticks, count and bpm. */
const page = (head: string, ticks: number, count: number, bpm: number): string =>
  head + Buffer.from([ticks & 0xff, ticks >> 8, count, bpm]).toString('hex');
const notify = (afterMs: number, characteristic: string, bytes: string): LoggedFrame => ({
  kind: 'ble-notification',
  at: START + afterMs,
  address: ADDRESS,
  characteristic,
  bytes,
});
const advertise = (afterMs: number, companyId: number, bytes: string): LoggedFrame => ({
  kind: 'ble-advertisement',
  at: START + afterMs,
  address: ADDRESS,
  companyId,
  bytes,
});
const hr = (at: number, ticks: number, beatCount: number, rest: object = { heartRateBpm: 60 }) => ({
  sensor: strap,
  at,
  beatTimeMs: ms(ticks),
  beatCount,
  ...rest,
});

test.each<[string, LoggedFrame[], object[]]>([
  [
    'captured frames of one strap',
    [
      { kind: 'ant-frame', at: START, bytes: 'a40e4e0284ffa5e2a5e6ca3c8052627871d6' },
      { kind: 'ant-frame', at: START + 1000, bytes: 'a40e4e0204ffa5e6a5eacb3c80526278715f' },
    ],
    [hr(0, 59_045, 202), hr(1000, 60_069, 203, { heartRateBpm: 60, rrIntervalsMs: [1000] })],
  ],
  [
    'a reading for each beat, and one after 754 ms without',
    [0, 246, 492, 753, 754, 1000].map((at) => ant(at, page('00ffffff', at === 1000 ? 2048 : 1024, at === 1000 ? 6 : 5, 60))),
    [hr(0, 1024, 5), hr(754, 1024, 5), hr(1000, 2048, 6, { heartRateBpm: 60, rrIntervalsMs: [1000] })],
  ],
  [
    'contact lost and found',
    [ant(0, page('00ffffff', 1024, 5, 60)), ant(246, page('00ffffff', 1024, 5, 0)), ant(492, page('00ffffff', 1024, 5, 60))],
    [hr(0, 1024, 5), hr(246, 1024, 5, { contact: false }), hr(492, 1024, 5)],
  ],
  [
    'page 4 counts once the toggle was seen',
    [ant(0, page('04ff0000', 1024, 254, 60)), ant(3000, page('84ff000c', 4096, 1, 60)), ant(3246, page('04ff0010', 9000, 9, 60))],
    [hr(0, 1024, 254), hr(3000, 4096, 1, { heartRateBpm: 60, rrIntervalsMs: [1000] }), hr(3246, 9000, 9, { heartRateBpm: 60 })],
  ],
  [
    'no interval across a strap that slept',
    [ant(0, page('00ffffff', 1024, 5, 60)), ant(30_000, page('00ffffff', 1920, 6, 60))],
    [hr(0, 1024, 5), hr(30_000, 1920, 6)],
  ],
  [
    'battery once, RSSI always',
    [
      ant(0, page('00ffffff', 1024, 5, 60), '78', 'c9'),
      ant(246, page('87558022', 1024, 5, 60), '78', 'c9'),
      ant(1000, page('87558022', 1024, 5, 60), '78', 'c9'),
      ant(2000, page('87558022', 1024, 5, 60), '78', 'c9'),
    ],
    [
      hr(0, 1024, 5, { heartRateBpm: 60, rssiDbm: -55 }),
      hr(1000, 1024, 5, { heartRateBpm: 60, rssiDbm: -55, batteryPercent: 85 }),
      hr(2000, 1024, 5, { heartRateBpm: 60, rssiDbm: -55 }),
    ],
  ],
  [
    'forgotten after ten minutes: the battery is news again',
    [
      ant(0, page('00ffffff', 1024, 5, 60)),
      ant(1000, page('87558022', 1024, 5, 60)),
      ant(601_000, page('00ffffff', 1024, 5, 60)),
      ant(602_000, page('87558022', 1024, 5, 60)),
    ],
    [
      hr(0, 1024, 5),
      hr(1000, 1024, 5, { heartRateBpm: 60, batteryPercent: 85 }),
      hr(601_000, 1024, 5),
      hr(602_000, 1024, 5, { heartRateBpm: 60, batteryPercent: 85 }),
    ],
  ],
  [
    'a foot pod: steps when they moved, cadence once',
    [
      ant(0, '0164c83281800430', '7c'),
      ant(246, '02ffff5580000044', '7c'),
      ant(492, '0164c83281800430', '7c'),
      ant(738, '0164c83281800530', '7c'),
      ant(984, '0164c83281800630', '7c'),
    ],
    [
      { sensor: pod, at: 0, steps: 8, distanceM: 50.5 },
      { sensor: pod, at: 738, steps: 10, distanceM: 50.5, cadenceSpm: 171 },
      { sensor: pod, at: 984, steps: 12, distanceM: 50.5 },
    ],
  ],
  [
    'Bluetooth: heart rate, running, battery with the next',
    [notify(0, '2a19', '5a'), notify(100, '2a37', '163c00040104'), notify(200, '2a53', '040003aa'), notify(300, '2a37', '0000')],
    [
      { sensor: ble, at: 100, heartRateBpm: 60, contact: true, beats: 2, rrIntervalsMs: [1000, ms(1025)], batteryPercent: 90 },
      { sensor: ble, at: 200, cadenceSpm: 170 },
      { sensor: ble, at: 300, contact: false },
    ],
  ],
  [
    'advertisements: once a second unless they changed',
    [
      advertise(0, 0x006b, '3b164446'),
      advertise(500, 0x006b, '3b164446'),
      advertise(600, 0x006b, '3b164447'),
      advertise(2000, 0x0157, '020000ff'),
      advertise(2000, 0x004c, '0215'),
    ],
    [
      { sensor: ble, at: 0, heartRateBpm: 70, contact: true },
      { sensor: ble, at: 600, heartRateBpm: 71, contact: true },
    ],
  ],
  [
    'what is altered, cut, or says not whose it is',
    [
      { kind: 'ant-frame', at: START, bytes: 'a40e4e0284ffa5e2a5e6ca3d8052627871d6' },
      { kind: 'ant-frame', at: START, bytes: 'a40e4e0284ffa5e2' },
      { kind: 'ant-frame', at: START, bytes: 'a4094e0084ffa5e2a5e6ca3c6a' },
      { kind: 'ant-frame', at: START, bytes: '' },
      notify(0, '2a37', '16'),
      notify(0, '2a37', '103c00'),
    ],
    [],
  ],
])('%s', (_, frames, readings) => {
  const sensors = new HeardSensors();
  const made = frames.flatMap((frame) => sensors.hear(frame) ?? []);
  expect(made.map((reading) => ({ ...reading, at: reading.at - START }))).toEqual(readings);
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('a radio log', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pulseboard-oracle-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const beat = (n: number) => JSON.stringify(ant(1000 * n, page('00ffffff', 1024 * n, n, 60)));
  const repeat = JSON.stringify(ant(3100, page('00ffffff', 1024 * 3, 3, 60)));
  const anchor = '{"kind":"anchor","offsetMs":5000}';
  test.each<[string, string, number | undefined, [number, number, boolean][]]>([
    [
      'the last frame makes the last reading',
      [beat(1), beat(2), beat(3), ''].join('\n'),
      undefined,
      [
        [1, 1000, false],
        [2, 2000, false],
        [3, 3000, true],
      ],
    ],
    ['the last frame makes none', [beat(3), repeat, ''].join('\n'), undefined, [[1, 3000, false]]],
    [
      'the last line is half there',
      [beat(1), beat(2), beat(3).slice(0, -5)].join('\n'),
      undefined,
      [
        [1, 1000, false],
        [2, 2000, true],
      ],
    ],
    [
      'times of before the anchor get its offset',
      [beat(1), anchor, beat(7), ''].join('\n'),
      undefined,
      [
        [1, 6000, false],
        [2, 7000, true],
      ],
    ],
    ['an anchor from the start', [anchor, beat(1), ''].join('\n'), undefined, [[1, 1000, true]]],
    ['no anchor: that of the process after it', [beat(1), ''].join('\n'), 250, [[1, 1250, true]]],
    ['nothing', '', undefined, []],
  ])('%s', async (_, text, offsetMs, expected) => {
    const path = join(folder, 'gateway-1.1.jsonl');
    writeFileSync(path, text);
    const lines = await all(expectedOf(path, offsetMs));
    expect(lines.map(({ number, reading, isOfLastFrame }) => [number, reading.at - START, isOfLastFrame])).toEqual(expected);
    expect(lines.every(({ life }) => life === 'gateway-1.1.jsonl')).toBe(true);
  });

  test('damage in the middle of it is told', async () => {
    const path = join(folder, 'gateway-1.1.jsonl');
    writeFileSync(path, [beat(1), '{"kind"', beat(2), ''].join('\n'));
    await expect(all(expectedOf(path))).rejects.toThrow(expect.objectContaining({ code: 'RADIO_LOG_DAMAGED' }));
  });
});
