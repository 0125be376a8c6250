import type { GatewayHealth, GatewayParams } from '@pulseboard/contract';
import { T0 } from '../test-data/readings.js';
import { GatewayFleet } from './gateway-fleet.js';

const health = (at: number): GatewayHealth => ({
  at,
  version: '0.1.0',
  boot: 'boot',
  uptimeS: 1,
  clock: 'synced',
  wallClockAheadMs: 0,
  spools: [],
  spoolBytes: 0,
  refusedCommits: 0,
  radios: [],
  straps: [],
  cpuPercent: 1,
  memoryMb: 50,
});
const status = { version: '0.1.0', boot: 'boot', since: T0 } as const;
const from = (gateway: string, room = 'main', gym = 'demo') => ({ gym, room, gateway });

const hear = (fleet: GatewayFleet, of: GatewayParams, at: number, now = at) => fleet.hearHealth(of, health(at), now, false);

test('the last word of each gateway, by gym and id', () => {
  const fleet = new GatewayFleet();
  hear(fleet, from('gateway-2'), T0);
  hear(fleet, from('gateway-1'), T0);
  hear(fleet, from('gateway-2'), T0 + 10_000);
  hear(fleet, from('gateway-1', 'main', 'other'), T0 + 5);
  const isOnline = true;
  const [first, second, other] = [
    { of: from('gateway-1'), health: health(T0), heardAt: T0, isOnline },
    { of: from('gateway-2'), health: health(T0 + 10_000), heardAt: T0 + 10_000, isOnline },
    { of: from('gateway-1', 'main', 'other'), health: health(T0 + 5), heardAt: T0 + 5, isOnline },
  ];
  expect(fleet.of('demo', T0 + 10_000)).toEqual([first, second]);
  expect(fleet.of('nowhere', T0)).toEqual([]);
  expect(fleet.all(T0 + 10_000)).toEqual([first, second, other]);
});

test('what a gateway left behind in another room does not count, in whatever order the broker tells it', () => {
  for (const rooms of [
    ['main', 'studio'],
    ['studio', 'main'],
  ] as const) {
    const fleet = new GatewayFleet();
    for (const room of rooms) {
      fleet.hearHealth(from('gateway-1', room), health(room === 'studio' ? T0 + 1000 : T0), T0 + 2000, true);
      fleet.hearStatus(from('gateway-1', room), { ...status, status: room === 'studio' ? 'online' : 'offline' });
    }
    expect(fleet.of('demo', T0 + 2000)).toMatchObject([{ of: { room: 'studio' }, isOnline: true }]);
  }
});

test('a clock that is set back is heard all the same', () => {
  const fleet = new GatewayFleet();
  hear(fleet, from('gateway-1'), T0 + 1_000_000);
  hear(fleet, from('gateway-1'), T0);
  expect(fleet.of('demo', T0)[0]!.health.at).toBe(T0);
});

describe('a gateway is online', () => {
  const gateway = from('gateway-1');
  const isOnline = (fleet: GatewayFleet, now: number) => fleet.all(now).map((each) => each.isOnline);
  const heard = (isKept = false, at = T0) => {
    const fleet = new GatewayFleet();
    fleet.hearHealth(gateway, health(at), T0, isKept);
    return fleet;
  };

  test('until it is silent for 30 s', () => {
    expect(isOnline(heard(), T0 + 29_999)).toEqual([true]);
    expect(isOnline(heard(), T0 + 30_000)).toEqual([false]);
  });

  test('until it says that it goes, or its will does', () => {
    const fleet = heard();
    fleet.hearStatus(gateway, { ...status, status: 'offline' });
    expect(isOnline(fleet, T0)).toEqual([false]);
    hear(fleet, gateway, T0 + 1);
    expect(isOnline(fleet, T0 + 1)).toEqual([true]);
  });

  test('not by what the broker kept from long ago', () => {
    expect(isOnline(heard(true, T0 - 60_000), T0)).toEqual([false]);
    expect(isOnline(heard(true, T0 - 5000), T0)).toEqual([true]);
    expect(isOnline(heard(true, T0 + 60_000), T0 + 1000)).toEqual([true]);
  });

  test('only when it ever told its health', () => {
    const fleet = new GatewayFleet();
    fleet.hearStatus(gateway, { ...status, status: 'online' });
    expect(fleet.all(T0)).toEqual([]);
  });
});
