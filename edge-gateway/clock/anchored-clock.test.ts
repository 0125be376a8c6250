import fc from 'fast-check';
import { BOOTED_AT, TestMachine } from '../test-support/test-machine.js';
import { ANCHOR_TIMEOUT_MS, AnchoredClock } from './anchored-clock.js';
import { parseClockRecord } from './clock-file.js';
import { machineBootName } from './machine-boot.js';

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
  { name: 'NTP that sets it back', source: 'ntp', wallErrorMs: 90_000, offsetMs: -90_000 },
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

test('an anchor stays while what is heard later agrees with it, also in the next process', () => {
  const { machine, clock } = begun();
  expect(clock.hear('ntp', machine.trueMs + 70, machine.times())).toBe(true);
  const { anchor } = clock;
  machine.awakeMs += ANCHOR_TIMEOUT_MS;
  expect(clock.hear('ntp', machine.trueMs + 1500, machine.times())).toBe(false);
  expect(clock.endWait(machine.awakeMs)).toBe(false);
  expect(clock.anchor).toBe(anchor);
  const next = restarted(machine, clock);
  expect(next.hear('ntp', machine.trueMs, machine.times())).toBe(false);
  expect(next.anchor).toEqual(anchor);
  expect(restarted(machine, clock, 'boot-2').anchor).toBeUndefined();
});

describe('a processor of the same boot proves nothing', () => {
  const SAME = { processor: 'processor-demo', machineBoot: machineBootName('boot-1') };
  const shifts = [-10 * HOUR_MS, 10 * HOUR_MS, -90_000, 3000, 0].map((wallErrorMs) => ({ wallErrorMs }));
  test.each(shifts)('wall off by $wallErrorMs ms: it is not anchored, and after 60 s only estimated', ({ wallErrorMs }) => {
    const { machine, clock } = begun(wallErrorMs);
    for (let i = 0; i < 19; i++, machine.awakeMs += 3000)
      expect(clock.hear('processor', machine.wall(), machine.times(), SAME)).toBe(false);
    expect(clock.anchor).toBeUndefined();
    machine.awakeMs += 3000;
    expect(clock.endWait(machine.awakeMs)).toBe(true);
    expect(clock.anchor).toMatchObject({ state: 'unsynced', source: 'none' });
  });

  test('on a machine whose clock is plausible there is no wait, but it is an estimate all the same', () => {
    const machine = new TestMachine();
    const clock = new AnchoredClock('boot-1', machine.times(), undefined, 'plausible');
    expect(clock.hear('processor', machine.wall(), machine.times(), SAME)).toBe(true);
    expect(clock.anchor).toMatchObject({ state: 'unsynced', source: 'none' });
  });
});

describe('a step of the wall clock', () => {
  const sizes = [3000, -3000, 10 * HOUR_MS, -10 * HOUR_MS, 54 * 365 * DAY_MS];
  const look = (machine: TestMachine, clock: AnchoredClock, seconds: number) => {
    let steps = 0;
    for (let i = 0; i < seconds * 2; i++, machine.awakeMs += 500) steps += Number(clock.follow(machine.times()));
    return steps;
  };

  test.each(sizes)('by %p ms while it waits: what was stamped before is converted right', (errorMs) => {
    const { machine, clock } = begun(-errorMs);
    const stamped = { provisionalMs: clock.provisionalAt(machine.awakeMs), trueMs: machine.trueMs };
    expect(look(machine, clock, 20)).toBe(0);
    machine.wallErrorMs = 0;
    expect(look(machine, clock, 5)).toBe(1);
    expect(clock.anchor).toMatchObject({ state: 'unsynced', source: 'step', offsetMs: errorMs });
    expect(stamped.provisionalMs + clock.anchor!.offsetMs).toBe(stamped.trueMs);
  });

  test.each(sizes.slice(0, 4))('by %p ms after an estimate is followed once', (errorMs) => {
    const { machine, clock } = begun(-errorMs);
    clock.estimate(machine.awakeMs);
    machine.wallErrorMs = 0;
    expect(look(machine, clock, 20)).toBe(1);
    expect(clock.utcAt(machine.awakeMs)).toBe(machine.trueMs);
  });

  test('back and forth is followed each time; one of a moment is not, nor one that is small', () => {
    const { machine, clock } = begun();
    clock.estimate(machine.awakeMs);
    for (const errorMs of [HOUR_MS, 0, -HOUR_MS, 0]) {
      machine.wallErrorMs = errorMs;
      expect(look(machine, clock, 5)).toBe(1);
      expect(clock.utcAt(machine.awakeMs)).toBe(machine.wall());
    }
    machine.wallErrorMs = HOUR_MS;
    expect(clock.follow(machine.times())).toBe(false);
    machine.wallErrorMs = 1500;
    expect(look(machine, clock, 20)).toBe(0);
  });

  test('after NTP has set it: followed only when NTP vouches for it', () => {
    const { machine, clock } = begun();
    clock.hear('ntp', machine.wall(), machine.times());
    machine.wallErrorMs = HOUR_MS;
    expect(look(machine, clock, 60)).toBe(0);
    for (let i = 0; i < 3; i++, machine.awakeMs += 1000) clock.hear('ntp', machine.wall(), machine.times());
    expect(clock.anchor).toMatchObject({ source: 'ntp', offsetMs: HOUR_MS });
  });

  test('a clock that stands in 1970 is never taken, however long it waits; set at last, everything has its time', () => {
    const { machine, clock } = begun(-BOOTED_AT);
    const stamped = { provisionalMs: clock.provisionalAt(machine.awakeMs), trueMs: machine.trueMs };
    machine.awakeMs += 10 * ANCHOR_TIMEOUT_MS;
    expect([clock.endWait(machine.awakeMs), clock.hear('ntp', machine.wall(), machine.times())]).toEqual([false, false]);
    machine.wallErrorMs = 0;
    look(machine, clock, 5);
    expect(stamped.provisionalMs + clock.anchor!.offsetMs).toBe(stamped.trueMs);
  });

  test('NTP confirms an estimate that is right, and corrects one that is wrong', () => {
    const { machine, clock } = begun();
    clock.estimate(machine.awakeMs);
    expect(clock.hear('ntp', machine.wall(), machine.times())).toBe(false);
    expect(clock.anchor).toMatchObject({ state: 'synced', source: 'ntp', offsetMs: 0 });
  });
});

