import type { MockStrap } from '../../test-support/mock-bluez.js';
import { startMockProcess } from '../../test-support/mock-client.js';
import { describeWithBus, QUICK, TestRoom, until } from '../../test-support/test-room.js';
import type { ReceiverState } from '../radio-source.js';
import { createBleRadio } from './ble-radio.js';
import { inspectBluetooth } from './inspect-bluetooth.js';

const POLAR: MockStrap = { address: 'C0:00:00:00:00:01', services: [], manufacturerData: { 107: '3b164446' }, advertiseEveryMs: 30 };
const BELT: MockStrap = { address: 'C0:00:00:00:00:02', advertiseEveryMs: 30, notifyEveryMs: 30 };
const clock = () => Math.floor(performance.now());

test('a machine without D-Bus: absent, with what to do', async () => {
  for (const systemBusAddress of ['unix:path=/nowhere/socket', 'carrier-pigeon:loft=1', 'unix:']) {
    const radio = createBleRadio({ clock, systemBusAddress, times: QUICK });
    expect(radio.name).toBe('ble');
    expect(radio.receivers()).toMatchObject([{ radio: 'ble', state: 'absent' }]);
    radio.start(() => {});
    await until(
      () => radio.receivers()[0]!.fault!.includes('D-Bus system bus cannot be reached'),
      () => JSON.stringify(radio.receivers()),
    );
    expect(radio.receivers()).toEqual([{ radio: 'ble', state: 'absent', fault: expect.any(String), badFrames: 0, restarts: 0 }]);
    await radio.close();
    expect(await inspectBluetooth({ systemBusAddress, times: QUICK })).toEqual({
      isBusReachable: false,
      isBluezRunning: false,
      adapters: [],
      fault: expect.stringContaining('D-Bus system bus cannot be reached'),
    });
  }
});

test('the environment is as it was', async () => {
  expect(process.env.DBUS_SYSTEM_BUS_ADDRESS).toBe(undefined);
});

describeWithBus('what there is', () => {
  let room: TestRoom;
  afterEach(() => room.close());
  const first = (): ReceiverState => room.radio.receivers()[0]!;
  const says = (fault: string) =>
    until(
      () => first().fault?.includes(fault),
      () => `${fault}: ${JSON.stringify(first())}`,
    );
  const inspect = () => inspectBluetooth({ systemBusAddress: room.bus.address, times: QUICK });

  test('one after the other: bus, BlueZ, adapter, power, strap', async () => {
    room = new TestRoom();
    room.adapters.clear();
    room.start();
    await says('D-Bus system bus cannot be reached');
    await room.bus.start();
    await says('BlueZ does not run');
    expect(await inspect()).toMatchObject({
      isBusReachable: true,
      isBluezRunning: false,
      adapters: [],
      fault: expect.stringContaining('doctor'),
    });
    await room.startBluez();
    await says('plug one in');
    expect(await inspect()).toMatchObject({
      isBusReachable: true,
      isBluezRunning: true,
      adapters: [],
      fault: expect.stringContaining('plug'),
    });
    room.mock.addAdapter('hci0', { powered: false, isBlocked: true });
    await says('rfkill unblock bluetooth');
    expect(first()).toMatchObject({ radio: 'ble hci0', state: 'absent', restarts: 0 });
    expect(await inspect()).toEqual({
      ...{ isBusReachable: true, isBluezRunning: true },
      adapters: [{ name: 'hci0', address: '00:11:22:33:44:55', isPowered: false, fault: expect.stringContaining('bluetoothctl power on') }],
    });
    room.mock.setPowered('hci0', true);
    await until(() => first().state === 'searching', 'searching');
    expect((await inspect()).adapters).toEqual([{ name: 'hci0', address: '00:11:22:33:44:55', isPowered: true }]);
    room.mock.addStrap(POLAR);
    await room.hear([POLAR.address]);
    expect(room.radio.receivers()).toEqual([{ radio: 'ble hci0', state: 'receiving', badFrames: 0, restarts: 0 }]);
  });

  test('an adapter that is off is switched on; who switches it off afterwards is left his will', async () => {
    room = new TestRoom();
    room.adapters.set('hci0', { powered: false });
    room.straps.push(POLAR, BELT);
    await room.open();
    await room.hear([POLAR.address, BELT.address]);
    room.mock.setPowered('hci0', false);
    await says('was switched off');
    await room.hear([]);
    const heard = room.events.length;
    await new Promise((resolve) => setTimeout(resolve, 5 * QUICK.heartbeatMs!));
    expect(first()).toMatchObject({ state: 'absent' });
    expect(room.events).toHaveLength(heard);
    room.mock.setPowered('hci0', true);
    await room.hear([POLAR.address, BELT.address]);
    expect(first()).toMatchObject({ state: 'receiving', restarts: 1 });
  });

  test('BlueZ and what comes with it are found when they come, not at the next heartbeat', async () => {
    // A connection that fails would be tried again at a heartbeat.
    room = new TestRoom({ times: { heartbeatMs: 600_000, connectLimitMs: 20_000, gattLimitMs: 20_000, strapSilentAfterMs: 20_000 } });
    room.adapters.clear();
    await room.bus.start();
    room.start();
    await says('BlueZ does not run');
    await room.startBluez();
    await says('plug one in');
    room.mock.addAdapter('hci0');
    for (const strap of [POLAR, BELT]) room.mock.addStrap(strap);
    await room.hear([POLAR.address, BELT.address]);
    room.mock.setPowered('hci0', false);
    await says('was switched off');
    room.mock.setPowered('hci0', true);
    await room.hear([POLAR.address, BELT.address]);
    room.mock.close();
    await says('BlueZ does not run');
  });

  test('two adapters, each with its own state', async () => {
    room = new TestRoom();
    room.adapters.set('hci1', { powered: false, isBlocked: true });
    room.straps.push(POLAR, { ...BELT, adapter: 'hci1' });
    await room.open();
    await room.hear([POLAR.address]);
    await until(() => room.radio.receivers()[1]?.fault, 'fault of hci1');
    expect(room.radio.receivers()).toMatchObject([
      { radio: 'ble hci0', state: 'receiving' },
      { radio: 'ble hci1', state: 'absent' },
    ]);
    room.mock.setPowered('hci1', true);
    await room.hear([POLAR.address, BELT.address]);
    room.mock.removeAdapter('hci0');
    await until(() => room.radio.receivers().length === 1, 'hci0 is gone');
    await room.hear([BELT.address]);
    expect(room.radio.receivers()).toMatchObject([{ radio: 'ble hci1', state: 'receiving' }]);
  });

  test('discovery that is refused for good: silent, with what to do', async () => {
    room = new TestRoom();
    room.adapters.set('hci0', { refuseDiscovery: Array(1000).fill('NotReady') });
    await room.open();
    await says('does not search');
    expect(first()).toMatchObject({ radio: 'ble hci0', state: 'silent' });
  });

  test('a discovery that hears nothing at all is begun anew, and that is no fault', async () => {
    room = new TestRoom({ times: { deafAfterMs: 60 } });
    await room.open();
    await until(() => room.mock.report().discoveryStarts >= 3, 'begun three times');
    expect(first()).toEqual({ radio: 'ble hci0', state: 'searching', badFrames: 0, restarts: 0 });
  });

  test('BlueZ that hangs, and goes on', async () => {
    const times = { ...QUICK, callLimitMs: 400, closeLimitMs: 200 };
    room = new TestRoom({ times });
    await room.bus.start();
    const mock = await startMockProcess(room.bus.address);
    await mock.do('addAdapter', 'hci0', {});
    for (const strap of [POLAR, BELT]) await mock.do('addStrap', strap);
    room.start();
    await room.hear([POLAR.address, BELT.address]);
    mock.signal('SIGSTOP');
    await says('BlueZ does not answer');
    expect((await inspectBluetooth({ systemBusAddress: room.bus.address, times })).fault).toContain('BlueZ does not answer');
    mock.signal('SIGCONT');
    await room.hear([POLAR.address, BELT.address]);
    expect(first().restarts).toBeGreaterThan(0);
    mock.signal('SIGKILL');
    await says('BlueZ does not run');
    await mock.exited;
  });

  test('a bus that takes no more connections', async () => {
    room = new TestRoom({}, { max_completed_connections: 1 });
    room.straps.push(POLAR);
    await room.bus.start();
    await room.startBluez();
    room.start();
    await says('D-Bus system bus cannot be reached');
    room.mock.close();
    await says('BlueZ does not run');
  });

  test('a bus that takes no more for the straps: what is advertised is heard', async () => {
    room = new TestRoom({}, { max_completed_connections: 2 });
    room.straps.push(POLAR, BELT);
    await room.open();
    await until(() => room.reports.length >= 2, 'reported');
    await room.hear([POLAR.address]);
    expect(room.from(BELT.address)).toEqual([]);
  });
});

