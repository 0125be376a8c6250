import type { GatewayHealth, SpoolLedger } from '@pulseboard/contract';
import { GatewayFleet } from '../ingest/gateway-fleet.js';
import { type LedgerRow, ledgerRow } from '../ingest/ledger.js';
import { SpoolBooks } from '../ingest/spool-books.js';
import { readingAt, T0 } from '../test-data/readings.js';
import { gatewayRow, imbalanceOf, radioRows, strapRows } from './gateway-rows.js';
import { gatewayPoints, radioPoints, strapPoints } from './measurements.js';

const of = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const spool = (fields: Partial<SpoolLedger> = {}): SpoolLedger => ({
  spool: 'spool001',
  decoded: 100,
  committed: 90,
  waiting: 8,
  dropped: { age: 2 },
  oldest: 91,
  oldestAgeMs: 4200,
  drained: false,
  ...fields,
});
const health = (fields: Partial<GatewayHealth> = {}): GatewayHealth => ({
  at: T0,
  version: '0.1.0',
  boot: 'boot',
  uptimeS: 60,
  clock: 'synced',
  wallClockAheadMs: -3,
  spools: [spool()],
  spoolBytes: 9000,
  refusedCommits: 0,
  radios: [{ radio: 'ant 1-1.4', state: 'receiving', frames: 400, badFrames: 3, straps: 2, restarts: 1 }],
  straps: [
    { sensor: 'ant-hr-1', lastHeardAt: T0 - 900, rssiDbm: -61, batteryPercent: 88 },
    { sensor: 'ble-a', lastHeardAt: T0 - 59_999 },
    { sensor: 'ant-hr-2', lastHeardAt: T0 - 60_000 },
  ],
  cpuPercent: 6.5,
  memoryMb: 71,
  temperatureC: 48.3,
  ...fields,
});
/** The processor's side, when 90 readings of that spool are stored. */
const ledgerOf = (told: Partial<SpoolLedger> = {}): LedgerRow[] => {
  const books = new SpoolBooks();
  books.take({ ...of, spool: 'spool001' }, 1, 90, 1, 0);
  books.commit(books.settle(Array.from({ length: 90 }, (_, i) => readingAt(i, { spool: 'spool001', number: i + 1 }))));
  books.hearHealth(of, health({ spools: [spool(told)] }), 0, T0);
  return [...books.ledger()].map(ledgerRow);
};
const watched = (fields: Partial<GatewayHealth> = {}) => {
  const fleet = new GatewayFleet({ clock: () => T0 });
  fleet.hearHealth(of, health(fields), false);
  return fleet.all()[0]!;
};

test('a gateway as a line: what it said, and both sides of its ledger', () => {
  expect(gatewayPoints.lineOf(gatewayRow(watched(), ledgerOf(), T0 + 1400))).toBe(
    'gateway_health,gateway=gateway-1,gym=demo,room=main online=1i,silentS=1i,version="0.1.0",clock="synced",wallClockAheadMs=-3i,uptimeS=60i,' +
      'cpuPercent=6.5,memoryMb=71,temperatureC=48.3,straps=3i,spools=1i,spoolBytes=9000i,spoolFault=0i,refusedCommits=0i,waiting=8i,oldestWaitingS=4i,' +
      `decoded=100i,committed=90i,stored=90i,deadLettered=0i,dropped=2i,open=8i,abandoned=0i,imbalance=0i ${T0 + 1400}000000`,
  );
});

test('what is unknown is left out; a disk that takes nothing, and a spool in which nothing waits', () => {
  const { temperatureC: _, ...cold } = health({ spools: [spool({ decoded: 92, waiting: 0 })], spoolFault: 'The disk is full.' });
  const row = gatewayRow({ ...watched(), health: cold }, [], T0);
  expect(row).not.toHaveProperty('temperatureC');
  expect(row).toMatchObject({ spoolFault: 1, waiting: 0, oldestWaitingS: 0, decoded: 0 });
});

test('its radios and straps as lines; who is silent for a minute is not told any more', () => {
  expect(radioRows(watched()).map((row) => radioPoints.lineOf(row))).toEqual([
    `radio_health,gateway=gateway-1,gym=demo,radio=ant\\ 1-1.4,room=main state="receiving",frames=400i,badFrames=3i,straps=2i,restarts=1i ${T0}000000`,
  ]);
  expect(strapRows(watched()).map((row) => strapPoints.lineOf(row))).toEqual([
    `strap_health,gateway=gateway-1,gym=demo,room=main,sensor=ant-hr-1 silentS=1i,rssiDbm=-61i,batteryPercent=88i ${T0}000000`,
    `strap_health,gateway=gateway-1,gym=demo,room=main,sensor=ble-a silentS=60i ${T0}000000`,
  ]);
});

test.each<[name: string, held: SpoolLedger[], imbalance: number]>([
  ['all adds up', [spool()], 0],
  ['the gateway lost count of three', [spool({ waiting: 5 })], 3],
  ['it counts two twice', [spool({ waiting: 10 })], 2],
  [
    'its other spool does not make up for that',
    [spool({ waiting: 5 }), spool({ spool: 'spool002', decoded: 3, committed: 0, waiting: 6, dropped: {} })],
    6,
  ],
  ['it knows of commits that the store does not have', [spool({ committed: 95, waiting: 3 })], 5],
  [
    'a spool that the store knows nothing of',
    [spool(), spool({ spool: 'spool009', decoded: 7, committed: 7, waiting: 0, dropped: {} })],
    7,
  ],
])('imbalance: %s', (_, held, imbalance) => expect(imbalanceOf(held, ledgerOf())).toBe(imbalance));
