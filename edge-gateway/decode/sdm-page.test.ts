import { parseHex } from './hex.js';
import { decodeSdmPage, type SdmPage } from './sdm-page.js';

test.each<[string, string, SdmPage]>([
  ['1', '0164c8328180fe30', { page: 1, timeS: 200.5, distanceM: 50.5, speedMps: 1.5, strides: 254, latencyS: 1.5 }],
  ['1, later', '0164641981800430', { page: 1, timeS: 100.5, distanceM: 25.5, speedMps: 1.5, strides: 4, latencyS: 1.5 }],
  ['1, standing', '0100000000000000', { page: 1, timeS: 0, distanceM: 0, speedMps: 0, strides: 0, latencyS: 0 }],
  ['1, to 1/200 s', '0101030000000000', { page: 1, timeS: 3.005, distanceM: 0, speedMps: 0, strides: 0, latencyS: 0 }],
  ['2', '02ffff5580000044', { page: 2, cadenceSpm: 171, speedMps: 0, status: 0x44, batteryStatus: 'new' }],
  ['2, running', '02ffff3c8180ff00', { page: 2, cadenceSpm: 121, speedMps: 1.5, status: 0, batteryStatus: 'new' }],
  ['2, fast', '02ffff5a0380ff31', { page: 2, cadenceSpm: 180, speedMps: 3.5, status: 0x31, batteryStatus: 'low' }],
  ['2, standing', '02ffff0000000000', { page: 2, cadenceSpm: 0, speedMps: 0, status: 0, batteryStatus: 'new' }],
  ['3, kilocalories', '03ffff3c81801200', { page: 3, cadenceSpm: 121, speedMps: 1.5, kcal: 18, status: 0, batteryStatus: 'new' }],
  [
    '3, slow steps',
    '03ff3c04e8ff233c',
    { page: 3, cadenceSpm: 9.75, speedMps: 8 + 255 / 256, kcal: 35, status: 0x3c, batteryStatus: 'low' },
  ],
  [
    '3, largest',
    '03fffffffffffff0',
    { page: 3, cadenceSpm: 511.875, speedMps: 15 + 255 / 256, kcal: 255, status: 0xf0, batteryStatus: 'low' },
  ],
  ['16', '1001020380000100', { page: 16, strides: 0x030201, distanceM: 256.5 }],
  ['16, largest', '10ffffffffffffff', { page: 16, strides: 0xffffff, distanceM: 0xffffffff / 256 }],
  ['0, unknown', '0001020304050607', { page: 0 }],
  ['17, unknown', '11ffff3c81801200', { page: 17 }],
  ['82, battery low', '52ffff000000804b', { page: 82, batteryStatus: 'low' }],
  ['82, battery unknown', '52ffff000000800b', { page: 82 }],
  ['80, unknown', '50ffff0101000f00', { page: 80 }],
])('page %s', (_, hex, page) => {
  expect(decodeSdmPage(parseHex(hex))).toEqual(page);
});

test.each(Array.from({ length: 12 }, (_, i) => i + 4))('page %i has the layout of page 2', (page) => {
  const bytes = parseHex('02ffff3c81801210');
  bytes[0] = page;
  expect(decodeSdmPage(bytes)).toEqual({ page, cadenceSpm: 121, speedMps: 1.5, status: 0x10, batteryStatus: 'good' });
});

test.each(['01', '0164c8328180fe', '0164c8328180fe3000'])('%s is no page', (hex) => {
  expect(() => decodeSdmPage(parseHex(hex))).toThrow(expect.objectContaining({ name: 'DecodeError', code: 'PAGE_LENGTH' }));
});