type Status = [afterMs: number, delayMs: number];

test.each<{ name: string; wallErrorMs: number; statuses: Status[]; anchoredBy: number | undefined; errorMs: number }>([
  { name: 'one alone is never enough, even when it agrees', wallErrorMs: 600, statuses: [[0, 0]], anchoredBy: undefined, errorMs: 0 },
  { name: 'one that a bridge delivers 98.5 s late', wallErrorMs: 0, statuses: [[0, 98_500]], anchoredBy: undefined, errorMs: 0 },
  {
    name: 'the same one again and again',
    wallErrorMs: 0,
    statuses: [
      [0, 90_000],
      [3000, 93_000],
      [3000, 96_000],
      [3000, 99_000],
    ],
    anchoredBy: undefined,
    errorMs: 0,
  },
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
    name: 'two within 10 s',
    wallErrorMs: -60_000,
    statuses: [
      [0, 900],
      [10_000, 700],
    ],
    anchoredBy: 2,
    errorMs: 700,
  },
  {
    name: 'months behind, without NTP: four over 9 s',
    wallErrorMs: -90 * DAY_MS,
    statuses: [
      [0, 5],
      [3000, 4],
      [3000, 3],
      [3000, 2],
    ],
    anchoredBy: 4,
    errorMs: 2,
  },
])('what a processor on another machine says: $name', ({ wallErrorMs, statuses, anchoredBy, errorMs }) => {
  const { machine, clock } = begun(wallErrorMs);
  for (const [i, [afterMs, delayMs]] of statuses.entries()) {
    machine.awakeMs += afterMs;
    const word = { processor: 'processor-demo', machineBoot: machineBootName('boot-2') };
    expect(clock.hear('processor', machine.trueMs - delayMs, machine.times(), word)).toBe(i + 1 === anchoredBy);
  }
  if (anchoredBy === undefined) expect(clock.anchor).toBeUndefined();
  else {
    expect(clock.anchor).toMatchObject({ state: 'synced', source: 'processor' });
    expect(clock.utcAt(machine.awakeMs)).toBe(machine.trueMs - errorMs);
  }
});

describe('a processor that says a wrong time', () => {
  const hearBoth = (machine: TestMachine, clock: AnchoredClock, lieMs: number, isHonestThere = true) => {
    for (let i = 0; i < 400; i++, machine.awakeMs += 50) {
      clock.hear('processor', machine.trueMs + lieMs, machine.times(), { processor: 'evil' });
      if (i % 60 === 30 && isHonestThere) clock.hear('processor', machine.trueMs, machine.times(), { processor: 'processor-demo' });
    }
  };
  const lies = [20 * DAY_MS, -20 * DAY_MS, 23 * HOUR_MS, 6 * 60_000];

  test.each(lies)('by %p ms never wins against a clock that NTP has set', (lieMs) => {
    const { machine, clock } = begun();
    clock.hear('ntp', machine.wall(), machine.times());
    hearBoth(machine, clock, lieMs, false);
    expect(clock.utcAt(machine.awakeMs)).toBe(machine.trueMs);
  });

  test.each(lies)('by %p ms does not win against another one, with or without a clock of its own', (lieMs) => {
    for (const wallErrorMs of [0, -90 * DAY_MS]) {
      const { machine, clock } = begun(wallErrorMs);
      hearBoth(machine, clock, lieMs);
      const isTaken = clock.anchor !== undefined && Math.abs(clock.utcAt(machine.awakeMs) - machine.trueMs) > 1000;
      expect(isTaken).toBe(false);
    }
  });

  test.each(lies)('by %p ms alone does not win against a clock that is plausible', (lieMs) => {
    const machine = new TestMachine();
    const clock = new AnchoredClock('boot-1', machine.times(), undefined, 'plausible');
    hearBoth(machine, clock, lieMs, false);
    expect(clock.anchor).toBeUndefined();
  });
});

