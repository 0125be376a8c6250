import type { Committed } from './committed.js';
import type { GatewayHealth, GatewayRequest, GatewayResponse, GatewayStatus, ProcessorStatus } from './gateway-state.js';
import type { Alert, Board, BoardRow, PublishedMemberSecond, Session } from './member-second.js';
import type { ReadingBatch } from './reading.js';
import type { TopicName } from './topics.js';

/** A payload for every topic, all of one moment in one room: they stand in the AsyncAPI document, and the tests check them. */
const now = 1_769_882_400_000;
const second = {
  gym: 'demo',
  room: 'main',
  at: now - 1000,
  gateway: 'gateway-1',
  minBpm: 151,
  maxBpm: 153,
  beats: 3,
  held: false,
};

const readings: ReadingBatch = {
  v: 1,
  gateway: 'gateway-1',
  spool: 'k3v9x0q2m7ta',
  first: 4711,
  oldest: 4650,
  boot: 'b7f1',
  sentAt: now,
  clock: 'synced',
  readings: [
    { sensor: 'ant-hr-483922', at: now - 40, heartRateBpm: 152, beatTimeMs: 31_205.5, beatCount: 77, rrIntervalsMs: [394.5], rssiDbm: -61 },
    { sensor: 'ble-a0b1c2d3e4f5', at: now - 22, heartRateBpm: 138, rrIntervalsMs: [434.6], beats: 1, contact: true, batteryPercent: 80 },
    { sensor: 'ant-sdm-17', at: now - 5, steps: 311, cadenceSpm: 164, speedMps: 2.75, distanceM: 120.4, kcal: 18, batteryState: 'good' },
    { sensor: 'ble-c0ffee000017', at: now - 3, cadenceSpm: 172, speedMps: 3, strideLengthM: 2.1, distanceM: 1234.5, running: true },
  ],
};

const gatewayStatus: GatewayStatus = { status: 'online', version: '0.1.0', boot: 'b7f1', since: now - 3_600_000 };

const gatewayHealth: GatewayHealth = {
  at: now,
  version: '0.1.0',
  boot: 'b7f1',
  uptimeS: 3600,
  clock: 'synced',
  spools: [
    {
      spool: 'k3v9x0q2m7ta',
      decoded: 4713,
      committed: 4649,
      waiting: 62,
      dropped: { full: 2 },
      oldest: 4650,
      oldestAgeMs: 640,
      drained: false,
    },
  ],
  wallClockAheadMs: 3,
  spoolBytes: 1_310_720,
  refusedCommits: 0,
  radios: [{ radio: 'ant 1-1.4', state: 'receiving', frames: 90_210, badFrames: 3, straps: 11, restarts: 0 }],
  straps: [{ sensor: 'ant-hr-483922', lastHeardAt: now - 40, rssiDbm: -61, batteryPercent: 88 }],
  cpuPercent: 6.5,
  memoryMb: 71,
  temperatureC: 48.3,
};

const committed: Committed = {
  store: '5f0c3a9e21b7d846',
  epoch: 3,
  spools: [{ spool: 'k3v9x0q2m7ta', ranges: [[1, 4649]], gone: [[812, 813]], closed: false }],
  rejected: [],
};

const gatewayRequest: GatewayRequest = { transaction: 'op-42', arguments: { logLevel: 'debug' } };
const gatewayResponse: GatewayResponse = { transaction: 'op-42', status: 'ok', result: { logLevel: 'debug' } };

const member: PublishedMemberSecond = {
  ...second,
  member: 'ada',
  sensor: 'ant-hr-483922',
  meanBpm: 152.3,
  samples: 3,
  meanRrMs: 394.1,
  rrDifferences: 3,
  rrSquaredDifferencesMs2: 214,
  percentOfMax: 81,
  hrMaxBpm: 188,
  hrMaxAssumed: false,
  zone: 4,
  microKcal: 203_411,
  pointSixtieths: 4,
  steps: 3,
  nickname: 'Ada',
};

/** A strap that nobody is known to wear: a guest, with the gym's assumed HRmax and no calories. */
const sensor: PublishedMemberSecond = {
  ...second,
  member: 'guest-ant-hr-407919',
  sensor: 'ant-hr-407919',
  meanBpm: 152,
  samples: 3,
  percentOfMax: 80,
  hrMaxBpm: 190,
  hrMaxAssumed: true,
  zone: 4,
  pointSixtieths: 4,
};

const session: Session = { gym: 'demo', room: 'main', session: 'spin-1800', kind: 'class', state: 'running', startedAt: now - 1_200_000 };

const row: BoardRow = {
  rank: 1,
  member: 'ada',
  nickname: 'Ada',
  guest: false,
  sensor: 'ant-hr-483922',
  signal: 'live',
  lastReadingAt: now - 40,
  bpm: 152,
  percentOfMax: 80.9,
  zone: 4,
  hrMaxBpm: 188,
  hrMaxAssumed: false,
  points: 61.25,
  kcal: 204.7,
  steps: 3207,
  seconds: 1188,
  batteryPercent: 88,
  batteryLow: false,
  joinedAt: now - 1_190_000,
};

const board: Board = { gym: 'demo', room: 'main', at: now, rankBy: 'points', session, members: [row] };

const alert: Alert = {
  gym: 'demo',
  room: 'main',
  at: now,
  kind: 'battery-low',
  severity: 'warning',
  member: 'emeka',
  message: 'The battery of ant-hr-439595 is at 9 %.',
};

const processorStatus: ProcessorStatus = { status: 'online', version: '0.1.0', epoch: 3, now };

/** One valid payload for each topic. */
export const examples = {
  readings,
  gatewayStatus,
  gatewayHealth,
  committed,
  gatewayRequest,
  gatewayResponse,
  member,
  sensor,
  board,
  session,
  alerts: alert,
  processorStatus,
} satisfies Record<TopicName, object>;

/** One payload for each topic that must be refused, each for another reason. */
export const badExamples: Record<TopicName, { why: string; payload: unknown }> = {
  readings: { why: 'the numbers of a spool begin with 1', payload: { ...readings, first: 0 } },
  gatewayStatus: { why: 'a status is online or offline', payload: { ...gatewayStatus, status: 'asleep' } },
  gatewayHealth: {
    why: 'a ledger has no negative count',
    payload: { ...gatewayHealth, spools: [{ ...gatewayHealth.spools[0], waiting: -1 }] },
  },
  committed: { why: 'a range has two ends', payload: { ...committed, spools: [{ ...committed.spools[0], ranges: [[1]] }] } },
  gatewayRequest: { why: 'a request names its transaction', payload: { arguments: {} } },
  gatewayResponse: { why: 'an error says which', payload: { transaction: 'op-42', status: 'error' } },
  member: { why: 'a time is an integer', payload: { ...member, at: '2026-01-31T18:00:00Z' } },
  sensor: { why: 'an id holds no slash', payload: { ...sensor, sensor: 'ant/hr/407919' } },
  board: { why: 'unknown is absent, not null', payload: { ...board, members: [{ ...row, bpm: null }] } },
  session: { why: 'a field of another message', payload: { ...session, rank: 1 } },
  alerts: { why: 'an alert carries a message', payload: { ...alert, message: undefined } },
  processorStatus: { why: 'a status is an object', payload: 'online' },
};
