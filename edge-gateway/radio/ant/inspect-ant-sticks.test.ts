import { FakeRoom } from '../../test-support/fake-room.js';
import { FakeStick, replaceUsbBus } from '../../test-support/fake-usb.js';
import { inspectAntSticks } from './inspect-ant-sticks.js';

const restoreBus = replaceUsbBus();
afterAll(restoreBus);

const usbM = { usbId: '0fcf:1009', model: 'ANT USB-m' };

test('no stick', async () => {
  expect(await inspectAntSticks()).toEqual({ sticks: [], fault: 'no ANT+ stick is plugged in', code: 'STICK_NONE' });
});

test('sticks that can be used, and sticks that cannot, each with why; nothing stays open', async () => {
  const [good, old, denied, busy, held] = [
    new FakeStick({ ports: [1] }),
    new FakeStick({ ports: [2], productId: 0x1004 }),
    new FakeStick({ ports: [3], productId: 0x1008 }),
    new FakeStick({ ports: [4] }),
    new FakeStick({ ports: [5], hasKernelDriver: true }),
  ] as const;
  denied.failOpen('LIBUSB_ERROR_ACCESS');
  busy.failOpen('LIBUSB_ERROR_BUSY');
  const all = [good, old, denied, busy, held];
  for (const stick of all) stick.plug();
  expect(await inspectAntSticks()).toEqual({
    sticks: [
      { radio: 'ant 1-1', ...usbM, canBeOpened: true },
      {
        radio: 'ant 1-2',
        usbId: '0fcf:1004',
        canBeOpened: false,
        fault: expect.stringMatching(/take an ANT USB-m stick/),
        code: 'STICK_UNFIT',
      },
      {
        radio: 'ant 1-3',
        usbId: '0fcf:1008',
        model: 'ANT USB2',
        canBeOpened: false,
        fault: expect.stringMatching(/may not use the stick/),
        code: 'STICK_DENIED',
      },
      { radio: 'ant 1-4', ...usbM, canBeOpened: false, fault: expect.stringMatching(/another program has the stick/), code: 'STICK_BUSY' },
      { radio: 'ant 1-5', ...usbM, canBeOpened: true },
    ],
  });
  expect(all.map((stick) => stick.isOpen)).toEqual([false, false, false, false, false]);
  for (const stick of all) stick.unplug();
});

test('a stick that this process listens to goes on', async () => {
  const stick = new FakeStick();
  stick.plug();
  const room = new FakeRoom().start();
  room.addStrap(1, stick);
  await room.hears();
  expect(await inspectAntSticks()).toEqual({ sticks: [{ radio: 'ant 1-1.4', ...usbM, canBeOpened: true }] });
  await room.hears();
  expect(stick.counts.opens).toBe(1);
  await room.close();
  stick.unplug();
});
