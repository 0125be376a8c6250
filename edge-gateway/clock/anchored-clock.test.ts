import fc from 'fast-check';
import { TestMachine } from '../test-support/test-machine.js';
import { ANCHOR_TIMEOUT_MS, AnchoredClock } from './anchored-clock.js';
import { parseClockRecord } from './clock-file.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const begun = (wallErrorMs = 0, awakeMs = 5000) => {
  const machine = new TestMachine();
  Object.assign(machine, { wallErrorMs, awakeMs });
  return { machine, clock: new AnchoredClock('boot-1', machine.times()) };
};
/** What the next process reads of the file that this one wrote. */
const restarted = (machine: TestMachine, clock: AnchoredClock, boot = 'boot-1') =>
  new AnchoredClock(boot, machine.times(), parseClockRecord(JSON.stringify(clock.record)));

test.each([
  { name: 'NTP', source: 'ntp', wallErrorMs: -12 * HOUR_MS, offsetMs: 12 * HOUR_MS },
  { name: 'the processor', source: 'processor', wallErrorMs: 90_000, offsetMs: -90_000 },
] as const)('anchored by $name, it tells UTC and converts what was stamped before', ({ source, wallErrorMs, offsetMs }) => {
  const { machine, clock } = begun(wallErrorMs);
  const stamped = { provisionalMs: clock.provisionalAt(machine.awakeMs), trueMs: machine.trueMs };
  expect(clock.utcAt(machine.awakeMs)).toBe(machine.wall());
  machine.awakeMs += 3200;
  machine.wallErrorMs = 0;
  expect(clock.hear(source, machine.trueMs, machine.times())).toBe(true);
  expect(clock.anchor).toEqual({ offsetMs, state: 'synced', source, afterMs: 3200 });
  expect(clock.utcAt(machine.awakeMs)).toBe(machine.trueMs);
  expect(stamped.provisionalMs + offsetMs).toBe(stamped.trueMs);
});

test('the first to tell the time counts, until the boot ends', () => {
  const { machine, clock } = begun();
  expect(clock.hear('processor', machine.trueMs + 70, machine.times())).toBe(true);
  const { anchor } = clock;
  machine.awakeMs += ANCHOR_TIMEOUT_MS;
  expect(clock.hear('ntp', machine.trueMs, machine.times())).toBe(false);
  expect(clock.endWait(machine.awakeMs)).toBe(false);
  expect(clock.anchor).toBe(anchor);
  const next = restarted(machine, clock);
  expect(next.hear('ntp', machine.trueMs, machine.times())).toBe(false);
  expect(next.anchor).toEqual(anchor);
  expect(restarted(machine, clock, 'boot-2').anchor).toBeUndefined();
});

type Status = [afterMs: number, delayMs: number];

test.each<{ name: string; wallErrorMs: number; statuses: Status[]; anchoredBy: number; errorMs: number }>([
  { name: 'one that agrees with the machine is enough', wallErrorMs: 600, statuses: [[0, 0]], anchoredBy: 1, errorMs: 0 },
  {
    name: 'the first one was held up',
    wallErrorMs: 0,
    statuses: [
      [0, 30_000],
      [3000, 5],
      [3000, 0],
    ],
    anchoredBy: 3,
    errorMs: 0,
  },
  {
    name: 'the machine is as late as the second one',
    wallErrorMs: -30_000,
    statuses: [
      [0, 0],
      [3000, 30_000],
      [3000, 40],
    ],
    anchoredBy: 3,
    errorMs: 0,
  },
  {
    name: 'a queue of them comes at once, and counts as one',
    wallErrorMs: -60_000,
    statuses: [
      [0, 57_000],
      [1, 54_000],
      [1, 51_000],
      [1, 48_000],
      [3000, 9],
      [3000, 8],
    ],
    anchoredBy: 6,
    errorMs: 8,
  },
  {
    name: 'all are held up: the least is left',
    wallErrorMs: -60_000,
    statuses: [
      [0, 900],
      [3000, 700],
      [3000, 800],
    ],
    anchoredBy: 3,
    errorMs: 700,
  },
  {
    name: 'two within 10 s',
    wallErrorMs: -60_000,
    statuses: [
      [0, 900],
      [10_000, 700],
    ],
    anchoredBy: 2,
    errorMs: 700,
  },
])('what the processor tells: $name', ({ wallErrorMs, statuses, anchoredBy, errorMs }) => {
  const { machine, clock } = begun(wallErrorMs);
  for (const [i, [afterMs, delayMs]] of statuses.entries()) {
    machine.awakeMs += afterMs;
    expect(clock.hear('processor', machine.trueMs - delayMs, machine.times())).toBe(i + 1 === anchoredBy);
  }
  expect(clock.anchor).toMatchObject({ state: 'synced', source: 'processor' });
  expect(clock.utcAt(machine.awakeMs)).toBe(machine.trueMs - errorMs);
});

