import { parseHex } from './hex.js';
import { decodeSdmPage, type SdmPage } from './sdm-page.js';

test.each<[string, string, SdmPage]>([
  ['1', '0164c8328180fe30', { page: 1, timeS: 200.5, distanceM: 50.5, speedMps: 1.5, strides: 254, latencyS: 1.5 }],
  ['1, later', '0164641981800430', { page: 1, timeS: 100.5, distanceM: 25.5, speedMps: 1.5, strides: 4, latencyS: 1.5 }],
  ['1, standing', '0100000000000000', { page: 1, timeS: 0, distanceM: 0, speedMps: 0, strides: 0, latencyS: 0 }],
  ['1, to 1/200 s', '0101030000000000', { page: 1, timeS: 3.005, distanceM: 0, speedMps: 0, strides: 0, latencyS: 0 }],
  ['2', '02ffff5580000044', { page: 2, cadenceSpm: 171, status: 0x44 }],
  ['2, standing', '02ffff0000000000', { page: 2, cadenceSpm: 0, status: 0 }],
  ['16', '1001020380000100', { page: 16, strides: 0x030201, distanceM: 256.5 }],
  ['16, largest', '10ffffffffffffff', { page: 16, strides: 0xffffff, distanceM: 0xffffffff / 256 }],
  ['3, unknown', '0301020304050607', { page: 3 }],
  ['80, unknown', '50ffff0101000f00', { page: 80 }],
])('page %s', (_, hex, page) => {
  expect(decodeSdmPage(parseHex(hex))).toEqual(page);
});

test.each(['01', '0164c8328180fe', '0164c8328180fe3000'])('%s is no page', (hex) => {
  expect(() => decodeSdmPage(parseHex(hex))).toThrow(expect.objectContaining({ name: 'DecodeError', code: 'PAGE_LENGTH' }));
});
