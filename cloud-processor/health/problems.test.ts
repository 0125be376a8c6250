import { pino } from 'pino';
import type { FleetGateway } from '../ingest/gateway-fleet.js';
import { T0 } from '../test-data/readings.js';
import { type Connection, connectionProblems } from './connection-problems.js';
import { fleetProblems } from './fleet-problems.js';
import { listed } from './problem.js';
import { RegistryWatch } from './registry-watch.js';
import { storageProblems } from './storage-problems.js';

const well: Connection = { isConnected: true, isSubscribed: true, recentLosses: 0 };
test.each<[name: string, connection: Partial<Connection>, code: string | undefined]>([
  ['connected and subscribed', {}, undefined],
  ['lost now and then', { recentLosses: 4 }, undefined],
  ['no broker', { isConnected: false, isSubscribed: false }, 'broker-away'],
  ['connected, and the subscriptions are refused', { isSubscribed: false }, 'not-subscribed'],
  ['under an id that another client uses', { clientIdFault: 'Another machine may use the same id.' }, 'client-id-shared'],
  ['cut off again and again, although it is subscribed just now', { recentLosses: 5 }, 'connection-unstable'],
])('connection: %s', (_, connection, code) => {
  const problems = connectionProblems({ ...well, ...connection });
  expect(problems.map((each) => each.code)).toEqual(code ? [code] : []);
  expect(problems.every(({ stopsData, sentence }) => stopsData === (code !== 'client-id-shared') && sentence.endsWith('.'))).toBe(true);
});

test('storage: the store, the registry, or both, with the reason', () => {
  const fine = { isStoreAway: false, storeFault: undefined, isRegistryAway: false, registryFault: undefined };
  expect(storageProblems(fine)).toEqual([]);
  expect(storageProblems({ ...fine, isStoreAway: true, storeFault: 'the disk is full' })).toMatchObject([
    { code: 'store-away', sentence: expect.stringContaining(': the disk is full. '), stopsData: true },
  ]);
  expect(storageProblems({ isStoreAway: true, storeFault: undefined, isRegistryAway: true, registryFault: 'ECONNREFUSED' })).toMatchObject([
    { code: 'store-away' },
    { code: 'registry-away', sentence: expect.stringContaining('ECONNREFUSED. '), stopsData: true },
  ]);
});

describe('gateways', () => {
  const NOW = T0 + 100_000;
  const health = (fields: object = {}): FleetGateway['health'] => ({
    at: NOW,
    version: '0.1.0',
    boot: 'boot',
    uptimeS: 1,
    clock: 'synced',
    wallClockAheadMs: 0,
    spools: [],
    spoolBytes: 0,
    refusedCommits: 0,
    radios: [{ radio: 'ant', state: 'searching', frames: 0, badFrames: 0, straps: 0, restarts: 0 }],
    straps: [],
    cpuPercent: 1,
    memoryMb: 50,
    ...fields,
  });
  const online: FleetGateway = {
    of: { gym: 'demo', room: 'main', gateway: 'gateway-1' },
    presence: 'online',
    isHeard: true,
    isMute: false,
    health: health()!,
  };
  const worn = health({ straps: [{ sensor: 'ant-hr-1', lastHeardAt: NOW - 1000 }] })!;
  const offline: FleetGateway = { ...online, presence: 'offline', offlineSince: NOW - 1000 };

  test.each<[name: string, fleet: FleetGateway[], codes: string[], stopsData: boolean]>([
    ['none at all', [], [], false],
    ['online, and nobody trains', [online], [], false],
    ['online, and somebody trains', [{ ...online, health: worn }], [], false],
    ['known by name only', [{ ...online, presence: 'never-heard' }], [], false],
    ['offline, and nobody trained', [offline], ['gateway-offline'], false],
    ['lost while somebody trained', [{ ...offline, health: worn }], ['gateway-offline'], true],
    [
      'lost while somebody trained, ten minutes ago',
      [{ ...offline, health: worn, offlineSince: NOW - 600_000 }],
      ['gateway-offline'],
      false,
    ],
    ['offline since before this process', [{ ...offline, isHeard: false, health: worn }], ['gateway-offline'], false],
    ['taken down yesterday', [{ ...offline, offlineSince: NOW - 24 * 3_600_000 }], [], false],
    ['without a radio', [{ ...online, health: health({ radios: [] })! }], ['gateway-without-radio'], false],
    ['hearing straps, sending nothing', [{ ...online, isMute: true }], ['gateway-sends-no-readings'], true],
    [
      'two machines',
      [{ ...online, clone: { since: NOW, speakers: ['a', 'b'], rooms: ['main'], sentence: 'Two machines.' } }],
      ['gateway-cloned'],
      false,
    ],
  ])('%s', (_, fleet, codes, stopsData) => {
    const problems = fleetProblems(fleet, NOW);
    expect(problems.map(({ code }) => code)).toEqual(codes);
    expect(problems.some((each) => each.stopsData)).toBe(stopsData);
  });
});

test('many names are cut', () => {
  expect(listed(['a', 'b'])).toBe('a, b');
  expect(listed(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 more');
});

describe('the registry is asked', () => {
  const log = pino({ level: 'silent' });
  test('and is away while it refuses, until it answers', async () => {
    let fault: Error | undefined = new Error('the registry cannot be used: ECONNREFUSED');
    const watch = new RegistryWatch({ rooms: async () => (fault ? Promise.reject(fault) : []) }, log);
    expect(watch.isAway).toBe(false);
    await watch.ask();
    expect([watch.isAway, watch.fault]).toEqual([true, 'the registry cannot be used: ECONNREFUSED']);
    fault = undefined;
    await watch.ask();
    expect([watch.isAway, watch.fault]).toEqual([false, undefined]);
  });

  test('and is away while it says nothing, without being asked again meanwhile', async () => {
    let asked = 0;
    let answer = () => {};
    const watch = new RegistryWatch(
      {
        rooms: () => {
          asked++;
          return new Promise((resolve) => {
            answer = () => resolve([]);
          });
        },
      },
      log,
    );
    const asking = watch.ask(1);
    while (!watch.isAway) await new Promise((resolve) => setTimeout(resolve, 1));
    await watch.ask(1);
    expect(asked).toBe(1);
    answer();
    await asking;
    const again = watch.ask();
    answer();
    await again;
    expect([asked, watch.isAway]).toEqual([2, false]);
  });
});