test.each([
  ['10 s after the first', 1000, 10_000],
  ['when the wait is over', 55_000, 5000],
])('a single status that does not agree is taken %s', (_, heardAfterMs, takenAfterMs) => {
  const { machine, clock } = begun(-HOUR_MS);
  machine.awakeMs += heardAfterMs;
  expect(clock.hear('processor', machine.trueMs - 40, machine.times())).toBe(false);
  machine.awakeMs += takenAfterMs - 1;
  expect(clock.endWait(machine.awakeMs)).toBe(false);
  machine.awakeMs++;
  expect(clock.endWait(machine.awakeMs)).toBe(true);
  expect(clock.anchor).toMatchObject({ state: 'synced', source: 'processor', offsetMs: HOUR_MS - 40 });
});

test('NTP does not wait for what the processor tells', () => {
  const { machine, clock } = begun();
  clock.hear('processor', machine.trueMs - 5000, machine.times());
  expect(clock.hear('ntp', machine.wall(), machine.times())).toBe(true);
  expect(clock.anchor).toMatchObject({ source: 'ntp', offsetMs: 0 });
});

test('60 s of each process without an anchor, and what is heard then changes nothing', () => {
  const { machine, clock } = begun(-HOUR_MS);
  machine.awakeMs += ANCHOR_TIMEOUT_MS - 1;
  expect(clock.endWait(machine.awakeMs)).toBe(false);
  const next = restarted(machine, clock);
  machine.awakeMs += ANCHOR_TIMEOUT_MS - 1;
  expect(next.endWait(machine.awakeMs)).toBe(false);
  machine.awakeMs++;
  expect(next.endWait(machine.awakeMs)).toBe(true);
  expect(next.anchor).toEqual({ offsetMs: 0, state: 'unsynced', source: 'none', afterMs: ANCHOR_TIMEOUT_MS });
  expect(next.hear('ntp', machine.trueMs, machine.times())).toBe(false);
  expect(restarted(machine, next).hear('processor', machine.trueMs, machine.times())).toBe(false);
  expect(next.utcAt(machine.awakeMs)).toBe(machine.trueMs - HOUR_MS);
});

test('a sleep is added, whether the process lived through it or not; one too short to notice is never added twice', () => {
  const { machine, clock } = begun();
  const error = (c: AnchoredClock) => {
    c.noteSleep(machine.times());
    return Math.abs(c.utcAt(machine.awakeMs) - machine.trueMs);
  };
  machine.asleepMs += 1500;
  clock.hear('processor', machine.trueMs, machine.times());
  machine.asleepMs += 1500;
  expect(error(clock)).toBe(1500);
  machine.asleepMs += 8 * HOUR_MS;
  expect(error(clock)).toBeLessThanOrEqual(10);
  machine.asleepMs += HOUR_MS;
  expect(error(restarted(machine, clock))).toBeLessThanOrEqual(10);
});

type Change = (clock: AnchoredClock, machine: TestMachine) => void;
const told =
  (source: 'ntp' | 'processor'): Change =>
  (clock, machine) =>
    clock.hear(source, machine.trueMs, machine.times());
const nobody: Change = (clock, machine) => {
  machine.awakeMs += 56_800;
  clock.endWait(machine.awakeMs);
  machine.asleepMs += 3 * DAY_MS;
  clock.noteSleep(machine.times());
};

test.each([
  { wallErrorMs: 0, change: () => {}, says: 'clock not anchored yet: neither NTP nor the processor has told the time' },
  {
    wallErrorMs: -12 * HOUR_MS,
    change: told('ntp'),
    says: "clock anchored to NTP, 3.2 s after the start; the machine's clock was 12 h behind",
  },
  {
    wallErrorMs: 150_000,
    change: (clock, machine) => {
      for (let i = 0; i < 3; i++, machine.awakeMs += 3000) told('processor')(clock, machine);
    },
    says: "clock anchored to the processor's time, 9.2 s after the start; the machine's clock was 3 min ahead",
  },
  {
    wallErrorMs: 0,
    change: nobody,
    says: "clock not synchronized: nobody had told the time 60.0 s after the start; the machine's own is taken until it boots again; 3 d of sleep were added",
  },
])('it says of itself: $says', ({ wallErrorMs, change, says }) => {
  const { machine, clock } = begun(wallErrorMs);
  machine.awakeMs += 3200;
  change(clock, machine);
  expect(clock.describe()).toBe(says);
  expect(restarted(machine, clock).describe()).toBe(says.replace('after the start', 'after the start of a former process'));
});

