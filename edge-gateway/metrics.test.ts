import { type GatewayHealth, MIN_UTC_MS } from '@pulseboard/contract';
import { createGatewayMetrics, gatewayTrouble } from './metrics.js';

const health: GatewayHealth = {
  at: 1_769_882_400_000,
  version: '0.1.0',
  boot: 'b7f1',
  uptimeS: 3600,
  clock: 'unsynced',
  spools: [
    {
      spool: 'k3v9x0q2m7ta',
      decoded: 100,
      committed: 60,
      waiting: 30,
      dropped: { full: 8, age: 2 },
      oldest: 61,
      oldestAgeMs: 640,
      drained: false,
    },
    {
      spool: 'a0b1c2d3e4f5',
      decoded: 50,
      committed: 40,
      waiting: 9,
      dropped: { full: 1 },
      oldest: 41,
      oldestAgeMs: 90_500,
      drained: false,
    },
  ],
  wallClockAheadMs: -1500,
  spoolBytes: 4096,
  spoolFault: 'ENOSPC',
  refusedCommits: 2,
  radios: [
    { radio: 'ant 1-1.4', state: 'receiving', frames: 900, badFrames: 3, straps: 11, restarts: 1 },
    { radio: 'ble hci0', state: 'absent', frames: 0, badFrames: 0, straps: 0, restarts: 4, fault: 'There is no adapter.' },
  ],
  straps: [{ sensor: 'ant-hr-483922', lastHeardAt: 1_769_882_399_000 }],
  cpuPercent: 6.5,
  memoryMb: 71,
};
const labels = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const ownLabels = ',?gym="demo",room="main",gateway="gateway-1"';

/** Lines of `pulseboard_gateway_…`, without that and without the labels that all of them have. */
async function lines(given: GatewayHealth): Promise<string[]> {
  const text = await createGatewayMetrics(labels, () => given).text();
  const own = text.split('\n').filter((line) => line.startsWith('pulseboard_gateway_'));
  return own.map((line) => line.replace('pulseboard_gateway_', '').replace(new RegExp(ownLabels), '').replace('{}', ''));
}

test('health as Prometheus reads it: sums over the spools, a series for each receiver', async () => {
  expect(await lines(health)).toEqual([
    'info{version="0.1.0"} 1',
    'spooled_decoded_readings 150',
    'spooled_readings{state="committed"} 100',
    'spooled_readings{state="waiting"} 39',
    'spooled_readings{state="dropped"} 11',
    'spooled_dropped_readings{reason="full"} 9',
    'spooled_dropped_readings{reason="age"} 2',
    'spools 2',
    'spool_bytes 4096',
    'spool_oldest_age_seconds 90.5',
    'spool_writable 0',
    'refused_commits_total 2',
    'radio_frames_total{radio="ant 1-1.4"} 900',
    'radio_frames_total{radio="ble hci0"} 0',
    'radio_bad_frames_total{radio="ant 1-1.4"} 3',
    'radio_bad_frames_total{radio="ble hci0"} 0',
    'radio_restarts_total{radio="ant 1-1.4"} 1',
    'radio_restarts_total{radio="ble hci0"} 4',
    'radio_straps{radio="ant 1-1.4"} 11',
    'radio_straps{radio="ble hci0"} 0',
    'radio_state{radio="ant 1-1.4",state="searching"} 0',
    'radio_state{radio="ant 1-1.4",state="receiving"} 1',
    'radio_state{radio="ant 1-1.4",state="silent"} 0',
    'radio_state{radio="ant 1-1.4",state="absent"} 0',
    'radio_state{radio="ble hci0",state="searching"} 0',
    'radio_state{radio="ble hci0",state="receiving"} 0',
    'radio_state{radio="ble hci0",state="silent"} 0',
    'radio_state{radio="ble hci0",state="absent"} 1',
    'straps 1',
    'clock_state{state="synced"} 0',
    'clock_state{state="unsynced"} 1',
    'clock_state{state="virtual"} 0',
    'wall_clock_ahead_seconds -1.5',
  ]);
});

test('what a board can tell is told: its temperature, and before there is an anchor nothing of the wall clock', async () => {
  const told = await lines({ ...health, at: MIN_UTC_MS, temperatureC: 48.3 });
  expect(told).toContain('temperature_celsius 48.3');
  expect(told.filter((line) => line.startsWith('wall_clock'))).toEqual([]);
});

test('a receiver that is gone leaves no series behind', async () => {
  let now = health;
  const metrics = createGatewayMetrics(labels, () => now);
  expect(await metrics.text()).toContain('ble hci0');
  now = { ...health, radios: health.radios.slice(0, 1) };
  expect(await metrics.text()).not.toContain('ble hci0');
});

const [ant, ble] = health.radios;
test.each([
  ['all is well', { radios: [ant!] }, undefined],
  ['one of two receivers is there', { radios: [ant!, ble!] }, undefined],
  ['no receiver is there', { radios: [ble!] }, 'There is no adapter.'],
  ['the disk takes nothing', { radios: [ant!], spoolFault: 'ENOSPC' }, 'The spool cannot be written: ENOSPC'],
])('trouble: %s', (_, given, said) => expect(gatewayTrouble(given)).toBe(said));
