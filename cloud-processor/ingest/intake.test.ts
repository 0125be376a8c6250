import { Ranges, type ReadingBatch } from '@pulseboard/contract';
import fc from 'fast-check';
import { T0 } from '../test-data/readings.js';
import { BatchRefusedError, Intake } from './intake.js';

const from = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const HOUR_MS = 3_600_000;
const reading = (fields: object = {}) => ({ sensor: 'ant-hr-1', at: T0, heartRateBpm: 150, ...fields });
const batch = (first: number, readings: unknown[] = [reading()], fields: object = {}): ReadingBatch =>
  ({
    v: 1,
    gateway: 'gateway-1',
    spool: 'spoolaaa',
    first,
    oldest: 1,
    boot: 'boot',
    sentAt: T0,
    clock: 'synced',
    readings,
    ...fields,
  }) as ReadingBatch;
const three = [reading(), reading(), reading()];
const numbers = (taken: { fresh: { number: number }[] }) => taken.fresh.map((r) => r.number);
const rangesOf = (intake: Intake) => intake.committed(1).flatMap(({ message }) => message.spools.map((s) => [s.spool, s.ranges]));

test('numbers readings, and says where they came from', () => {
  const { fresh, refused, duplicates } = new Intake([]).accept(from, batch(7, [reading(), reading({ at: T0 + 1 })]), T0);
  expect(fresh).toEqual([
    { ...reading(), ...from, spool: 'spoolaaa', number: 7 },
    { ...reading({ at: T0 + 1 }), ...from, spool: 'spoolaaa', number: 8 },
  ]);
  expect([refused, duplicates]).toEqual([[], 0]);
});

test('takes every number once, whatever the batches', () => {
  const run = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }));
  fc.assert(
    fc.property(fc.array(run, { maxLength: 20 }), (runs) => {
      const intake = new Intake([{ ...from, spool: 'spoolaaa', ranges: [[3, 9]] }]);
      const seen = new Set([3, 4, 5, 6, 7, 8, 9]);
      for (const [first, size] of runs) {
        const all = Array.from({ length: size }, (_, i) => first + i);
        const taken = intake.accept(
          from,
          batch(
            first,
            Array.from({ length: size }, () => reading()),
          ),
          T0,
        );
        expect(numbers(taken)).toEqual(all.filter((n) => !seen.has(n)));
        expect(taken.duplicates + taken.fresh.length).toBe(size);
        for (const n of all) seen.add(n);
      }
    }),
  );
});

test.each<[string, object, RegExp]>([
  ['an implausible heart rate', reading({ heartRateBpm: 241 }), /heartRateBpm/],
  ['a field nobody knows', reading({ name: 'Ada' }), /name/],
  ['no sensor', { at: T0 }, /sensor/],
  ['a time before there were gateways', reading({ at: 0 }), /at/],
  ['a time more than a day ahead', reading({ at: T0 + 24 * HOUR_MS + 1 }), /more than a day ahead/],
])('refuses alone, with the reason: %s', (_, bad, reason) => {
  const intake = new Intake([]);
  const { fresh, refused } = intake.accept(from, batch(1, [reading(), bad, reading()]), T0);
  expect(numbers({ fresh })).toEqual([1, 3]);
  expect(refused).toEqual([{ number: 2, reason: expect.stringMatching(reason), payload: bad }]);
  // It will never be stored: the gateway may forget it.
  expect(rangesOf(intake)).toEqual([['spoolaaa', [[2, 2]]]]);
  expect(intake.accept(from, batch(1, [reading(), bad, reading()]), T0)).toEqual({ fresh: [], refused: [], duplicates: 3 });
});

test('a time a day ahead is a fault of a clock, but a time', () => {
  expect(new Intake([]).accept(from, batch(1, [reading({ at: T0 + 24 * HOUR_MS })]), T0).fresh).toHaveLength(1);
});

