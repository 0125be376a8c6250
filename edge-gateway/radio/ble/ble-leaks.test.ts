import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Message, type MessageBus, sessionBus } from 'dbus-next';
import nodeBle from 'node-ble';
import type { MockStrap } from '../../test-support/mock-bluez.js';
import { describeWithBus, QUICK, TestRoom, until } from '../../test-support/test-room.js';

const POLAR: MockStrap = { address: 'C0:00:00:00:00:01', services: [], manufacturerData: { 107: '3b164446' }, advertiseEveryMs: 30 };
const BELT: MockStrap = { address: 'C0:00:00:00:00:02', advertiseEveryMs: 20, notifyEveryMs: 20, notifiesBattery: true, resolveMs: 5 };

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

type Bus = MessageBus & { _signals: NodeJS.EventEmitter; _connection: { stream: { destroyed: boolean } } };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describeWithBus('what is left', () => {
  let room: TestRoom;
  afterEach(() => room.close());

  test('30 reconnects leave no listener, match rule, connection or memory', async () => {
    const buses: WeakRef<Bus>[] = [];
    const { createBluetooth } = nodeBle;
    nodeBle.createBluetooth = () => {
      const session = createBluetooth();
      buses.push(new WeakRef((session.bluetooth as unknown as { dbus: Bus }).dbus));
      return session;
    };
    // On a busy machine nobody must be taken for silent, or for hanging.
    room = new TestRoom({ times: { strapSilentAfterMs: 20_000, connectLimitMs: 20_000 } });
    room.straps.push(BELT);
    await room.open();
    const observer = sessionBus({ busAddress: room.bus.address });
    const ask = async (member: string, iface = 'org.freedesktop.DBus') => {
      const reply = await observer.call(
        new Message({ destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: iface, member }),
      );
      return reply!.body[0];
    };
    const alive = () => buses.map((ref) => ref.deref()).filter((bus) => bus && !bus._connection.stream.destroyed) as Bus[];
    const count = async () => ({
      buses: alive().length,
      listeners: alive().map((bus) => bus._signals.eventNames().reduce((sum, name) => sum + bus._signals.listenerCount(name), 0)),
      connections: (await ask('ListNames')).filter((name: string) => name.startsWith(':')).length,
      matchRules: Object.values(await ask('GetAllMatchRules', 'org.freedesktop.DBus.Debug.Stats')).flat().length,
    });
    /** Its battery is the last that is asked for. */
    const batteries = () => room.events.filter((event) => 'characteristic' in event && event.characteristic === '2a19').length;
    const reconnect = async () => {
      const before = batteries();
      room.mock.dropConnection(BELT.address);
      await until(() => batteries() > before, 'it is connected again');
    };
    /** The bus hears of a match rule a moment after it is asked for. */
    const settled = async () => {
      for (let last = await count(); ; ) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        const now = await count();
        if (JSON.stringify(now) === JSON.stringify(last)) return now;
        last = now;
      }
    };
    await until(() => batteries() > 0, 'it is connected');
    await reconnect();
    const before = await settled();
    for (let i = 0; i < 30; i++) await reconnect();
    const after = await settled();
    expect(after).toMatchObject({ buses: 2, connections: 4 });
    // One connection has a listener and its rule more than another, when it had to wait for its services.
    expect(sum(after.listeners) - sum(before.listeners)).toBeLessThanOrEqual(1);
    expect(after.matchRules - before.matchRules).toBeLessThanOrEqual(1);
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 0));
    collectGarbage();
    expect(buses.filter((ref) => ref.deref()).length).toBeLessThan(6);
    expect(buses.length).toBeGreaterThanOrEqual(32);
    observer.disconnect();
    nodeBle.createBluetooth = createBluetooth;
  });

  /** Any exception or rejection that nobody catches ends it, and a timer or socket that is left keeps it. */
  const driver = `
    import { createBleRadio } from ${JSON.stringify(new URL('ble-radio.js', import.meta.url).href)};
    const say = (text) => process.stdout.write(text + '\\n');
    const times = ${JSON.stringify({ ...QUICK, callLimitMs: 500 })};
    const radio = createBleRadio({ clock: () => Math.floor(performance.now()), systemBusAddress: process.argv[1], times, report: say });
    radio.start(({ address }) => say(address));
    process.stdin.on('end', () => radio.close()).resume();`;

  test('a process of its own lives through it all, and ends by itself', async () => {
    room = new TestRoom({}, { max_completed_connections: 3 });
    room.straps.push(POLAR);
    await room.bus.start();
    await room.startBluez();
    const child = spawn(process.execPath, ['--input-type=module', '-e', driver, room.bus.address], { stdio: ['pipe', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');
    let said = '';
    child.stdout.on('data', (data) => {
      said += data;
    });
    const hear = async (...texts: string[]) => {
      said = '';
      await until(
        () => texts.every((text) => said.includes(text)) || child.exitCode !== null,
        () => `${texts}; it said ${said.slice(-500)}`,
      );
      expect(child.exitCode).toBe(null);
    };
    await hear(POLAR.address);
    const oneTooMany = sessionBus({ busAddress: room.bus.address });
    await once(oneTooMany, 'connect');
    room.straps.push(BELT);
    room.mock.addStrap(BELT);
    await hear('maximum number of active connections');
    oneTooMany.disconnect();
    await hear(POLAR.address, BELT.address);
    room.mock.sayRubbish(BELT.address, 'service000e/char000f', { Value: ['u', 7] });
    room.mock.setPowered('hci0', false);
    room.mock.setPowered('hci0', true);
    await hear(POLAR.address, BELT.address);
    room.mock.close();
    await room.startBluez();
    await hear(POLAR.address, BELT.address);
    await room.bus.kill();
    room.mock.close();
    await room.bus.start();
    await room.startBluez();
    await hear(POLAR.address, BELT.address);
    room.bus.freeze();
    child.stdin.end();
    expect(await exit).toEqual([0, null]);
  });
});
