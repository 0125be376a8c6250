import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRadioLog, RadioLogError } from './radio-log.js';
import type { RadioEvent } from './radio-source.js';

const T0 = 1_700_000_000_000;
const address = 'A0:B1:C2:D3:E4:F5';
/** Begins what each process writes. */
const header = '{"kind":"recording","v":1}';

let folder: string;
let path: string;
let reports: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-radio-log-'));
  path = join(folder, 'radio.log');
  reports = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (at = path) => openRadioLog(at, (sentence) => reports.push(sentence));
const lines = () => readFileSync(path, 'utf8').split('\n');

it.each<[RadioEvent, string]>([
  [
    { kind: 'ant-frame', at: 1, radio: 'ant 1-1.4', bytes: Uint8Array.of(0xa4, 0x0e, 0x4e) },
    `{"kind":"ant-frame","at":${T0},"radio":"ant 1-1.4","bytes":"a40e4e"}`,
  ],
  [
    { kind: 'ble-notification', at: 1, address, characteristic: '2a37', rssiDbm: -60, bytes: Uint8Array.of(0x16, 0x34) },
    `{"kind":"ble-notification","at":${T0},"address":"${address}","characteristic":"2a37","rssiDbm":-60,"bytes":"1634"}`,
  ],
  [
    { kind: 'ble-advertisement', at: 1, address, addressType: 'random', companyId: 0x6b, bytes: new Uint8Array() },
    `{"kind":"ble-advertisement","at":${T0},"address":"${address}","addressType":"random","companyId":107,"bytes":""}`,
  ],
])('an event is a line, at once: $kind', (event, expected) => {
  const log = open();
  log.write(event, T0);
  expect(lines()).toEqual([header, expected, '']);
  log.close();
  expect(reports).toEqual([]);
});

it('the anchor is a line of its own, and what stood there before stays', () => {
  writeFileSync(path, 'of the run before\n');
  const log = open();
  log.write({ kind: 'ant-frame', at: 7, bytes: Uint8Array.of(1) }, 7);
  log.anchored(T0);
  log.write({ kind: 'ant-frame', at: 8, bytes: Uint8Array.of(2) }, T0 + 8);
  log.close();
  log.write({ kind: 'ant-frame', at: 9, bytes: Uint8Array.of(3) }, T0 + 9);
  expect(lines()).toEqual([
    'of the run before',
    header,
    '{"kind":"ant-frame","at":7,"bytes":"01"}',
    `{"kind":"anchor","offsetMs":${T0}}`,
    `{"kind":"ant-frame","at":${T0 + 8},"bytes":"02"}`,
    '',
  ]);
  expect(reports).toEqual([]);
});

it('whoever was stopped in the middle of a line costs that line only', () => {
  writeFileSync(path, '{"kind":"ant-fr');
  open().close();
  expect(lines()).toEqual(['{"kind":"ant-fr', header, '']);
});

it('a path that cannot be written is one sentence', () => {
  writeFileSync(path, '');
  const below = join(path, 'below');
  expect(() => open(below)).toThrow(RadioLogError);
  expect(() => open(below)).toThrow(
    `The radio log ${below} cannot be written: a part of its path is a file, not a folder (ENOTDIR); set PULSEBOARD_RADIO_LOG to a file that can be written.`,
  );
});

// Only Linux has a device on which every write fails.
(existsSync('/dev/full') ? it : it.skip)('a disk that takes no more is told once; whoever writes goes on', () => {
  const log = open('/dev/full');
  for (let n = 0; n < 3; n++) log.write({ kind: 'ant-frame', at: n, bytes: Uint8Array.of(n) }, T0 + n);
  log.anchored(T0);
  log.close();
  expect(reports).toEqual(['the radio log takes no more (ENOSPC); it ends here']);
});
