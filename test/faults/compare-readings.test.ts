import type { Reading } from '@pulseboard/contract';
import fc from 'fast-check';
import { compareReadings, isTail, type Life, type MissingReading, type StoredRow } from './compare-readings.js';

const START = 1_700_000_000_000;
const reading = (n: number): Reading => ({ sensor: 'ant-hr-1', at: START + 700 * n, heartRateBpm: 60 + (n % 9), beatCount: n % 256 });
const life = (name: string, count: number, from = 1, isLastUncertain = false): Life => ({
  name,
  gateway: 'gateway-1',
  readings: Array.from({ length: count }, (_, i) => reading(from + i)),
  isLastUncertain,
});
const row = (spool: string, number: number, of: Reading): StoredRow => ({
  gym: 'demo',
  room: 'main',
  gateway: 'gateway-1',
  spool,
  number,
  reading: of,
});
const rowsOf = ({ readings }: Life, spool: string): StoredRow[] => readings.map((r, i) => row(spool, i + 1, r));

const first = life('first', 4);
const second = life('second', 3, 101);
const all = [...rowsOf(first, 'spool-a'), ...rowsOf(second, 'spool-b')];
const without = (spool: string, number: number) => all.filter((r) => !(r.spool === spool && r.number === number));

describe('what the store has against what the bytes make', () => {
  test.each<[string, Life[], StoredRow[], object]>([
    ['the same', [first, second], all, { decoded: 7, stored: 7, missing: 0, twice: 0, foreign: 0, misnumbered: 0 }],
    ['in any order', [first, second], [...all].reverse(), { decoded: 7, stored: 7, missing: 0, twice: 0, foreign: 0, misnumbered: 0 }],
    ['one is missing', [first, second], without('spool-a', 2), { decoded: 7, stored: 6, missing: 1, twice: 0, foreign: 0, misnumbered: 0 }],
    ['one stands there again', [first, second], [...all, all[1]!], { stored: 8, missing: 0, twice: 1, foreign: 0 }],
    [
      'one stands there again under another number',
      [first, second],
      [...all, row('spool-b', 9, reading(2))],
      { stored: 8, missing: 0, twice: 1, foreign: 0 },
    ],
    [
      'two readings under one number',
      [first, second],
      [...without('spool-a', 2), row('spool-a', 1, reading(2))],
      { missing: 0, twice: 1, foreign: 0, misnumbered: 1 },
    ],
    [
      'a field is another one',
      [first, second],
      [...without('spool-a', 4), row('spool-a', 4, { ...reading(4), heartRateBpm: 200 })],
      { missing: 1, twice: 0, foreign: 1 },
    ],
    [
      'a field more',
      [first, second],
      [...without('spool-a', 4), row('spool-a', 4, { ...reading(4), contact: true })],
      { missing: 1, twice: 0, foreign: 1 },
    ],
    [
      'numbers of another order',
      [first],
      [row('spool-a', 2, reading(1)), row('spool-a', 1, reading(2)), ...rowsOf(first, 'spool-a').slice(2)],
      { missing: 0, twice: 0, foreign: 0, misnumbered: 2 },
    ],
    [
      'a life over two spools',
      [first],
      [...rowsOf(first, 'spool-a').slice(0, 3), row('spool-b', 4, reading(4))],
      { missing: 0, misnumbered: 1 },
    ],
    ['another gateway', [first], rowsOf(first, 'spool-a').map((r) => ({ ...r, gateway: 'gateway-2' })), { missing: 4, foreign: 4 }],
    ['the last one of a killed process, absent', [life('first', 4, 1, true)], all.slice(0, 3), { decoded: 3, missing: 0 }],
    ['the last one of a killed process, present', [life('first', 4, 1, true)], all.slice(0, 4), { decoded: 4, missing: 0, foreign: 0 }],
    ['the last one of a process that was not killed', [first], all.slice(0, 3), { decoded: 4, missing: 1 }],
    ['the last but one of a killed process', [life('first', 4, 1, true)], all.slice(0, 2), { decoded: 3, missing: 1 }],
    ['nothing at all', [], [], { decoded: 0, stored: 0, missing: 0 }],
  ])('%s', (_, lives, rows, counts) => {
    const { missing, twice, foreign, misnumbered, ...rest } = compareReadings(lives, rows);
    const found = { ...rest, missing: missing.length, twice: twice.length, foreign: foreign.length, misnumbered: misnumbered.length };
    expect(found).toMatchObject(counts);
  });

  test('names the spool of each life', () => {
    expect([...compareReadings([first, second], all).spools]).toEqual([
      ['first', 'spool-a'],
      ['second', 'spool-b'],
    ]);
  });

  test('whatever is taken away or added is counted, to the unit', () => {
    const chosen = fc.record({ lost: fc.subarray(all), doubled: fc.subarray(all) });
    fc.assert(
      fc.property(chosen, ({ lost, doubled }) => {
        const left = all.filter((r) => !lost.includes(r));
        const again = doubled.filter((r) => left.includes(r));
        const result = compareReadings([first, second], [...left, ...again]);
        expect([result.missing.length, result.twice.length, result.foreign.length]).toEqual([lost.length, again.length, 0]);
        expect(result.found).toHaveLength(left.length);
      }),
    );
  });
});

describe('a tail', () => {
  const missing = (...numbers: number[]): MissingReading[] => numbers.map((number) => ({ life: 'x', number, reading: reading(number) }));
  test.each<[string, MissingReading[], Life, boolean]>([
    ['nothing', missing(), life('x', 5), true],
    ['the end', missing(4, 5), life('x', 5), true],
    ['in any order', missing(5, 4), life('x', 5), true],
    ['with a hole', missing(3, 5), life('x', 5), false],
    ['not up to the end', missing(3, 4), life('x', 5), false],
    ['up to the last one that may be absent', missing(3, 4), life('x', 5, 1, true), true],
    ['all of it', missing(1, 2), life('x', 2), true],
  ])('%s', (_, numbers, of, expected) => {
    expect(isTail(numbers, of)).toBe(expected);
  });
});
