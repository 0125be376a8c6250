import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoClass } from '@pulseboard/contract';
import ant from 'ant-plus/build/ant.js';
import { usb } from 'usb';
import { FakeRoom } from '../../test-support/fake-room.js';
import { FakeStick, replaceUsbBus } from '../../test-support/fake-usb.js';
import { describeWithData, fromHex, hex, takeUntil } from '../../test-support/test-frames.js';
import { createUnifier } from '../../unify/unifier.js';
import type { RadioEvent } from '../radio-source.js';
import { simulatedEvents } from '../simulated-radio.js';
import { encodeAntMessage, MessageId } from './ant-message.js';

const restoreBus = replaceUsbBus();
afterAll(restoreBus);

const rooms: FakeRoom[] = [];
const sticks: FakeStick[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
  for (const stick of sticks.splice(0)) {
    expect([stick.isOpen, stick.counts.closes]).toEqual([false, stick.counts.opens]);
    stick.unplug();
  }
  expect((ant.USBDriver as unknown as { deviceInUse: unknown[] }).deviceInUse).toEqual([]);
  expect(usb.listenerCount('attach') + usb.listenerCount('detach')).toBe(0);
});

function startRoom(): FakeRoom {
  const room = new FakeRoom().start();
  rooms.push(room);
  return room;
}
function plugIn(ports: number[] | undefined, options = {}): FakeStick {
  const stick = new FakeStick({ ports, ...options });
  stick.plug();
  sticks.push(stick);
  return stick;
}
const radios = (room: FakeRoom) => room.radio.receivers().map(({ radio, state }) => `${radio} ${state}`);

test('without a stick there is one receiver, absent, that says so; a stick that is plugged in is heard', async () => {
  const room = startRoom();
  expect(room.radio.receivers()).toEqual([
    { radio: 'ant', state: 'absent', fault: 'no ANT+ stick is plugged in', badFrames: 0, restarts: 0 },
  ]);
  await room.time.pass(60_000);
  expect(radios(room)).toEqual(['ant absent']);
  const stick = plugIn([1, 4]);
  room.addStrap(1, stick);
  await room.hears();
  expect(room.radio.receivers()).toEqual([{ radio: 'ant 1-1.4', state: 'receiving', badFrames: 0, restarts: 0 }]);
  room.silence();
  await room.time.pass(11_000);
  expect(radios(room)).toEqual(['ant 1-1.4 searching']);
});

test.each([
  ['bus and ports', { bus: 3, ports: [2] }, 'ant 3-2'],
  ['a hub behind a hub', { bus: 1, ports: [1, 4, 2] }, 'ant 1-1.4.2'],
  ['its address where the machine does not tell ports', { bus: 2, ports: undefined }, /^ant 2-\d+$/],
])('a stick is named by %s', async (_, { bus, ports }, expected) => {
  const room = startRoom();
  plugIn(ports, { bus });
  await room.time.until('a stick', () => room.receiver('ant') === undefined);
  expect(room.radio.receivers()[0]!.radio).toMatch(expected);
});

test.each([0x1008, 0x1009])('product %i is heard', async (productId) => {
  const room = startRoom();
  room.addStrap(1, plugIn([1], { productId }));
  await room.hears('ant 1-1');
});

test('a stick that cannot listen to a room is listed with what to do', async () => {
  plugIn([1], { productId: 0x1004 });
  const room = startRoom();
  await room.untilState('absent', 'ant 1-1');
  expect(room.receiver('ant 1-1')!.fault).toMatch(/ANT USB-m stick \(0fcf:1009\).*\(0fcf:1004\)/);
});

test('a frame is handed over as it came, with the time at which it came, and bytes of its own', async () => {
  const stick = plugIn([1, 4]);
  const room = startRoom();
  await room.time.until('a scan', () => stick.isScanning);
  const frame = encodeAntMessage(MessageId.broadcast, [0, 0, 255, 255, 255, 0, 4, 1, 100, 0x80, 1, 0, 120, 1]);
  await room.time.pass(777);
  stick.push(frame.subarray(0, 5));
  await room.time.pass(223);
  stick.push(frame.subarray(5));
  stick.push(frame);
  await room.time.pass(1);
  const at = room.time.clock() - 1;
  const handed: RadioEvent = { kind: 'ant-frame', at, radio: 'ant 1-1.4', bytes: frame };
  expect(room.events).toStrictEqual([handed, handed]);
  expect(room.events[0]!.bytes.buffer.byteLength).toBe(frame.length);
});

