import ant from 'ant-plus/build/ant.js';
import { usb } from 'usb';
import { FakeRoom } from '../../test-support/fake-room.js';
import { FakeStick, replaceUsbBus } from '../../test-support/fake-usb.js';
import { encodeAntMessage, MessageId } from './ant-message.js';

const NAME = 'ant 1-1.4';
const recoveries: string[] = [];
const printed: unknown[][] = [];
const realConsole = { ...console };
const restoreBus = replaceUsbBus();
const libraryHolds = () => (ant.USBDriver as unknown as { deviceInUse: unknown[] }).deviceInUse.length;

let stick: FakeStick;
let room: FakeRoom;

beforeAll(() => {
  for (const method of ['log', 'info', 'warn', 'error'] as const) console[method] = (...words) => printed.push(words);
});
afterAll(() => {
  restoreBus();
  Object.assign(console, realConsole);
  console.info(
    `until frames come again, from the end of the fault, or from its beginning where the driver ends it (virtual time, timings as shipped):\n${recoveries.join('\n')}`,
  );
});

beforeEach(async () => {
  stick = new FakeStick();
  stick.plug();
  room = new FakeRoom().start();
  room.addStrap(483_922, stick);
  await room.hears();
  await room.time.pass(30_000);
});
afterEach(async () => {
  await room.close();
  expect({
    held: libraryHolds(),
    attach: usb.listenerCount('attach'),
    detach: usb.listenerCount('detach'),
    timers: room.time.timers,
  }).toEqual({
    held: 0,
    attach: 0,
    detach: 0,
    timers: 0,
  });
  expect(stick.isOpen).toBe(false);
  stick.unplug();
  expect(printed.splice(0)).toEqual([]);
});

const frame = (deviceNumber: number, bpm = 100): Uint8Array =>
  encodeAntMessage(MessageId.broadcast, [0, 0, 255, 255, 255, 0, 4, 1, bpm, 0x80, deviceNumber & 0xff, deviceNumber >> 8, 120, 1]);
const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
/** What the stick hands over of it. */
async function handedOver(...transfers: Uint8Array[]): Promise<string[]> {
  room.silence();
  await room.time.pass(0);
  room.events.length = 0;
  for (const transfer of transfers) {
    stick.push(transfer);
    await room.time.pass(1);
  }
  return room.events.map(({ bytes }) => hex(bytes));
}

const [a, b, c, d] = [frame(1), frame(2), frame(3), frame(4)] as const;
const rubbish = Uint8Array.of(0x00, 0xa4, 0x29, 0x4e, 0x01, 0xff);
const spoilt = a.with(-1, a.at(-1)! ^ 1);

describe('bytes that are no frames', () => {
  test.each<[string, Uint8Array[], Uint8Array[], number]>([
    ['rubbish between frames', [joined(a, Uint8Array.of(0, 1, 2, 3), b), c], [a, b, c], 1],
    ['rubbish that looks like the beginning of the longest message', [joined(a, rubbish, b), c, d], [a, b, c, d], 2],
    ['a frame whose end is missing', [joined(a.slice(0, 11), b), c], [b, c], 1],
    ['a frame whose beginning is missing', [joined(a.slice(5), b), c], [b, c], 1],
    ['a wrong checksum', [joined(a, spoilt, b)], [a, b], 1],
    ['two frames in one transfer', [joined(a, b)], [a, b], 0],
    ['one frame over two transfers', [a.slice(0, 7), joined(a.slice(7), b)], [a, b], 0],
    ['one frame over many transfers', [...a].map((byte) => Uint8Array.of(byte)), [a], 0],
    [
      'a frame without a channel id',
      [encodeAntMessage(MessageId.broadcast, [0, 0, 255, 255, 255, 0, 4, 1, 100]), a],
      [encodeAntMessage(MessageId.broadcast, [0, 0, 255, 255, 255, 0, 4, 1, 100]), a],
      0,
    ],
    [
      'acknowledged and burst data',
      [encodeAntMessage(0x4f, [0, 1, 2, 3, 4, 5, 6, 7, 8]), encodeAntMessage(0x50, [0, 1, 2, 3, 4, 5, 6, 7, 8]), a],
      [a],
      0,
    ],
    ['events of the radio', [encodeAntMessage(MessageId.response, [0, 1, 2]), encodeAntMessage(MessageId.response, [0, 1, 9]), a], [a], 0],
    ['a response to nothing', [encodeAntMessage(MessageId.response, [0, 0x77, 0x28]), a], [a], 0],
    [
      'messages that end too early',
      [MessageId.response, MessageId.capabilities, MessageId.broadcast].map((id) => encodeAntMessage(id, [0])),
      [encodeAntMessage(MessageId.broadcast, [0])],
      0,
    ],
  ])('%s', async (_, transfers, expected, badFrames) => {
    expect(await handedOver(...transfers)).toEqual(expected.map(hex));
    expect(room.receiver()).toMatchObject({ state: 'receiving', badFrames, restarts: 0 });
  });
});

