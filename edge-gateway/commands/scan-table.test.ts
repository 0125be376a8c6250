import { parseHex } from '../decode/hex.js';
import type { RadioEvent } from '../radio/radio-source.js';
import { SensorGate } from '../unify/sensor-gate.js';
import { ScanTable } from './scan-table.js';

const START = 1_700_000_000_000;
const frame = parseHex('a40e4e0284ffa5e2a5e6ca3c8052627871d6');
const ant = (afterMs: number): RadioEvent => ({ kind: 'ant-frame', at: START + afterMs, radio: 'ant 1-1.4', bytes: frame });
const polar = (afterMs: number, address: string, addressType: 'public' | 'random', rssiDbm: number): RadioEvent => ({
  kind: 'ble-advertisement',
  at: START + afterMs,
  radio: 'ble hci0',
  address,
  addressType,
  rssiDbm,
  companyId: 0x006b,
  bytes: parseHex('3b164446'),
});
const receivers = [{ radio: 'ant 1-1.4', state: 'receiving', badFrames: 2, restarts: 0 }] as const;

function shown(events: readonly RadioEvent[], gate = new SensorGate(), afterMs = 10_000): string[] {
  const table = new ScanTable(gate, START);
  for (const event of events) table.hear(event);
  return table.lines(START + afterMs, receivers);
}

test('each strap has a line: protocol, heart rate, signal, when, and how often', () => {
  const frames = Array.from({ length: 40 }, (_, n) => ant(n * 246));
  expect(shown([...frames, polar(9000, 'A0:B1:C2:D3:E4:F5', 'public', -55)])).toEqual([
    'ant 1-1.4: receiving, 2 bad frames',
    '',
    'STRAP             PROTOCOL        HEART RATE  BATTERY  RSSI     LAST SEEN  FRAMES/S',
    'ble-a0b1c2d3e4f5  BLE advertised  70 bpm      -        -55 dBm  1.0 s ago  0.2',
    'ant-hr-483922     ANT+            60 bpm      -        -        0.4 s ago  3.8',
  ]);
});

const idsOf = (lines: readonly string[]) => lines.flatMap((line) => /^((?:ant|ble)-\S+-?\w+) /.exec(line)?.[1] ?? []);

test('the strongest strap stands first, then the newest, then those that are silent', () => {
  const address = (n: number) => `A0:00:00:00:00:0${n}`;
  const events = [
    polar(0, address(1), 'public', -40),
    polar(15_000, address(2), 'public', -80),
    polar(16_000, address(3), 'public', -50),
    ant(19_000),
  ];
  expect(idsOf(shown(events, undefined, 20_000))).toEqual(['ble-a00000000003', 'ble-a00000000002', 'ant-hr-483922', 'ble-a00000000001']);
});

test.each([60, 80, 100, 200])('it fits into %d columns, with strap, heart rate, signal and time', (columns) => {
  const table = new ScanTable(new SensorGate({ allow: [], deny: ['ant-hr-*'] }), START);
  for (const event of [ant(0), polar(9000, 'A0:B1:C2:D3:E4:F5', 'public', -100), polar(0, '40:00:00:00:00:02', 'random', -50)])
    table.hear(event);
  const fault = 'The D-Bus system bus cannot be reached (connect ENOENT /var/run/dbus/system_bus_socket); "doctor" says what to do.';
  const lines = table.lines(START + 10_000, [...receivers, { radio: 'ble', state: 'absent', badFrames: 0, restarts: 0, fault }], columns);
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
  expect(lines.find((line) => line.startsWith('STRAP'))).toMatch(/STRAP.*HEART RATE.*RSSI.*LAST SEEN/);
  expect(lines.find((line) => line.startsWith('ble-a0b1'))).toMatch(/70 bpm.*-100 dBm.*1\.0 s ago/);
  expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(
    'left out: its address changes; name it in PULSEBOARD_ALLOW_SENSORS to take it for now',
  );
});

