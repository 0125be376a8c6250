import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClockRecord } from './anchored-clock.js';
import { ClockFile, parseClockRecord } from './clock-file.js';

const record: ClockRecord = {
  boot: 'boot-1',
  baseMs: 1_700_000_000_000,
  uptimeLeadMs: -3.5,
  sleptMs: 4000,
  anchor: { offsetMs: -90_000, state: 'synced', source: 'ntp', afterMs: 3200 },
};
const { anchor: _, ...unanchored } = record;

let folder: string;
let reports: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-clock-'));
  reports = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fileAt = (...path: string[]) => new ClockFile(join(folder, ...path), (sentence) => reports.push(sentence));

test('what was saved is loaded, whole, and nothing else is left', () => {
  for (const saved of [unanchored, record]) {
    fileAt('spool', 'clock.json').save(saved, 0);
    expect(fileAt('spool', 'clock.json').load()).toEqual(saved);
  }
  expect(readdirSync(join(folder, 'spool'))).toEqual(['clock.json']);
  expect(reports).toEqual([]);
});

test('no file is no fault', () => {
  expect(fileAt('clock.json').load()).toBeUndefined();
  expect(reports).toEqual([]);
});

test('what stands there is not written again', () => {
  const file = fileAt('clock.json');
  file.save(record, 0);
  rmSync(join(folder, 'clock.json'));
  file.save(record, 1);
  expect(existsSync(join(folder, 'clock.json'))).toBe(false);
  file.save({ ...record }, 2);
  expect(existsSync(join(folder, 'clock.json'))).toBe(true);
});

test.each([
  '',
  '{',
  'null',
  '7',
  '[]',
  '{}',
  JSON.stringify(record).slice(0, -1),
  ...[
    { boot: 7 },
    { baseMs: 1.5 },
    { baseMs: '1' },
    { uptimeLeadMs: null },
    { sleptMs: -1 },
    { anchor: null },
    { anchor: 'ntp' },
    { anchor: { ...record.anchor, offsetMs: 0.5 } },
    { anchor: { ...record.anchor, afterMs: undefined } },
    { anchor: { ...record.anchor, state: 'unsynced' } },
    { anchor: { ...record.anchor, source: 'constructor' } },
  ].map((change) => JSON.stringify({ ...record, ...change })),
])('a damaged file is as none, and told: %s', (text) => {
  expect(parseClockRecord(text)).toBeUndefined();
  writeFileSync(join(folder, 'clock.json'), text);
  const file = fileAt('clock.json');
  expect(file.load()).toBeUndefined();
  expect(reports).toEqual([expect.stringMatching(/clock\.json is damaged and written anew$/)]);
  file.save(record, 0);
  expect(fileAt('clock.json').load()).toEqual(record);
});

test('a disk that takes nothing is told once, tried again each minute, and stops nothing', () => {
  writeFileSync(join(folder, 'spool'), 'a file where the folder should be');
  const file = fileAt('spool', 'clock.json');
  for (const nowMs of [0, 1, 60_000, 119_999]) file.save({ ...record }, nowMs);
  expect(reports).toEqual([expect.stringMatching(/clock\.json cannot be written \((EEXIST|ENOTDIR)\)/)]);
  rmSync(join(folder, 'spool'));
  file.save(record, 119_999);
  expect(existsSync(join(folder, 'spool'))).toBe(false);
  file.save(record, 120_000);
  expect(JSON.parse(readFileSync(join(folder, 'spool', 'clock.json'), 'utf8'))).toEqual(record);
  expect(reports).toHaveLength(1);
});

test('a file that cannot be read is told', () => {
  mkdirSync(join(folder, 'clock.json'));
  expect(fileAt('clock.json').load()).toBeUndefined();
  expect(reports).toEqual([expect.stringMatching(/clock\.json cannot be read \(EISDIR\)/)]);
});