test('NTP does not wait for what the processor tells', () => {
  const { machine, clock } = begun();
  clock.hear('processor', machine.trueMs - 5000, machine.times());
  expect(clock.hear('ntp', machine.wall(), machine.times())).toBe(true);
  expect(clock.anchor).toMatchObject({ source: 'ntp', offsetMs: 0 });
});

test('60 s of each process without an anchor: then the own clock, until something better is heard', () => {
  const { machine, clock } = begun(-HOUR_MS);
  machine.awakeMs += ANCHOR_TIMEOUT_MS - 1;
  expect(clock.endWait(machine.awakeMs)).toBe(false);
  const next = restarted(machine, clock);
  machine.awakeMs += ANCHOR_TIMEOUT_MS - 1;
  expect(next.endWait(machine.awakeMs)).toBe(false);
  machine.awakeMs++;
  expect(next.endWait(machine.awakeMs)).toBe(true);
  expect(next.anchor).toEqual({ offsetMs: 0, state: 'unsynced', source: 'none', afterMs: ANCHOR_TIMEOUT_MS });
  expect(next.utcAt(machine.awakeMs)).toBe(machine.trueMs - HOUR_MS);
  const last = restarted(machine, next);
  expect(last.hear('processor', machine.trueMs, machine.times())).toBe(false);
  machine.wallErrorMs = 0;
  expect(last.hear('ntp', machine.wall(), machine.times())).toBe(false);
  machine.awakeMs += 1000;
  expect(last.hear('ntp', machine.wall(), machine.times())).toBe(true);
  expect(last.utcAt(machine.awakeMs)).toBe(machine.trueMs);
});

test('a sleep is added, whether the process lived through it or not; one too short to notice is never added twice', () => {
  const { machine, clock } = begun();
  const error = (c: AnchoredClock) => {
    c.noteSleep(machine.times());
    return Math.abs(c.utcAt(machine.awakeMs) - machine.trueMs);
  };
  machine.asleepMs += 1500;
  clock.hear('ntp', machine.trueMs, machine.times());
  machine.asleepMs += 1500;
  expect(error(clock)).toBe(1500);
  machine.asleepMs += 8 * HOUR_MS;
  expect(error(clock)).toBeLessThanOrEqual(10);
  machine.asleepMs += HOUR_MS;
  expect(error(restarted(machine, clock))).toBeLessThanOrEqual(10);
});

type Change = (clock: AnchoredClock, machine: TestMachine) => void;
const hearing =
  (source: 'ntp' | 'processor'): Change =>
  (clock, machine) =>
    clock.hear(source, machine.trueMs, machine.times());
const noProof: Change = (clock, machine) => {
  machine.awakeMs += 56_800;
  clock.endWait(machine.awakeMs);
  machine.asleepMs += 3 * DAY_MS;
  clock.noteSleep(machine.times());
};

test.each([
  {
    wallErrorMs: 0,
    change: () => {},
    says: 'clock not anchored yet: neither NTP nor a processor on another machine has confirmed the time',
  },
  {
    wallErrorMs: -12 * HOUR_MS,
    change: hearing('ntp'),
    says: "clock anchored to NTP, 3.2 s after the start; the machine's clock was 12 h behind",
  },
  {
    wallErrorMs: 150_000,
    change: (clock, machine) => {
      for (let i = 0; i < 3; i++, machine.awakeMs += 3000) hearing('processor')(clock, machine);
    },
    says: "clock anchored to the processor's time, 6.2 s after the start; the machine's clock was 3 min ahead",
  },
  {
    wallErrorMs: 0,
    change: noProof,
    says: "clock not synchronized: the machine's own clock is used, 60.0 s after the start, until NTP or a processor on another machine confirms the time; 3 d of sleep were added",
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
        // Only an estimate that NTP or a processor corrects has another offset.
        if (anchor?.state === 'synced' && what !== 'ntp') expect(clock.anchor).toEqual(anchor);
        anchor = clock.anchor;
        clock.noteSleep(machine.times());
        const provisionalMs = clock.provisionalAt(machine.awakeMs);
        expect(Number.isSafeInteger(provisionalMs)).toBe(true);
        expect(provisionalMs).toBeGreaterThanOrEqual(stamps.at(-1)?.provisionalMs ?? 0);
        expect(clock.utcAt(machine.awakeMs)).toBe(provisionalMs + (anchor?.offsetMs ?? 0));
        stamps.push({ provisionalMs, trueMs: machine.trueMs, isAnchored: anchor !== undefined });
      }
      if (anchor?.source !== 'ntp' || anchor.afterMs === 0) return;
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
      clock.hear('ntp', machine.trueMs, machine.times());
      for (const waitMs of waits) {
        machine.awakeMs += waitMs;
        clock.noteSleep(machine.times());
        expect(clock.record.sleptMs).toBe(0);
        expect(Math.abs(clock.utcAt(machine.awakeMs) - machine.trueMs)).toBeLessThanOrEqual(1);
      }
    }),
  );
});
