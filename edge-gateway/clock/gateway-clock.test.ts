import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BOOTED_AT, TestMachine } from '../test-support/test-machine.js';
import { type GatewayClock, type GatewayClockOptions, givenClock, openGatewayClock } from './gateway-clock.js';

const HOUR_MS = 3_600_000;

let folder: string;
let machine: TestMachine;
let isSynchronized: boolean;
/** What the clock does now and then; undefined while it does nothing. */
let poll: (() => void) | undefined;
let reports: string[];
const clocks: GatewayClock[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-clock-'));
  machine = new TestMachine();
  isSynchronized = false;
  reports = [];
});
afterEach(() => {
  for (const clock of clocks.splice(0)) clock.close();
  expect(poll).toBeUndefined();
  rmSync(folder, { recursive: true, force: true });
});

function open(options: Partial<GatewayClockOptions> = {}): GatewayClock {
  const { monotonic, uptime, wall } = machine;
  const clock = openGatewayClock({
    folder,
    report: (sentence) => reports.push(sentence),
    machineBoot: 'boot-1',
    monotonic,
    uptime,
    wall,
    isNtpSynchronized: async () => isSynchronized,
    every(run) {
      poll = run;
      return () => {
        poll = undefined;
      };
    },
    ...options,
  });
  clocks.push(clock);
  return clock;
}
const answered = () => new Promise((resolve) => setImmediate(resolve));

/** A Pi without a clock whose network comes up 30 s after the start. */
async function synchronize(wallErrorMs = 0): Promise<void> {
  machine.awakeMs += 30_000;
  machine.wallErrorMs = wallErrorMs;
  isSynchronized = true;
  await answered();
  poll?.();
  await answered();
}

test('a machine without a clock: provisional until NTP has set it, then UTC, told once', async () => {
  machine.wallErrorMs = -12 * HOUR_MS;
  const clock = open();
  const anchors: unknown[] = [];
  clock.onAnchored((anchor) => anchors.push(anchor));
  await answered();
  expect([clock.isAnchored, clock.state, clock.offsetMs]).toEqual([false, 'unsynced', 0]);
  expect(clock.utcNow()).toBe(machine.wall());
  expect(clock.describe()).toMatch(/not anchored yet/);
  await synchronize();
  expect([clock.isAnchored, clock.state, clock.offsetMs]).toEqual([true, 'synced', 12 * HOUR_MS]);
  expect(clock.utcNow()).toBe(machine.trueMs);
  expect(clock.provisionalNow()).toBe(machine.trueMs - 12 * HOUR_MS);
  clock.onAnchored((anchor) => anchors.push(anchor));
  expect(anchors).toEqual([
    { offsetMs: 12 * HOUR_MS, state: 'synced' },
    { offsetMs: 12 * HOUR_MS, state: 'synced' },
  ]);
  expect(reports).toEqual([]);
});

test.each([HOUR_MS, -HOUR_MS])('once anchored a step of the wall clock by %p ms is seen, and followed by nothing', async (stepMs) => {
  const clock = open();
  await synchronize();
  machine.wallErrorMs = stepMs;
  machine.awakeMs += 10;
  expect(clock.utcNow()).toBe(machine.trueMs);
  expect(clock.wallStepMs()).toBe(stepMs);
  machine.awakeMs += 5000;
  expect(clock.utcNow()).toBe(machine.trueMs);
  const next = open();
  expect([next.isAnchored, next.utcNow(), next.wallStepMs()]).toEqual([true, machine.trueMs, stepMs]);
});

test.each(['ntp', 'processor'] as const)('a clock that %s has set follows a step that NTP vouches for', async (source) => {
  const clock = open();
  await answered();
  if (source === 'ntp') await synchronize();
  for (let i = 0; i < 3; i++, machine.awakeMs += 3000) clock.hearProcessorNow(machine.trueMs, { processor: 'far', machineBoot: 'another' });
  expect(clock.health().clockSource).toBe(source);
  const corrections: unknown[] = [];
  clock.onAnchored(({ correctsByMs }) => corrections.push(correctsByMs));
  machine.wallErrorMs = HOUR_MS;
  isSynchronized = true;
  for (let i = 0; i < 5; i++, machine.awakeMs += 1000) {
    poll?.();
    await answered();
  }
  expect([clock.utcNow(), clock.wallStepMs(), clock.health().clockSource]).toEqual([machine.wall(), 0, 'ntp']);
  expect(corrections).toEqual([undefined, HOUR_MS]);
});

