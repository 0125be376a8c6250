import type { LedgerRow } from '@pulseboard/cloud-processor/protocol';
import type { Reading } from '@pulseboard/contract';
import { compareReadings, type Life, type StoredRow } from './compare-readings.js';
import { explainLosses } from './losses.js';

const reading = (n: number): Reading => ({ sensor: 'ant-hr-1', at: 1_700_000_000_000 + n, heartRateBpm: 60 });
const life: Life = {
  name: 'gateway-1.1',
  gateway: 'gateway-1',
  readings: [1, 2, 3, 4, 5].map(reading),
  isLastUncertain: false,
};
const stored = (...numbers: number[]): StoredRow[] =>
  numbers.map((number) => ({ gym: 'demo', room: 'main', gateway: 'gateway-1', spool: 'aaaaaaaa', number, reading: reading(number) }));
const row = (change: Partial<LedgerRow>): LedgerRow => ({
  gym: 'demo',
  room: 'main',
  gateway: 'gateway-1',
  spool: 'aaaaaaaa',
  decoded: 5,
  committed: 5,
  stored: 5,
  deadLettered: 0,
  gone: 0,
  waitingHere: 0,
  dropped: {},
  open: 0,
  abandoned: 0,
  closed: true,
  ...change,
});
const cutOf = (...numbers: number[]) => [{ spool: 'aaaaaaaa', bytes: 100, numbers: new Set(numbers) }];
const fine = { unexplained: 0, cutOff: 0, faults: 0 };

test.each<[string, number[], Partial<LedgerRow>, number[], string[], object]>([
  ['nothing is missing', [1, 2, 3, 4, 5], {}, [], [], fine],
  ['dropped and counted, for a reason that may be', [3, 4, 5], { committed: 3, stored: 3, dropped: { full: 2 } }, [], ['full'], fine],
  [
    'dropped and counted, for another reason',
    [3, 4, 5],
    { committed: 3, stored: 3, dropped: { disk: 2 } },
    [],
    ['full'],
    { ...fine, faults: 1 },
  ],
  ['missing and not counted', [3, 4, 5], { committed: 3, stored: 3, open: 2 }, [], [], { ...fine, unexplained: 2, faults: 1 }],
  ['more missing than was counted', [4, 5], { committed: 2, stored: 2, dropped: { full: 2 } }, [], ['full'], { unexplained: 3, faults: 0 }],
  ['a ledger that says too much', [1, 2, 3, 4], { decoded: 5 }, [], [], { unexplained: 1, faults: 1 }],
  ['a tail that was cut before it was sent', [1, 2, 3], { decoded: 3, committed: 3, stored: 3 }, [4, 5], [], { ...fine, cutOff: 2 }],
  [
    'a tail that was cut and is told of',
    [1, 2, 3],
    { committed: 3, stored: 3, dropped: { lost: 2 } },
    [4, 5],
    ['lost'],
    { ...fine, cutOff: 2 },
  ],
  ['cut, and stored all the same', [1, 2, 3, 4, 5], {}, [4, 5], [], fine],
  ['missing beside what was cut', [1, 2, 4], { decoded: 4, committed: 3, stored: 3, open: 1 }, [4, 5], [], { unexplained: 2, cutOff: 0 }],
  ['dead letters', [1, 2, 3, 4, 5], { deadLettered: 1 }, [], [], { ...fine, faults: 1 }],
])('%s', (_, numbers, change, cut, mayDrop, counts) => {
  const compared = compareReadings([life], stored(...numbers));
  const { unexplained, cutOff, faults } = explainLosses(
    [life],
    compared,
    { spools: [row(change)] },
    cut.length ? cutOf(...cut) : [],
    mayDrop,
  );
  expect({ unexplained: unexplained.length, cutOff, faults: faults.length }).toMatchObject(counts);
});

test.each([
  ['of which nothing came, cut', cutOf(1, 2, 3, 4, 5), { unexplained: 0, cutOff: 5 }],
  ['of which nothing came, not cut', [], { unexplained: 5, cutOff: 0 }],
])('a life %s', (_, cuts, counts) => {
  const { unexplained, cutOff } = explainLosses([life], compareReadings([life], []), { spools: [] }, cuts);
  expect({ unexplained: unexplained.length, cutOff }).toEqual(counts);
});