test('two sticks at once: each is opened once, and both hear everybody', async () => {
  const [left, right] = [plugIn([1]), plugIn([2])];
  const room = startRoom();
  room.addStrap(1, left, right);
  await Promise.all([room.hears('ant 1-1'), room.hears('ant 1-2')]);
  await room.time.pass(10_000);
  expect([left.counts.opens, right.counts.opens, left.listeners, right.listeners]).toEqual([1, 1, 1, 1]);
  const heardBy = (radio: string) => room.events.filter((event) => event.radio === radio).map(({ at, bytes }) => `${at} ${hex(bytes)}`);
  expect(heardBy('ant 1-1').slice(-40)).toEqual(heardBy('ant 1-2').slice(-40));
  expect(room.events.every(({ at }, i) => i === 0 || at >= room.events[i - 1]!.at)).toBe(true);
});

test('of three sticks one is pulled: the others go on, it stays listed as absent until it or another one comes', async () => {
  const [one, two, three] = [plugIn([1]), plugIn([2]), plugIn([3])];
  const room = startRoom();
  room.addStrap(1, one, two, three);
  await room.time.until('all hear', () => radios(room).join() === 'ant 1-1 receiving,ant 1-2 receiving,ant 1-3 receiving');
  const frames = (radio: string) => room.events.filter((event) => event.radio === radio).length;
  const before = [frames('ant 1-1'), frames('ant 1-2'), frames('ant 1-3')];
  two.unplug();
  await room.time.pass(246 * 100);
  expect(frames('ant 1-1') - before[0]!).toBeGreaterThanOrEqual(99);
  expect(frames('ant 1-3') - before[2]!).toBeGreaterThanOrEqual(99);
  expect(frames('ant 1-2')).toBe(before[1]);
  expect(radios(room)).toEqual(['ant 1-1 receiving', 'ant 1-2 absent', 'ant 1-3 receiving']);
  expect(room.receiver('ant 1-2')!.fault).toMatch(/^unplugged/);

  two.plug();
  await room.hears('ant 1-2');
  expect(room.receiver('ant 1-2')).toMatchObject({ state: 'receiving', restarts: 1 });

  two.unplug();
  const elsewhere = plugIn([4]);
  room.addStrap(1, elsewhere);
  await room.hears('ant 1-4');
  expect(radios(room)).toEqual(['ant 1-1 receiving', 'ant 1-3 receiving', 'ant 1-4 receiving']);
});

test("the system's own driver is taken off the stick, and gets it back; the scan is closed, and nothing is handed over any more", async () => {
  const stick = plugIn([1, 4], { hasKernelDriver: true });
  const told: number[] = [];
  stick.answers.set(MessageId.closeChannel, ([channel]) => {
    told.push(channel!);
    return [];
  });
  const room = startRoom();
  room.addStrap(1, stick);
  await room.hears();
  expect(stick.hasKernelDriver).toBe(false);
  const closing = room.close();
  const heard = room.events.length;
  stick.push(room.events[0]!.bytes);
  await closing;
  expect([stick.hasKernelDriver, told, room.events.length]).toEqual([true, [0], heard]);
  expect(stick.counts).toEqual({ opens: 1, closes: 1, claims: 1, releases: 1, resets: 1 });
});

test('a night in an empty room: the stick is let alone, save for a question every 10 s and being set up anew every 10 minutes', async () => {
  const stick = plugIn([1, 4]);
  const room = startRoom();
  await room.untilState('searching');
  await room.time.pass(2 * 3_600_000);
  expect(room.radio.receivers()).toEqual([{ radio: 'ant 1-1.4', state: 'searching', badFrames: 0, restarts: 0 }]);
  expect(room.history.filter(({ radio }) => radio === 'ant 1-1.4').map(({ state }) => state)).toEqual(['searching']);
  expect(stick.counts.resets).toBe(0);
  expect(stick.counts.opens).toBeLessThanOrEqual(17);
  room.addStrap(1, stick);
  expect(await room.hears()).toBeLessThan(500);
});