test('the processor of another machine gives the time, when it is the first', async () => {
  machine.wallErrorMs = -60_000;
  const clock = open();
  clock.hearProcessorNow(Number.NaN);
  expect(clock.isAnchored).toBe(false);
  for (const delayMs of [9000, 70, 0]) {
    expect(clock.isAnchored).toBe(false);
    machine.awakeMs += 3000;
    clock.hearProcessorNow(machine.trueMs - delayMs);
  }
  expect(clock.describe()).toMatch(/the processor's time/);
  expect(clock.health()).toMatchObject({ clock: 'synced', clockSource: 'processor', clockSteps: 0 });
  clock.hearProcessorNow(machine.trueMs + 5000);
  expect([clock.state, clock.utcNow()]).toEqual(['synced', machine.trueMs]);
});

const seconds = async (count: number) => {
  for (let i = 0; i < count; i++) {
    machine.awakeMs += 1000;
    poll?.();
    await answered();
  }
};

test.each([-10 * HOUR_MS, 10 * HOUR_MS])(
  'a wall clock that is %p ms off, beside a processor of the same boot, and right from second 20 on',
  async (errorMs) => {
    machine.wallErrorMs = errorMs;
    const clock = open();
    const anchors: unknown[] = [];
    clock.onAnchored((anchor) => anchors.push(anchor));
    const stamped = { provisionalMs: clock.provisionalNow(), trueMs: machine.trueMs };
    for (let i = 0; i < 20; i++) {
      await seconds(1);
      clock.hearProcessorNow(machine.wall(), { processor: 'processor-demo', machineBoot: 'boot-1' });
    }
    expect([clock.isAnchored, clock.health()]).toEqual([false, { clock: 'unsynced', clockSource: 'own', clockSteps: 0 }]);
    machine.wallErrorMs = 0;
    await seconds(5);
    expect(anchors).toEqual([{ offsetMs: -errorMs, state: 'unsynced' }]);
    expect(clock.utcNow()).toBe(machine.trueMs);
    expect(stamped.provisionalMs + clock.offsetMs).toBe(stamped.trueMs);
  },
);

test('an estimate that is corrected is reported for ten minutes, and those who listen hear of it', async () => {
  machine.wallErrorMs = -10 * HOUR_MS;
  const clock = open();
  const anchors: unknown[] = [];
  clock.onAnchored((anchor) => anchors.push(anchor));
  await seconds(60);
  expect(clock.health()).toEqual({ clock: 'unsynced', clockSource: 'own', clockSteps: 0 });
  machine.wallErrorMs = 0;
  await seconds(3);
  expect(anchors).toEqual([
    { offsetMs: 0, state: 'unsynced' },
    { offsetMs: 10 * HOUR_MS, state: 'unsynced', correctsByMs: 10 * HOUR_MS },
  ]);
  expect(clock.health()).toMatchObject({
    clockSource: 'step',
    clockSteps: 1,
    clockFault: expect.stringMatching(/was 10 h behind and was corrected/),
  });
  isSynchronized = true;
  await seconds(600);
  expect(clock.health()).toEqual({ clock: 'synced', clockSource: 'ntp', clockSteps: 1 });
});

test('while the broker is away nothing is estimated: a step during an outage costs no reading its time', async () => {
  machine.wallErrorMs = -10 * HOUR_MS;
  const clock = open();
  clock.noteBroker(false);
  await seconds(3600);
  expect(clock.isAnchored).toBe(false);
  expect(clock.health().clockFault).toMatch(/no broker is there/);
  clock.noteBroker(true);
  await seconds(9);
  expect(clock.isAnchored).toBe(false);
  await seconds(2);
  expect(clock.isAnchored).toBe(true);
});

test('a clock that stands in 1970 is reported after a minute, and used never', async () => {
  machine.wallErrorMs = -BOOTED_AT;
  const clock = open();
  await seconds(3600);
  expect([clock.isAnchored, clock.health().clockFault]).toEqual([false, expect.stringMatching(/not set \(it says 1970\)/)]);
});

test('a plausible clock is used at once beside a processor of the same process', async () => {
  for (const trust of ['plausible', 'unknown'] as const) {
    const clock = open({ trust, folder: join(folder, trust) });
    await clock.asked;
    clock.estimateIfPlausible();
    expect(clock.isAnchored).toBe(trust === 'plausible');
    clock.close();
  }
});

test('a restart before the anchor goes on with the same provisional time, whatever the wall did', async () => {
  machine.wallErrorMs = -HOUR_MS;
  const first = open();
  const stamped = { provisionalMs: first.provisionalNow(), trueMs: machine.trueMs };
  first.close();
  machine.awakeMs += 8000;
  machine.wallErrorMs = 3 * HOUR_MS;
  const next = open();
  expect(next.provisionalNow() - stamped.provisionalMs).toBe(8000);
  await synchronize();
  expect(stamped.provisionalMs + next.offsetMs).toBe(stamped.trueMs);
});

test('the anchor is kept before anybody hears of it', () => {
  const clock = open();
  let kept: unknown;
  clock.onAnchored(() => {
    kept = JSON.parse(readFileSync(join(folder, 'clock.json'), 'utf8')).anchor;
  });
  for (const afterMs of [200, 3000]) {
    machine.awakeMs += afterMs;
    clock.hearProcessorNow(machine.trueMs + 70);
  }
  expect(kept).toEqual({ offsetMs: 70, state: 'synced', source: 'processor', afterMs: 3200 });
});

test('another boot begins anew, and so does a damaged file', () => {
  open().estimateIfPlausible();
  expect(open({ machineBoot: 'boot-2' }).isAnchored).toBe(false);
  expect(JSON.parse(readFileSync(join(folder, 'clock.json'), 'utf8')).boot).toBe('boot-2');
  writeFileSync(join(folder, 'clock.json'), '{"boot":');
  expect(open({ machineBoot: 'boot-2' }).isAnchored).toBe(false);
  expect(reports).toHaveLength(1);
});

test('a folder that cannot be written stops nothing', async () => {
  writeFileSync(join(folder, 'file'), '');
  const clock = open({ folder: join(folder, 'file', 'below') });
  await synchronize();
  expect(clock.utcNow()).toBe(machine.trueMs);
  expect(reports).toEqual([expect.stringMatching(/cannot be read/), expect.stringMatching(/cannot be written/)]);
});

test('a sleep is added at the first look after it, however soon', async () => {
  const clock = open();
  await synchronize();
  clock.utcNow();
  machine.asleepMs += 8 * HOUR_MS;
  machine.awakeMs += 1;
  expect(Math.abs(clock.utcNow() - machine.trueMs)).toBeLessThanOrEqual(10);
  machine.asleepMs += HOUR_MS;
  const next = open();
  expect(Math.abs(next.utcNow() - machine.trueMs)).toBeLessThanOrEqual(10);
});

test('a process that is stopped between two clocks takes that for no sleep and for no step', async () => {
  let stops = 0;
  const stopped = (read: () => number) => () => {
    const value = read();
    if (stops > 0) {
      stops--;
      machine.awakeMs += 3000;
    }
    return value;
  };
  stops = 2;
  const clock = open({ uptime: stopped(machine.uptime), wall: stopped(machine.wall) });
  stops = 3;
  await synchronize();
  for (let i = 0; i < 5; i++) {
    machine.awakeMs += 2000;
    stops = i;
    clock.utcNow();
    expect(clock.utcNow()).toBe(machine.trueMs);
  }
});

test('once closed it hears nothing more, not even what it asked before', async () => {
  isSynchronized = true;
  const clock = open();
  clock.onAnchored(() => {
    throw new Error('anchored after its end');
  });
  clock.close();
  clock.hearProcessorNow(machine.trueMs);
  await answered();
  expect(clock.isAnchored).toBe(false);
});

test('a check of NTP that fails is a no, and one that has not answered is not asked again', async () => {
  let asked = 0;
  const clock = open({
    isNtpSynchronized() {
      asked++;
      return asked === 1 ? Promise.reject(new Error('no such bus')) : new Promise(() => {});
    },
  });
  await answered();
  for (let i = 0; i < 3; i++) poll!();
  expect([asked, clock.isAnchored]).toEqual([2, false]);
  machine.awakeMs += 60_000;
  poll!();
  expect(clock.isAnchored).toBe(true);
});

test('the clocks of this machine: a restarted process goes on with the same time', () => {
  const options = {
    folder,
    report: (sentence: string) => reports.push(sentence),
    machineBoot: 'boot-1',
    isNtpSynchronized: async () => false,
  };
  const first = openGatewayClock(options);
  const before = first.provisionalNow();
  first.close();
  const second = openGatewayClock(options);
  clocks.push(second);
  const after = second.provisionalNow();
  expect(after).toBeGreaterThanOrEqual(before);
  expect(first.provisionalNow()).toBeGreaterThanOrEqual(after);
  expect(reports).toEqual([]);
});

test.each(['virtual', 'synced'] as const)('a given clock is anchored from the start: %s', (state) => {
  let nowMs = 5;
  const clock = givenClock(() => nowMs++, state);
  const anchors: unknown[] = [];
  clock.onAnchored((anchor) => anchors.push(anchor));
  clock.hearProcessorNow(99);
  expect(anchors).toEqual([{ offsetMs: 0, state }]);
  expect([clock.isAnchored, clock.offsetMs, clock.state, clock.wallStepMs()]).toEqual([true, 0, state, 0]);
  expect([clock.utcNow(), clock.provisionalNow()]).toEqual([5, 6]);
  expect(clock.describe()).toMatch(/^clock is /);
  clock.close();
});

test('a process that has the processor in it does not take over what a former one was anchored to', async () => {
  const first = open();
  machine.wallErrorMs = HOUR_MS;
  await synchronize(HOUR_MS);
  first.close();
  expect(open().offsetMs).toBe(HOUR_MS);
  isSynchronized = false;
  const own = open({ takesOver: false });
  expect(own.isAnchored).toBe(false);
});