const noAnswer = () => [];
interface Fault {
  title: string;
  /** Begins it, and ends it where the driver does not. */
  happen: () => Promise<void> | void;
  /** What health says meanwhile. */
  shows?: { state: string; fault: RegExp };
  withinMs: number;
  restarts: number;
}

const faults: Fault[] = [
  {
    title: 'pulled and plugged in again',
    async happen() {
      stick.unplug();
      await expectHealth('absent', /^unplugged: plug it in again/);
      stick.plug();
    },
    withinMs: 500,
    restarts: 1,
  },
  {
    title: 'pulled and plugged in again, and USB tells nobody',
    async happen() {
      stick.unplug({ event: false });
      await room.untilState('absent');
      stick.plug({ event: false });
    },
    withinMs: 6000,
    restarts: 1,
  },
  {
    title: 'pulled and plugged in again at once, and USB tells nobody',
    happen() {
      stick.unplug({ event: false });
      stick.plug({ event: false });
    },
    withinMs: 6000,
    restarts: 1,
  },
  {
    title: 'pulled while it is being opened, and plugged in again',
    async happen() {
      stick.unplug();
      stick.answers.set(MessageId.assignChannel, noAnswer);
      stick.plug();
      await room.time.pass(1000);
      stick.unplug();
      stick.answers.clear();
      stick.plug();
    },
    withinMs: 500,
    restarts: 1,
  },
  {
    title: 'hangs; a USB reset wakes it',
    happen: () => stick.freeze(),
    shows: { state: 'silent', fault: /does not answer and is being reset/ },
    withinMs: 13_000,
    restarts: 1,
  },
  {
    title: 'hangs for 3 minutes whatever is done',
    async happen() {
      stick.freeze({ healsOnReset: false });
      await room.untilState('silent');
      await room.time.pass(180_000);
      await expectHealth('silent', /does not answer/);
      stick.thaw();
    },
    withinMs: 66_000,
    restarts: 1,
  },
  {
    title: 'hangs for 3 minutes, and so does its USB reset',
    async happen() {
      stick.freeze({ resetHangs: true });
      await room.untilState('silent');
      await room.time.pass(180_000);
      await expectHealth('silent', /does not answer|USB does not work/);
      stick.thaw();
    },
    withinMs: 66_000,
    restarts: 1,
  },
  {
    title: 'refused (access) for 3 minutes',
    async happen() {
      stick.unplug();
      stick.failOpen('LIBUSB_ERROR_ACCESS');
      stick.plug();
      await expectHealth('absent', /may not use the stick.*doctor.*\(LIBUSB_ERROR_ACCESS\)/);
      await room.time.pass(180_000);
      stick.failOpen(undefined);
    },
    withinMs: 61_000,
    restarts: 1,
  },
  {
    title: 'another program has it for 3 minutes (busy)',
    async happen() {
      stick.unplug();
      stick.failOpen('LIBUSB_ERROR_BUSY');
      stick.plug();
      await expectHealth('absent', /another program has the stick.*doctor/);
      await room.time.pass(180_000);
      stick.failOpen(undefined);
    },
    withinMs: 61_000,
    restarts: 1,
  },
  {
    title: 'refused, then pulled and plugged in again',
    async happen() {
      stick.unplug();
      stick.failOpen('LIBUSB_ERROR_ACCESS');
      stick.plug();
      await room.time.pass(180_000);
      stick.unplug();
      stick.failOpen(undefined);
      stick.plug();
    },
    withinMs: 500,
    restarts: 1,
  },
  {
    title: 'does not answer the reset, ten times over',
    async happen() {
      let resets = 0;
      stick.answers.set(MessageId.resetSystem, () => (++resets < 10 ? [] : [encodeAntMessage(MessageId.startup, [0x20])]));
      stick.unplug();
      stick.plug();
      await room.untilState('silent');
    },
    shows: { state: 'silent', fault: /does not answer/ },
    withinMs: 420_000,
    restarts: 1,
  },
  {
    title: 'stops in the middle of the handshake, once',
    happen() {
      stick.answers.set(MessageId.channelFrequency, () => {
        stick.answers.clear();
        return [];
      });
      stick.restart();
    },
    shows: { state: 'silent', fault: /restarted|does not answer/ },
    withinMs: 7000,
    restarts: 1,
  },
  {
    title: 'says it opened its scan with an error, once',
    happen() {
      stick.answers.set(MessageId.openScan, () => {
        stick.answers.clear();
        return [encodeAntMessage(MessageId.response, [0, MessageId.openScan, 0x15])];
      });
      stick.restart();
    },
    shows: { state: 'silent', fault: /scan was refused, ANT code 21|restarted/ },
    withinMs: 2000,
    restarts: 1,
  },
  {
    title: 'says it cannot scan, once: the library throws a string',
    happen() {
      stick.answers.set(MessageId.request, () => {
        stick.answers.clear();
        return [encodeAntMessage(MessageId.capabilities, [8, 3, 0, 0xba, 0, 0, 0, 0])];
      });
      stick.unplug();
      stick.plug();
    },
    shows: { state: 'absent', fault: /cannot listen to a whole room.*stick cannot scan/ },
    withinMs: 2000,
    restarts: 1,
  },
  {
    title: 'ends its capabilities too early, once: the library throws',
    happen() {
      stick.answers.set(MessageId.request, () => {
        stick.answers.clear();
        return [encodeAntMessage(MessageId.capabilities, [8])];
      });
      stick.unplug();
      stick.plug();
    },
    shows: { state: 'silent', fault: /does not answer/ },
    withinMs: 8000,
    restarts: 1,
  },
  {
    title: 'loses its scan, and answers as if nothing were',
    happen: () => stick.loseScan(),
    withinMs: 61_000,
    restarts: 0,
  },
  {
    title: 'begins anew by itself',
    happen: () => stick.restart(),
    withinMs: 500,
    restarts: 1,
  },
  {
    title: 'begins anew by itself every second, for a minute',
    async happen() {
      for (let second = 0; second < 60; second++) {
        stick.restart();
        await room.time.pass(1000);
      }
      expect(stick.counts.opens).toBeLessThan(10);
    },
    withinMs: 61_000,
    restarts: expect.any(Number),
  },
  {
    title: 'closes its scan',
    happen() {
      stick.loseScan();
      stick.push(encodeAntMessage(MessageId.response, [0, 1, 7]));
    },
    withinMs: 500,
    restarts: 1,
  },
  {
    title: 'reading from it fails: the USB library ends it, and tells nobody',
    happen: () => stick.failReading(usb.LIBUSB_TRANSFER_STALL),
    withinMs: 500,
    restarts: 1,
  },
];

async function expectHealth(state: string, fault: RegExp): Promise<void> {
  await room.time.until(`${state} ${fault}`, () => room.receiver()?.state === state && fault.test(room.receiver()?.fault ?? ''), 60_000);
}

describe('a stick that', () => {
  test.each(faults.map((fault) => [fault.title, fault] as const))(
    '%s is heard again',
    async (title, { happen, shows, withinMs, restarts }) => {
      await happen();
      const from = room.time.clock();
      await room.hears();
      if (shows)
        expect(room.history).toContainEqual(expect.objectContaining({ state: shows.state, fault: expect.stringMatching(shows.fault) }));
      const recoveredMs = room.time.clock() - from;
      recoveries.push(`${(recoveredMs / 1000).toFixed(1).padStart(6)} s  ${title}`);
      expect(recoveredMs).toBeLessThan(withinMs);
      await room.untilState('receiving');
      expect(room.receiver()).toEqual({ radio: NAME, state: 'receiving', badFrames: expect.any(Number), restarts });
      expect(stick.listeners).toBe(1);
    },
  );
});
