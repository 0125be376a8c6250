import { readingAt, T0 } from '../test-data/readings.js';
import { BeatHistory } from './beat-history.js';
import type { StoredReading } from './stored-reading.js';

const TICK_MS = 1000 / 1024;
const rr = (...ticks: number[]) => ({ rrIntervalsMs: ticks.map((each) => each * TICK_MS) });
const counted = (ms: number, beatCount: number, ticks?: number): StoredReading =>
  readingAt(ms, { beatCount, ...(ticks === undefined ? {} : rr(ticks)) });
const told = (ms: number, ticks: number[], fields: Partial<StoredReading> = {}): StoredReading =>
  readingAt(ms, { sensor: 'ble-a', beats: ticks.length, ...(ticks.length ? rr(...ticks) : {}), ...fields });

function runsOf(readings: readonly StoredReading[]): number[][] {
  const history = new BeatHistory();
  for (const reading of readings) history.note(reading);
  return history.runs.map(({ ticks }) => ticks).filter((ticks) => ticks.length > 0);
}

test.each<[string, StoredReading[], number[][]]>([
  ['each beat in its place', [counted(0, 7), counted(500, 8, 500), counted(1000, 9, 510)], [[500, 510]]],
  ['repeats are no beats', [counted(0, 7), counted(500, 8, 500), counted(1250, 8), counted(1300, 9, 800)], [[500, 800]]],
  ['over the wrap', [counted(0, 254), counted(500, 255, 500), counted(1000, 0, 510), counted(1500, 1, 520)], [[500, 510, 520]]],
  ['missed beats leave holes', [counted(0, 7), counted(500, 8, 500), counted(2000, 11, 510)], [[500, 0, 0, 510]]],
  ['a beat whose interval is not known is a hole', [counted(0, 7), counted(500, 8), counted(1000, 9, 510)], [[0, 510]]],
  [
    'after 5 s of silence it begins anew',
    [counted(0, 7), counted(500, 8, 500), counted(5501, 16, 510), counted(6000, 17, 520)],
    [[500], [520]],
  ],
  [
    'a strap that was switched off begins anew',
    [counted(0, 200), counted(500, 201, 500), counted(1000, 0), counted(1500, 1, 520)],
    [[500], [520]],
  ],
  ['what is older is ignored', [counted(1000, 9), counted(1500, 10, 500), counted(1400, 8, 490), counted(2000, 11, 510)], [[500, 510]]],
])('ANT+: %s', (_, readings, runs) => expect(runsOf(readings)).toEqual(runs));

test('ANT+: who hears a beat first tells of it, and what one gateway misses another one fills in', () => {
  const at = (ms: number, gateway: string, beatCount: number, ticks: number) => ({ ...counted(ms, beatCount, ticks), gateway });
  expect(runsOf([counted(0, 1), at(500, 'a', 2, 500), at(520, 'b', 2, 500), at(1020, 'b', 3, 510), at(1500, 'a', 4, 520)])).toEqual([
    [500, 510, 520],
  ]);
});

test.each<[string, StoredReading[], number[][]]>([
  ['beats follow each other', [told(1000, [500]), told(2000, [510, 520]), told(3000, [530, 540])], [[500, 510, 520, 530, 540]]],
  [
    'none may fall between two notifications',
    [told(1000, [1100]), told(2000, []), told(3000, [1100]), told(4000, [1000])],
    [[1100, 1100, 1000]],
  ],
  [
    'a notification that is late brings what was due',
    [told(1000, [500, 500]), told(2900, [500, 500, 500, 500])],
    [[500, 500, 500, 500, 500, 500]],
  ],
  [
    'a lost notification begins anew',
    [told(1000, [500, 500]), told(2000, [500, 500]), told(4000, [510, 510])],
    [
      [500, 500, 500, 500],
      [510, 510],
    ],
  ],
  [
    'so does one of a calm heart, in which was one beat',
    [told(1000, [1050]), told(2000, [1050]), told(4000, [1060]), told(5000, [1060])],
    [
      [1050, 1050],
      [1060, 1060],
    ],
  ],
  [
    'beats that the strap kept to itself show in time',
    [told(1000, [500, 500]), told(2000, [500, 500]), told(3000, []), told(4000, [510, 510])],
    [
      [500, 500, 500, 500],
      [510, 510],
    ],
  ],
  ['an interval that is none begins anew', [told(1000, [500, 500]), told(2000, [510], { beats: 2 })], [[500, 500], [510]]],
  [
    'so does lost contact',
    [told(1000, [500, 500]), told(1100, [], { contact: false }), told(2000, [510, 510])],
    [
      [500, 500],
      [510, 510],
    ],
  ],
  [
    'so do 5 s of silence',
    [told(1000, [500, 500]), told(6001, [2500, 2500])],
    [
      [500, 500],
      [2500, 2500],
    ],
  ],
  [
    'what is sent again tells nothing',
    [told(1000, [500, 500]), told(1000, [500, 500]), told(900, [1, 2]), told(2000, [510, 510])],
    [[500, 500, 510, 510]],
  ],
  ['who only advertises has no beats', [told(1000, []), told(2000, []), told(3000, [])], []],
])('Bluetooth: %s', (_, readings, runs) => expect(runsOf(readings)).toEqual(runs));

test('Bluetooth: of two gateways one is listened to, until it is silent', () => {
  const at = (ms: number, gateway: string, ticks: number[]) => told(ms, ticks, { gateway });
  const both = [at(1000, 'a', [500, 500]), at(1010, 'b', [500, 500]), at(2000, 'a', [510, 510]), at(2010, 'b', [510, 510])];
  expect(runsOf(both)).toEqual([[500, 500, 510, 510]]);
  expect(runsOf([...both, at(6000, 'b', [520]), at(7001, 'b', [530])])).toEqual([[500, 500, 510, 510], [530]]);
});

test('beats are about when they were, and are forgotten after a minute or so', () => {
  const history = new BeatHistory();
  history.note(told(1000, [500, 250]));
  expect(history.runs[0]!.at.map((at) => at - T0)).toEqual([1000 - 250 * TICK_MS, 1000]);
  for (let s = 2; s <= 600; s++) {
    history.note(told(s * 1000, [512, 512]));
    const beats = history.runs.reduce((sum, { ticks }) => sum + ticks.length, 0);
    expect(beats).toBeLessThanOrEqual(120 + 64 + 2);
    if (s > 61) expect(beats).toBeGreaterThanOrEqual(120);
  }
  expect(history.meanTicks).toBeCloseTo(512);
  history.note(told(3_600_000, [500]));
  for (let s = 1; s < 5; s++) history.note(told(3_600_000 + s * 1000, [512, 512]));
  expect(history.runs.map(({ ticks }) => ticks.length)).toEqual([9]);
  for (let s = 5; s < 200; s++) history.note(told(3_600_000 + s * 1000, []));
  expect(history.runs.map(({ ticks }) => ticks.length)).toEqual([0]);
});