test('a stick that answers nothing while it scans is reset again and again, and hears who comes in all the same', async () => {
  const stick = plugIn([1, 4]);
  const room = startRoom();
  await room.time.until('a scan', () => stick.isScanning);
  const isAsking = ([, wanted]: Uint8Array) => wanted === MessageId.version;
  stick.answers.set(MessageId.request, (payload) =>
    isAsking(payload) ? [] : [encodeAntMessage(MessageId.capabilities, [8, 3, 0, 0xba, 0x36, 0, 0, 0])],
  );
  await room.time.pass(600_000);
  expect(stick.counts.resets).toBeGreaterThan(40);
  room.addStrap(1, stick);
  expect(await room.hears()).toBeLessThan(500);
});

test('pulled where USB events do not arrive, as in some containers: says that the gateway is to be started again', async () => {
  const stick = plugIn([1, 4]);
  const room = startRoom();
  room.addStrap(1, stick);
  await room.hears();
  stick.unplug({ event: false, stays: true });
  await room.untilState('absent');
  expect(room.receiver()!.fault).toMatch(/start the gateway again/);
  await room.time.pass(120_000);
  expect(room.receiver()!.state).toBe('absent');
});

test('once a stick has worked again, the next failure is not waited out as if it were one of many', async () => {
  const stick = plugIn([1, 4]);
  const room = startRoom();
  room.addStrap(1, stick);
  await room.hears();
  stick.freeze({ healsOnReset: false });
  await room.time.pass(300_000);
  stick.thaw();
  await room.hears();
  let isRefused = false;
  stick.answers.set(MessageId.resetSystem, () => {
    stick.answers.clear();
    isRefused = true;
    return [];
  });
  stick.freeze();
  expect(await room.hears()).toBeLessThan(20_000);
  expect(isRefused).toBe(true);
});

test('a stick that a reset turns into another device is heard again', async () => {
  const stick = plugIn([1, 4]);
  const room = startRoom();
  room.addStrap(1, stick);
  await room.hears();
  stick.freeze({ reappearsOnReset: true });
  expect(await room.hears()).toBeLessThan(15_000);
  expect(room.receiver()).toMatchObject({ restarts: 1 });
});

test('a second radio in one process does not take the stick from the first', async () => {
  const stick = plugIn([1, 4]);
  const [first, second] = [startRoom(), startRoom()];
  first.addStrap(1, stick);
  await first.hears();
  await second.untilState('absent');
  expect(second.receiver()!.fault).toMatch(/^another program has the stick/);
  await first.hears();
  await first.close();
  second.addStrap(1, stick);
  await second.hears();
});

describe('closing', () => {
  test.each<[string, (stick: FakeStick, room: FakeRoom) => Promise<void> | void]>([
    ['before anything happened', () => {}],
    ['while it receives', (_, room) => room.hears().then(() => {})],
    [
      'during a handshake that hangs',
      async (stick, room) => {
        stick.answers.set(MessageId.resetSystem, () => []);
        await room.time.until('open', () => stick.isOpen);
      },
    ],
    [
      'in the middle of a handshake',
      async (stick, room) => {
        let closing: Promise<void> | undefined;
        stick.answers.set(MessageId.channelFrequency, () => {
          closing ??= room.radio.close();
          return [encodeAntMessage(MessageId.response, [0, MessageId.channelFrequency, 0])];
        });
        await room.time.until('closing', () => closing !== undefined);
        await room.time.settled(closing!);
      },
    ],
    [
      'while a stick hangs',
      async (stick, room) => {
        await room.hears();
        stick.freeze({ healsOnReset: false });
        await room.time.pass(11_000);
      },
    ],
    [
      'while it waits to try a refused stick again',
      async (stick, room) => {
        stick.failOpen('LIBUSB_ERROR_ACCESS');
        await room.untilState('absent');
        await room.time.pass(10_000);
      },
    ],
    [
      'after the stick was pulled',
      async (stick, room) => {
        await room.hears();
        stick.unplug();
      },
    ],
    [
      'after it was pulled without a word',
      async (stick, room) => {
        await room.hears();
        stick.unplug({ event: false });
      },
    ],
  ])('%s lets go of everything', async (_, happen) => {
    const stick = plugIn([1, 4]);
    const room = startRoom();
    room.addStrap(1, stick);
    await happen(stick, room);
    await room.close();
    await room.radio.close();
    const heard = room.events.length;
    await room.time.pass(60_000);
    expect([room.time.timers, stick.isOpen, room.events.length]).toEqual([0, false, heard]);
  });

  test('closed before it is started', async () => {
    const room = new FakeRoom();
    await room.close();
    expect(radios(room)).toEqual(['ant absent']);
  });
});