test('nobody, in 60 columns', () => {
  expect(new ScanTable(new SensorGate(), START).lines(START, receivers, 60).filter((line) => line.length > 60)).toEqual([]);
});

test('into a file: a line when a strap is heard, then one every 5 s while it is', () => {
  const table = new ScanTable(new SensorGate(), START);
  const linesAt = (afterMs: number) => table.newLines(START + afterMs, receivers);
  expect(linesAt(0)).toEqual(['ant 1-1.4: receiving, 2 bad frames']);
  table.hear(ant(100));
  expect(linesAt(250)).toEqual([expect.stringMatching(/^ant-hr-483922 {5}ANT\+ +60 bpm/)]);
  table.hear(ant(400));
  expect(linesAt(500)).toEqual([]);
  table.hear(polar(600, 'A0:B1:C2:D3:E4:F5', 'public', -55));
  expect(idsOf(linesAt(750))).toEqual(['ble-a0b1c2d3e4f5']);
  table.hear(ant(5300));
  expect(idsOf(linesAt(5400))).toEqual(['ant-hr-483922']);
  expect(linesAt(60_000)).toEqual([]);
});

test('whom a gateway would not take is shown, with the reason', () => {
  const events = [
    polar(0, 'A0:00:00:00:00:01', 'public', -90),
    polar(1, '40:00:00:00:00:02', 'random', -50),
    polar(2, 'C0:00:00:00:00:03', 'random', -50),
    ant(3),
  ];
  const gate = new SensorGate({ allow: [], deny: ['ant-hr-*'], minRssiDbm: -80 });
  expect(shown(events, gate).map((line) => /^(\S+).*?(?:left out: (.*))?$/.exec(line)?.slice(1))).toEqual(
    expect.arrayContaining([
      ['ant-hr-483922', 'in PULSEBOARD_DENY_SENSORS'],
      ['ble-400000000002', 'its address changes; name it in PULSEBOARD_ALLOW_SENSORS to take it for now'],
      ['ble-a00000000001', 'weaker than PULSEBOARD_MIN_RSSI_DBM'],
      ['ble-c00000000003', undefined],
    ]),
  );
});

test('who is not on the list of those allowed is told apart from who is denied', () => {
  const gate = new SensorGate({ allow: ['ble-*'], deny: [] });
  expect(shown([ant(0)], gate).at(-1)).toMatch(/left out: not in PULSEBOARD_ALLOW_SENSORS$/);
});

test('in the first seconds the rate is that of what has passed', () => {
  expect(shown([ant(0), ant(246), ant(492), ant(738)], undefined, 1000).at(-1)).toMatch(/4\.0$/);
});

test('frames that cannot be decoded count with their receiver', () => {
  const bad: RadioEvent = { ...ant(0), bytes: frame.slice(0, -1) };
  expect(shown([bad])[0]).toBe('ant 1-1.4: receiving, 3 bad frames');
});

test('nobody', () => {
  expect(shown([]).at(-1)).toMatch(/^Nobody is heard yet/);
});

test.each([
  [['absent', 'absent'], /^There is no radio .*doctor/],
  [['absent', 'searching'], /^Nobody is heard yet/],
] as const)('nobody, and the radios are %j', (states, says) => {
  const receivers = states.map((state) => ({ radio: 'ble', state, badFrames: 0, restarts: 0 }));
  expect(new ScanTable(new SensorGate(), START).lines(START, receivers).at(-1)).toMatch(says);
});

test('whoever was not heard for ten minutes is no line any more', () => {
  const table = new ScanTable(new SensorGate(), START);
  for (const event of [polar(0, 'A0:00:00:00:00:01', 'public', -60), ant(60_000)]) table.hear(event);
  expect(table.lines(START + 600_000, receivers).filter((line) => /^(ant-hr|ble)-/.test(line))).toHaveLength(1);
});
