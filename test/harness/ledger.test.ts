import { type LedgerRow, ledgerTotals } from '@pulseboard/cloud-processor/protocol';
import type { GatewayHealth } from '@pulseboard/contract';
import { disagreements, healthFaults, type Ledger, ledgerFaults } from './ledger.js';

const spool = (change: Partial<LedgerRow> = {}): LedgerRow => ({
  gym: 'demo',
  room: 'main',
  gateway: 'gateway-1',
  spool: 'aaaaaaaa',
  decoded: 100,
  committed: 90,
  stored: 88,
  deadLettered: 2,
  gone: 6,
  waitingHere: 1,
  dropped: { full: 6 },
  open: 4,
  abandoned: 0,
  closed: false,
  ...change,
});
const ledgerOf = (change: Partial<LedgerRow> = {}, epoch: Partial<Ledger['thisEpoch']> = {}): Ledger => ({
  epoch: 3,
  thisEpoch: { received: 110, stored: 88, deadLettered: 2, duplicate: 12, waiting: 1, turnedAway: 7, ...epoch },
  spools: [spool(change)],
  totals: ledgerTotals([spool(change)]),
});

test.each<[string, Ledger, boolean, string[]]>([
  ['one that balances', ledgerOf(), false, []],
  [
    'received is not its parts',
    ledgerOf({}, { duplicate: 11 }),
    false,
    ['received of this epoch, as the sum of its parts: 110 instead of 109'],
  ],
  [
    'committed is not stored and dead-lettered',
    ledgerOf({ stored: 87 }),
    false,
    ['spool aaaaaaaa of gateway-1, committed: 90 instead of 89'],
  ],
  ['decoded is not its parts', ledgerOf({ open: 3 }), false, ['spool aaaaaaaa of gateway-1, decoded: 100 instead of 99']],
  ['more committed than decoded', ledgerOf({ decoded: 92, open: -4 }), false, ['spool aaaaaaaa of gateway-1: open is -4']],
  [
    'at rest nothing is on the way',
    ledgerOf(),
    true,
    ['readings that wait for the store: 1 instead of 0', 'spool aaaaaaaa of gateway-1, waiting here: 1 instead of 0'],
  ],
])('the ledger: %s', (_, ledger, isAtRest, faults) => {
  expect(ledgerFaults(ledger, isAtRest)).toEqual(faults);
});

const row: GatewayHealth['spools'][number] = {
  spool: 'aaaaaaaa',
  decoded: 100,
  committed: 90,
  waiting: 4,
  dropped: { full: 6 },
  oldest: 97,
  oldestAgeMs: 0,
  drained: false,
};

test('the gateway: decoded is committed, waiting and dropped', () => {
  expect(healthFaults('gateway-1', { spools: [row] })).toEqual([]);
  expect(healthFaults('gateway-1', { spools: [{ ...row, waiting: 5 }] })).toEqual([
    'spool aaaaaaaa of gateway-1, at the gateway: decoded is 100, its parts 101',
  ]);
});

test('both sides say the same', () => {
  expect(disagreements(ledgerOf(), 'gateway-1', { spools: [row, { ...row, spool: 'empty000', decoded: 0 }] })).toEqual([]);
  expect(disagreements(ledgerOf({ committed: 89 }), 'gateway-1', { spools: [row, { ...row, spool: 'bbbbbbbb' }] })).toEqual([
    'spool aaaaaaaa of gateway-1: committed is 89 here and 90 there',
    'spool bbbbbbbb of gateway-1 is unknown to the processor',
  ]);
});
