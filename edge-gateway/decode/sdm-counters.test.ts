import { parseHex } from './hex.js';
import { addSdmPage, type SdmState, type SdmStep } from './sdm-counters.js';
import { decodeSdmPage } from './sdm-page.js';

/** What each page added, in order. */
function added(pages: [at: number, hex: string][]): SdmStep['added'][] {
  let state: SdmState | undefined;
  return pages.map(([at, hex]) => {
    const step = addSdmPage(state, decodeSdmPage(parseHex(hex)), at);
    state = step.state;
    return step.added;
  });
}

const first = '0164c8328180fe30';
const second = '0164641981800430';
const gained = { timeS: 156, distanceM: 231, strides: 6 };

test.each<[string, [number, string][], SdmStep['added'][]]>([
  ['the first page adds nothing', [[0, first]], [undefined]],
  [
    'over all three wraps',
    [
      [0, first],
      [156_000, second],
    ],
    [undefined, gained],
  ],
  [
    'over pages of other kinds',
    [
      [0, first],
      [100_000, '02ffff5580000044'],
      [156_000, second],
    ],
    [undefined, undefined, gained],
  ],
  [
    'totals of page 16 are no counters',
    [
      [0, '1001020380000100'],
      [250, first],
    ],
    [undefined, undefined],
  ],
  [
    'a page repeated',
    [
      [0, first],
      [250, first],
    ],
    [undefined, { timeS: 0, distanceM: 0, strides: 0 }],
  ],
  [
    'exact two-hundredths',
    [
      [0, '0101010000000000'],
      [250, '0104030000000000'],
    ],
    [undefined, { timeS: 2.015, distanceM: 0, strides: 0 }],
  ],
  [
    'just under 256 s of silence',
    [
      [0, first],
      [255_999, second],
    ],
    [undefined, gained],
  ],
  [
    '256 s of silence, and on from there',
    [
      [0, first],
      [256_000, first],
      [412_000, second],
    ],
    [undefined, undefined, gained],
  ],
])('%s', (_, pages, steps) => {
  expect(added(pages)).toEqual(steps);
});
