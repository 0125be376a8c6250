import type { GatewayHealth } from '@pulseboard/contract';
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
const from = (gateway: string, room = 'main', gym = 'demo') => ({ gym, room, gateway });

test('the last word of each gateway of a gym, by id', () => {
  const fleet = new GatewayFleet();
  fleet.hear(from('gateway-2'), health(T0));
  fleet.hear(from('gateway-1'), health(T0));
  fleet.hear(from('gateway-2'), health(T0 + 10_000));
  fleet.hear(from('gateway-1', 'main', 'other'), health(T0 + 5));
  expect(fleet.of('demo')).toEqual([
    { gateway: 'gateway-1', room: 'main', health: health(T0) },
    { gateway: 'gateway-2', room: 'main', health: health(T0 + 10_000) },
  ]);
  expect(fleet.of('nowhere')).toEqual([]);
});

test('what a gateway left behind in another room does not count, in whatever order the broker tells it', () => {
  for (const rooms of [
    ['main', 'studio'],
    ['studio', 'main'],
  ] as const) {
    const fleet = new GatewayFleet();
    for (const room of rooms) fleet.hear(from('gateway-1', room), health(room === 'studio' ? T0 + 1000 : T0));
    expect(fleet.of('demo')).toMatchObject([{ room: 'studio' }]);
  }
});

test('a clock that is set back is heard all the same', () => {
  const fleet = new GatewayFleet();
  fleet.hear(from('gateway-1'), health(T0 + 1_000_000));
  fleet.hear(from('gateway-1'), health(T0));
  expect(fleet.of('demo')[0]!.health.at).toBe(T0);
});