test.each<[string, unknown, RegExp]>([
  ['no object', 'hello', /batch/],
  ['nothing', undefined, /batch/],
  ['another version', batch(1, three, { v: 2 }), /\/v/],
  ['no readings', batch(1, []), /readings/],
  ['the number 0', batch(0), /first/],
  ['a number that cannot be counted on from', batch(Number.MAX_SAFE_INTEGER), /first/],
  ['a number that no store can hold', batch(1e300), /first/],
  ["another gateway's topic", batch(1, three, { gateway: 'gateway-2' }), /"gateway-2" spoke on the topic of "gateway-1"/],
])('refuses the whole batch: %s', (_, payload, reason) => {
  const intake = new Intake([]);
  expect(() => intake.accept(from, payload, T0)).toThrow(BatchRefusedError);
  expect(() => intake.accept(from, payload, T0)).toThrow(reason);
  expect(intake.committed(1)).toEqual([]);
});

test('a spool belongs to one gateway of one gym', () => {
  const intake = new Intake([]);
  intake.accept(from, batch(1), T0);
  const foreign = { ...from, gateway: 'gateway-2' };
  expect(() => intake.accept(foreign, batch(2, three, { gateway: 'gateway-2' }), T0)).toThrow(/belongs to gateway "gateway-1"/);
  expect(() => intake.accept({ ...from, gym: 'other' }, batch(2), T0)).toThrow(BatchRefusedError);
  expect(numbers(intake.accept(from, batch(2), T0))).toEqual([2]);
});

test('each gateway hears what of its spools is stored, once it spoke', () => {
  const intake = new Intake([{ ...from, spool: 'spoolold', ranges: [[1, 9]] }]);
  expect(intake.committed(4)).toEqual([]);
  const second = { ...from, gateway: 'gateway-2' };
  const taken = [
    ...intake.accept(from, batch(1, three), T0).fresh,
    ...intake.accept(from, batch(9, three), T0).fresh,
    ...intake.accept(second, batch(5, three, { gateway: 'gateway-2', spool: 'spoolbbb' }), T0).fresh,
  ];
  expect(rangesOf(intake)).toEqual([
    ['spoolaaa', []],
    ['spoolbbb', []],
  ]);
  intake.commit(Intake.rangesOf(taken));
  const spools = (spool: string, ranges: [number, number][]) => [{ spool, ranges, gone: [], closed: false }];
  expect(intake.committed(4)).toEqual([
    {
      to: from,
      message: {
        epoch: 4,
        spools: spools('spoolaaa', [
          [1, 3],
          [9, 11],
        ]),
        rejected: [],
      },
    },
    { to: second, message: { epoch: 4, spools: spools('spoolbbb', [[5, 7]]), rejected: [] } },
  ]);
  intake.accept(from, batch(1, three, { spool: 'spoolold' }), T0);
  expect(rangesOf(intake)).toContainEqual(['spoolold', [[1, 9]]]);
});

test('a gateway that was carried to another room hears of its spool there', () => {
  const intake = new Intake([{ ...from, spool: 'spoolaaa', ranges: [[1, 9]] }]);
  const there = { ...from, room: 'studio' };
  intake.accept(there, batch(10), T0);
  expect(intake.committed(1).map(({ to }) => to)).toEqual([there]);
});

test('ranges of readings, by spool', () => {
  const of = (spool: string, ...list: number[]) => list.map((number) => ({ ...reading(), ...from, spool, number }));
  const ranges = Intake.rangesOf([...of('spoolaaa', 3, 1, 2, 9), ...of('spoolbbb', 5)]);
  expect(ranges).toEqual([
    {
      ...from,
      spool: 'spoolaaa',
      ranges: [
        [1, 3],
        [9, 9],
      ],
    },
    { ...from, spool: 'spoolbbb', ranges: [[5, 5]] },
  ]);
  expect(new Ranges(ranges[0]!.ranges).size).toBe(4);
});