test('30 times closed and started, and 30 times pulled and plugged in: nothing is left over', async () => {
  const stick = plugIn([1, 4]);
  for (let i = 0; i < 30; i++) {
    const room = startRoom();
    room.addStrap(1, stick);
    await room.hears();
    await room.close();
    rooms.pop();
  }
  expect(stick.counts).toEqual({ opens: 30, closes: 30, claims: 30, releases: 30, resets: 30 });
  const room = startRoom();
  room.addStrap(1, stick);
  for (let i = 0; i < 30; i++) {
    await room.hears();
    stick.unplug();
    await room.untilState('absent');
    stick.plug();
  }
  await room.hears();
  expect(room.receiver()).toMatchObject({ restarts: 30, badFrames: 0 });
  expect([usb.listenerCount('attach'), usb.listenerCount('detach'), stick.listeners]).toEqual([1, 1, 1]);
  expect((ant.USBDriver as unknown as { deviceInUse: unknown[] }).deviceInUse).toHaveLength(1);
});

test('40 straps for a minute, as fast as USB takes it: every frame is handed over, none twice', async () => {
  const stick = plugIn([1, 4]);
  const room = startRoom();
  await room.time.until('a scan', () => stick.isScanning);
  const people = demoClass(40).map((person, i) => ({ ...person, protocol: 'ant' as const, antDeviceNumber: 1000 + i }));
  const startAt = room.time.clock();
  const frames = [...takeUntil(simulatedEvents({ people, seed: 1, startAt }), startAt + 60_000)]
    .filter((event) => event.kind === 'ant-frame')
    .map((event) => event.bytes);
  // In packets of 64 bytes, so that most frames begin in one transfer and end in the next.
  stick.push(Uint8Array.from(frames.flatMap((frame) => [...frame])));
  await room.time.until('all', () => room.events.length >= frames.length);
  await room.time.pass(1000);
  expect(frames.length).toBeGreaterThan(9000);
  expect(room.events.map(({ bytes }) => hex(bytes))).toEqual(frames.map(hex));
  expect(room.receiver()!.badFrames).toBe(0);
});

describeWithData('recorded frames of a strap', (dataDir) => {
  test('come through byte by byte, and give the same readings as without a stick', async () => {
    const recorded = readFileSync(join(dataDir, 'radio', 'ant-frames.txt'), 'utf8')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => line.split(/\s+/)[0]!);
    const stick = plugIn([1, 4]);
    const room = startRoom();
    await room.time.until('a scan', () => stick.isScanning);
    for (const frame of recorded) {
      stick.broadcast(fromHex(frame));
      await room.time.pass(1000);
    }
    expect(room.events.map(({ bytes }) => hex(bytes))).toEqual(recorded);
    const readingsOf = (events: RadioEvent[]) => {
      const unifier = createUnifier();
      return events.flatMap((event) => unifier.accept(event).readings);
    };
    const direct = room.events.map(({ at }, i): RadioEvent => ({ kind: 'ant-frame', at, bytes: fromHex(recorded[i]!) }));
    const readings = readingsOf(room.events);
    expect(readings).toEqual(readingsOf(direct));
    expect(readings.map(({ sensor, heartRateBpm, beatCount, rrIntervalsMs }) => [sensor, heartRateBpm, beatCount, rrIntervalsMs])).toEqual([
      ['ant-hr-483922', 60, 202, undefined],
      ['ant-hr-483922', 60, 203, [1000]],
      ['ant-hr-483922', 60, 204, [1000]],
      ['ant-hr-483922', 60, 205, [1000]],
      ['ant-hr-483922', 59, 208, [1016.6015625]],
    ]);
  });
});