describeWithBus('closing', () => {
  const states: [string, (room: TestRoom) => Promise<void>][] = [
    ['before it is started', async () => {}],
    ['at once', async (room) => room.start()],
    [
      'without a bus',
      async (room) => {
        room.start();
        await until(() => room.radio.receivers()[0]!.fault!.includes('cannot be reached'), 'no bus');
      },
    ],
    [
      'without BlueZ',
      async (room) => {
        await room.bus.start();
        room.start();
        await until(() => room.radio.receivers()[0]!.fault!.includes('does not run'), 'no BlueZ');
      },
    ],
    [
      'while it hears and is connected',
      async (room) => {
        await room.open();
        await room.hear([POLAR.address, BELT.address]);
      },
    ],
    [
      'while it connects',
      async (room) => {
        room.straps[1] = { ...BELT, hangConnects: 9 };
        await room.open();
        await until(() => room.mock.report().connects[BELT.address], 'connect');
      },
    ],
    [
      'while it waits for services',
      async (room) => {
        room.straps[1] = { ...BELT, neverResolve: 9 };
        await room.open();
        await until(() => room.mock.report().connected.length, 'connected');
      },
    ],
    [
      'while the bus hangs',
      async (room) => {
        await room.open();
        await room.hear([POLAR.address, BELT.address]);
        room.bus.freeze();
      },
    ],
    [
      'after the bus is gone',
      async (room) => {
        await room.open();
        await room.hear([POLAR.address, BELT.address]);
        await room.bus.kill();
      },
    ],
  ];

  test.each(states)('%s', async (_, bring) => {
    const room = new TestRoom();
    room.straps.push(POLAR, BELT);
    await bring(room);
    const beganMs = performance.now();
    await room.radio.close();
    await room.radio.close();
    expect(performance.now() - beganMs).toBeLessThan(5000);
    room.bus.goOn();
    const heard = room.events.length;
    const isHeld = () => room.mock?.isOnBus && room.mock.report().discovering.length + room.mock.report().connected.length > 0;
    await until(() => !isHeld(), 'all is let go');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(room.events).toHaveLength(heard);
    await room.close();
  });
});
