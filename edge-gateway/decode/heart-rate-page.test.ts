import { decodeHeartRatePage, emptyHeartbeat, type HeartRatePage } from './heart-rate-page.js';
import { parseHex } from './hex.js';

const beat = { beatTimeMs: (59045 * 1000) / 1024, beatCount: 202, heartRateBpm: 60 };
const TAIL = 'a5e6ca3c';

test.each<[string, string, HeartRatePage]>([
  ['0', `00ffffff${TAIL}`, { page: 0, toggle: false, ...beat }],
  ['1, operating time', `81010203${TAIL}`, { page: 1, toggle: true, ...beat, operatingTimeS: 0x030201 * 2 }],
  ['2, manufacturer', `02012301${TAIL}`, { page: 2, toggle: false, ...beat, manufacturerId: 1, serialNumberUpper16: 0x0123 }],
  ['3, product', `03040506${TAIL}`, { page: 3, toggle: false, ...beat, hardwareVersion: 4, softwareVersion: 5, modelNumber: 6 }],
  ['4, previous beat', `84ffa5e2${TAIL}`, { page: 4, toggle: true, ...beat, previousBeatTimeMs: (58021 * 1000) / 1024 }],
  ['5, swim', `05010203${TAIL}`, { page: 5, toggle: false, ...beat }],
  [
    '6, capabilities',
    `06ff0f05${TAIL}`,
    { page: 6, toggle: false, ...beat, supportedFeatures: ['run', 'cycle', 'swim', 'gym'], enabledFeatures: ['run', 'swim'] },
  ],
  ['6, no capabilities', `06ff0000${TAIL}`, { page: 6, toggle: false, ...beat, supportedFeatures: [], enabledFeatures: [] }],
  ['7, battery', `87558022${TAIL}`, { page: 7, toggle: true, ...beat, batteryPercent: 85, batteryVolts: 2.5, batteryStatus: 'good' }],
  [
    '7, battery at 0 percent',
    `07000052${TAIL}`,
    { page: 7, toggle: false, ...beat, batteryPercent: 0, batteryVolts: 2, batteryStatus: 'critical' },
  ],
  ['7, no percentage, state low', `87ff8042${TAIL}`, { page: 7, toggle: true, ...beat, batteryVolts: 2.5, batteryStatus: 'low' }],
  ['7, battery unknown', `07ffff7f${TAIL}`, { page: 7, toggle: false, ...beat }],
  ['7, battery above 100 percent', `0765ff03${TAIL}`, { page: 7, toggle: false, ...beat, batteryVolts: 3 + 255 / 256 }],
  ['9, measured', `09fcffff${TAIL}`, { page: 9, toggle: false, ...beat, beatTimeMeasured: true }],
  ['9, computed', `0901ffff${TAIL}`, { page: 9, toggle: false, ...beat, beatTimeMeasured: false }],
  ['8, unknown', `08010203${TAIL}`, { page: 8, toggle: false, ...beat }],
  ['16, unknown, is not page 0', `90010203${TAIL}`, { page: 16, toggle: true, ...beat }],
  ['127, the largest', `ff010203${TAIL}`, { page: 127, toggle: true, ...beat }],
])('page %s', (_, hex, page) => {
  expect(decodeHeartRatePage(parseHex(hex))).toEqual(page);
});

test.each([
  ['ffffffff', 'unknown'],
  ['ffffff3c', 'unknown'],
  ['ffffff00', 'unknown'],
  ['00000000', 'zero'],
  ['0000003c', undefined],
  ['ffff053c', undefined],
  ['e6a5ff3c', undefined],
  ['e6a505ff', undefined],
  ['e6a50000', undefined],
])('a heartbeat of %s is %s', (heartbeat, kind) => {
  for (const head of ['00ffffff', '84ffffff', '07000000']) expect(emptyHeartbeat(parseHex(head + heartbeat))).toBe(kind);
});

test.each([
  ['81010203', 1],
  ['02012301', 2],
  ['03040506', 3],
  ['84ffa5e2', 4],
  ['06ff0f05', 6],
  ['87558022', 7],
  ['09fcffff', 9],
])('a strap without toggle: bytes 1–3 of %s mean nothing', (head, page) => {
  const bytes = parseHex(head + TAIL);
  expect(decodeHeartRatePage(bytes, 'legacy')).toEqual({ page, toggle: bytes[0]! > 127, ...beat });
});

test.each([
  ['00', { contact: false }],
  ['18', {}],
  ['19', { heartRateBpm: 25 }],
  ['f0', { heartRateBpm: 240 }],
  ['f1', {}],
  ['ff', {}],
])('bpm byte %s', (bpm, heartRate) => {
  const {
    page: _page,
    toggle: _toggle,
    beatTimeMs: _time,
    beatCount: _count,
    ...rest
  } = decodeHeartRatePage(parseHex(`000000000000 00 ${bpm}`));
  expect(rest).toEqual(heartRate);
});

test.each(['00', '84ffa5e2a5e6ca', '84ffa5e2a5e6ca3c00'])('%s is no page', (hex) => {
  expect(() => decodeHeartRatePage(parseHex(hex))).toThrow(expect.objectContaining({ name: 'DecodeError', code: 'PAGE_LENGTH' }));
});
