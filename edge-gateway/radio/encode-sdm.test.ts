import { hex } from '../test-support/test-frames.js';
import { encodeSdmPage, type SdmPage } from './encode-sdm.js';

describe('encodeSdmPage', () => {
  it.each<[string, SdmPage, string]>([
    // The two pages of the reference vector: 156 s, 231 m and 6 strides apart, at 1.5 m/s.
    ['vector, first', { page: 1, timeS: 200.5, distanceM: 50.5, speedMps: 1.5, strideCount: 254, latencyS: 1.5 }, '0164c8328180fe30'],
    [
      'vector, second: all three counters have wrapped',
      { page: 1, timeS: 356.5, distanceM: 281.5, speedMps: 1.5, strideCount: 260, latencyS: 1.5 },
      '0164641981800430',
    ],
    ['cadence', { page: 2, stridesPerMinute: 85.5, speedMps: 3.25, status: 1 }, '02ffff558340ff01'],
    ['speed is capped', { page: 2, stridesPerMinute: 0, speedMps: 99, status: 0 }, '02ffff000fffff00'],
  ])('%s', (_, page, bytes) => {
    expect(hex(encodeSdmPage(page))).toBe(bytes);
  });
});
