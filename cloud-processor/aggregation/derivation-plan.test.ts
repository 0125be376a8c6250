import fc from 'fast-check';
import { readingAt, T0 } from '../test-data/readings.js';
import { type DerivationRun, derivationPlan } from './derivation-plan.js';
import { lastTouchedSecond, windowBegin } from './member-second.js';
import { emptyRoster, Roster } from './roster.js';

const roster = new Roster({
  ...emptyRoster,
  assignments: [
    { sensor: 'ant-hr-1', member: 'ada', from: 0 },
    { sensor: 'ble-a', member: 'ada', from: T0 + 12_000 },
  ],
});
const rosterOf = () => roster;
const at = (second: number) => T0 + second * 1000;
const run = (fields: Partial<DerivationRun>): DerivationRun => ({
  gym: 'demo',
  member: 'ada',
  sensors: ['ant-hr-1'],
  from: 0,
  to: 0,
  ...fields,
});
const idle = { fresh: [], active: [], watermarkAt: at(100), targetAt: at(100), rosterOf };

test('nothing to do', () => expect(derivationPlan(idle)).toEqual([]));

test('a late reading touches its second, its hold and the next room block, as far as they are derived', () => {
  const fresh = [readingAt(25_900)];
  const all = [run({ sensors: ['ant-hr-1', 'ble-a'], from: at(25), to: at(39) })];
  expect(derivationPlan({ ...idle, fresh })).toEqual(all);
  expect(derivationPlan({ ...idle, fresh, watermarkAt: at(30) })).toEqual([{ ...all[0], to: at(30) }]);
  expect(derivationPlan({ ...idle, fresh, watermarkAt: at(20), targetAt: at(20) })).toEqual([]);
});

test('as the watermark passes, who is active is derived; a strap long silent is not', () => {
  const active = [
    { gym: 'demo', sensor: 'ant-hr-1', newestAt: at(100) },
    { gym: 'demo', sensor: 'ant-hr-7', newestAt: at(82) },
    { gym: 'demo', sensor: 'ant-hr-8', newestAt: at(79) },
    { gym: 'demo', sensor: 'ant-sdm-9', newestAt: at(100) },
  ];
  expect(derivationPlan({ ...idle, active, watermarkAt: at(98), targetAt: at(103) })).toEqual([
    run({ sensors: ['ant-hr-1', 'ble-a'], from: at(99), to: at(103) }),
    run({ member: 'guest-ant-hr-7', sensors: ['ant-hr-7'], from: at(99), to: at(99) }),
  ]);
});

test('a run ends where the sensors worn change', () => {
  expect(derivationPlan({ ...idle, fresh: [readingAt(5000)] })).toEqual([
    run({ from: at(5), to: at(11) }),
    run({ sensors: ['ant-hr-1', 'ble-a'], from: at(12), to: at(19) }),
  ]);
});

describe('a sensor that has another member now', () => {
  const linked = new Roster({
    ...emptyRoster,
    assignments: [{ sensor: 'ant-hr-1', member: 'ada', from: at(12) }],
    links: [{ sensor: 'ble-a', twin: 'ant-hr-1', from: at(10) }],
  });
  const of = (sensor: string) => ({ gym: 'demo', sensor, from: at(10), to: at(15) });
  const both = ['ant-hr-1', 'ble-a'];
  const one = { member: 'guest-ant-hr-1', sensors: both, from: at(10), to: at(11) };
  const wearer = { member: 'ada', sensors: both, from: at(12), to: at(15) };

  test('who has it now wears it, who had it wears nothing', () => {
    const regrouped = [of('ble-a'), of('ant-hr-1')];
    expect(derivationPlan({ ...idle, regrouped, rosterOf: () => linked })).toEqual([
      run(wearer),
      run(one),
      run({ member: 'guest-ble-a', sensors: [], from: at(10), to: at(15) }),
    ]);
  });

  test('seconds that are not derived yet are not wanted, and those of fresh readings are one with them', () => {
    const rosterOf = () => linked;
    const regrouped = [of('ant-hr-1')];
    expect(derivationPlan({ ...idle, regrouped, rosterOf, watermarkAt: at(10), targetAt: at(10) })).toEqual([run({ ...one, to: at(10) })]);
    const fresh = [readingAt(14_000, { sensor: 'ble-a' })];
    expect(derivationPlan({ ...idle, regrouped, fresh, rosterOf }).at(0)).toEqual(run({ ...wearer, to: at(29) }));
  });
});

test('readings far apart make two runs, in whatever order they come', () => {
  const fresh = [readingAt(60_000), readingAt(20_000), readingAt(61_000), readingAt(20_100)];
  expect(derivationPlan({ ...idle, fresh }).map(({ from, to }) => [from, to])).toEqual([
    [at(20), at(39)],
    [at(60), at(79)],
  ]);
});

test('a second is touched by a reading exactly when its window holds the reading', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 90 }), (ms, second) => {
      const reading = T0 + ms;
      const holds = windowBegin(at(second)) <= reading && reading < at(second) + 1000;
      expect(at(second) + 1000 > reading && at(second) <= lastTouchedSecond(reading)).toBe(holds);
    }),
  );
});