type Event = ['wait' | 'sleep' | 'step', number] | ['ntp' | 'processor' | 'endWait' | 'restart', undefined];
const spanMs = fc.oneof(fc.double({ min: 0, max: 3000, noNaN: true }), fc.integer({ min: 0, max: DAY_MS }));
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom('wait' as const, 'sleep' as const), spanMs),
    fc.tuple(fc.constant('step' as const), fc.integer({ min: -400 * DAY_MS, max: 400 * DAY_MS })),
    fc.tuple(fc.constantFrom('ntp' as const, 'processor' as const, 'endWait' as const, 'restart' as const), fc.constant(undefined)),
  ),
  { maxLength: 40 },
);
const uptimes = { uptimeStepMs: fc.constantFrom(1, 10, 16, 1000), uptimeAheadMs: fc.integer({ min: -DAY_MS, max: DAY_MS }) };

test('whatever the wall clock does, however often it restarts and sleeps: time never goes back, and what was stamped is converted right', () => {
  fc.assert(
    fc.property(events, fc.record(uptimes), (list, { uptimeStepMs, uptimeAheadMs }) => {
      const machine = new TestMachine(uptimeStepMs, uptimeAheadMs);
      let clock = new AnchoredClock('boot-1', machine.times());
      const stamps: { provisionalMs: number; trueMs: number; isAnchored: boolean }[] = [];
      let anchor = clock.anchor;
      for (const [what, ms] of list) {
        if (what === 'wait') machine.awakeMs += ms;
        else if (what === 'sleep') machine.asleepMs += ms;
        else if (what === 'step') machine.wallErrorMs += ms;
        else if (what === 'ntp') {
          machine.wallErrorMs = 0;
          clock.hear('ntp', machine.wall(), machine.times());
        } else if (what === 'processor') clock.hear('processor', machine.trueMs, machine.times());
        else if (what === 'endWait') clock.endWait(machine.awakeMs);
        else clock = restarted(machine, clock);
        if (anchor) expect(clock.anchor).toEqual(anchor);
        anchor = clock.anchor;
        clock.noteSleep(machine.times());
        const provisionalMs = clock.provisionalAt(machine.awakeMs);
        expect(Number.isSafeInteger(provisionalMs)).toBe(true);
        expect(provisionalMs).toBeGreaterThanOrEqual(stamps.at(-1)?.provisionalMs ?? 0);
        expect(clock.utcAt(machine.awakeMs)).toBe(provisionalMs + (anchor?.offsetMs ?? 0));
        stamps.push({ provisionalMs, trueMs: machine.trueMs, isAnchored: anchor !== undefined });
      }
      if (anchor?.state !== 'synced') return;
      // At most one sleep that was too short to notice, before the anchor or after it; where it cannot be noticed at once, the coarseness of uptime twice.
      for (const { provisionalMs, trueMs } of stamps)
        expect(Math.abs(provisionalMs + anchor.offsetMs - trueMs)).toBeLessThanOrEqual(2000 + 2 * uptimeStepMs + 3);
    }),
  );
});

test('a coarse uptime alone makes no sleep, and no drift', () => {
  fc.assert(
    fc.property(fc.array(spanMs, { maxLength: 60 }), fc.record(uptimes), (waits, { uptimeStepMs, uptimeAheadMs }) => {
      const machine = new TestMachine(uptimeStepMs, uptimeAheadMs);
      const clock = new AnchoredClock('boot-1', machine.times());
      clock.hear('processor', machine.trueMs, machine.times());
      for (const waitMs of waits) {
        machine.awakeMs += waitMs;
        clock.noteSleep(machine.times());
        expect(clock.record.sleptMs).toBe(0);
        expect(Math.abs(clock.utcAt(machine.awakeMs) - machine.trueMs)).toBeLessThanOrEqual(1);
      }
    }),
  );
});
