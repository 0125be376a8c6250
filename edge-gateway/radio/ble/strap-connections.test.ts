import type { MockStrap } from '../../test-support/mock-bluez.js';
import { describeWithBus, hex, TestRoom, until } from '../../test-support/test-room.js';
import { SensorGate } from '../../unify/sensor-gate.js';

const A = 'C0:00:00:00:00:01';
const B = 'C0:00:00:00:00:02';
const C = 'C0:00:00:00:00:03';
/** Two upper bits that are not both set. */
const ROTATING = '5A:00:00:00:00:04';
const LIVELY = { advertiseEveryMs: 20, notifyEveryMs: 20 };
const belt = (address: string, more: Partial<MockStrap> = {}): MockStrap => ({ address, ...LIVELY, ...more });

describeWithBus('straps that have to be connected', () => {
  let room: TestRoom;
  afterEach(() => room.close());
  const open = async (straps: MockStrap[], options: ConstructorParameters<typeof TestRoom>[0] = {}) => {
    room = new TestRoom(options);
    room.straps.push(...straps);
    await room.open();
  };
  const served = () => Object.keys(room.mock.report().connects).sort();

  test('a belt: heart rate, battery, strength as long as it is news', async () => {
    await open([belt(A, { notifiesBattery: true, batteryPercent: 77, addressType: 'random', rssiDbm: -66 })], {
      times: { heardWithinMs: 1500 },
    });
    await room.hear([A], 2);
    const [first] = room.from(A).filter((event) => 'characteristic' in event && event.characteristic === '2a37');
    expect(first).toMatchObject({ kind: 'ble-notification', radio: 'ble hci0', address: A, addressType: 'random', rssiDbm: -66 });
    await until(
      () => room.from(A).some((event) => 'characteristic' in event && event.characteristic === '2a19' && hex(event) === '4d'),
      'battery',
    );
    room.mock.notify(A, '2a19', '4c');
    await until(() => room.from(A).some((event) => hex(event) === '4c'), 'battery, notified');
    await until(() => !('rssiDbm' in room.events.at(-1)!), 'its strength is old, as it does not advertise while it is connected');
  });

  test('a foot pod', async () => {
    await open([belt(A, { services: ['1814'] })]);
    await until(
      () => room.from(A).some((event) => 'characteristic' in event && event.characteristic === '2a53' && hex(event).length === 8),
      'a notification',
    );
  });

  test('the battery is read again and again', async () => {
    await open([belt(A, { batteryPercent: 50 })], { times: { batteryIntervalMs: 50 } });
    await until(
      () => room.from(A).filter((event) => hex(event) === '32' && 'characteristic' in event && event.characteristic === '2a19').length >= 3,
      'three levels',
    );
  });

  test.each<[string, SensorGate | undefined, MockStrap[], string[]]>([
    ['weak ones are not', new SensorGate({ allow: [], deny: [], minRssiDbm: -80 }), [belt(A), belt(B, { rssiDbm: -81 })], [A]],
    ['denied ones are not', new SensorGate({ allow: [], deny: ['ble-c00000000002'] }), [belt(A), belt(B)], [A]],
    ['with a list only those on it', new SensorGate({ allow: ['ble-c00000000001'], deny: [] }), [belt(A), belt(B)], [A]],
    ['rotating addresses are not', undefined, [belt(A, { addressType: 'random' }), belt(ROTATING, { addressType: 'random' })], [A]],
    [
      'unless they are on the list',
      new SensorGate({ allow: ['ble-5a*'], deny: [] }),
      [belt(A), belt(ROTATING, { addressType: 'random' })],
      [ROTATING],
    ],
    ['whose heart rate is in the advertisement is not', undefined, [belt(A), belt(B, { manufacturerData: { 107: '3b164446' } })], [A]],
    ['who advertises without a heart rate is', undefined, [belt(A, { manufacturerData: { 107: '4100', 76: '00' } })], [A]],
    ['what is no strap is not', undefined, [belt(A), belt(B, { services: [] }), belt(C, { services: ['1812'] })], [A]],
  ])('who is connected: %s', async (_, gate, straps, expected) => {
    await open(straps, { gate });
    await until(() => expected.every((address) => room.from(address, 'ble-notification').length >= 8), 'those who are');
    expect(served()).toEqual(expected);
  });

  test('a strap that does not show its heart rate in advertisements any more is connected', async () => {
    await open([], { times: { advertisesWithinMs: 1500, heardWithinMs: 20_000 } });
    await until(() => room.mock.report().discovering.includes('hci0'), 'discovery');
    room.mock.addStrap({ address: A, notifyEveryMs: 20 });
    let bpm = 100;
    let data = () => `3b1644${(bpm++ % 200).toString(16).padStart(2, '0')}`;
    const says = setInterval(() => room.mock.advertise(A, { 107: data() }), 50);
    try {
      await room.hear([A], 10);
      expect(served()).toEqual([]);
      // Another device has it: it goes on advertising, without a heart rate.
      data = () => '4100';
      await until(() => room.from(A, 'ble-notification').length > 0, 'its notifications');
    } finally {
      clearInterval(says);
    }
  });

  test('a company id alone keeps nobody from being connected', async () => {
    const watch = belt(A, { manufacturerData: { 343: '00480967361d0078b09608774ca8df13e002c70cbd1794a2' } });
    await open([watch]);
    await until(() => room.from(A, 'ble-notification').length > 0, 'its notifications');
  });

  test('none at all when none may be', async () => {
    await open([belt(A, { manufacturerData: { 107: '4100' } })], { maxConnections: 0 });
    await room.hear([A], 10);
    expect(served()).toEqual([]);
  });

  test('all fit: nobody is disconnected, and one connects at a time', async () => {
    const straps = [1, 2, 3, 4, 5].map((n) => `C0:00:00:00:01:0${n}`);
    await open(straps.map((address) => belt(address)));
    await room.hear(straps, 1);
    await room.hear(straps, 10);
    expect(room.mock.report()).toMatchObject({
      mostConnectsAtOnce: 1,
      mostConnectedAtOnce: 5,
      connects: Object.fromEntries(straps.map((address) => [address, 1])),
    });
  });

  test('more than fit: turns, and never more than may be', async () => {
    const straps = [1, 2, 3, 4, 5].map((n) => `C0:00:00:00:01:0${n}`);
    await open(
      straps.map((address) => belt(address)),
      { maxConnections: 2, times: { turnMs: 100 } },
    );
    const turnsOf = (address: string) => room.mock.report().connects[address] ?? 0;
    await until(() => straps.every((address) => turnsOf(address) >= 3), 'three turns each');
    const turns = straps.map(turnsOf);
    expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1);
    expect(room.mock.report()).toMatchObject({ mostConnectsAtOnce: 1, mostConnectedAtOnce: 2 });
    expect(straps.every((address) => room.from(address).length > 0)).toBe(true);
  });

  test('what a process that was killed has left connected is taken over', async () => {
    await open([belt(A, { isConnected: true })]);
    await room.hear([A], 3);
  });

  test('that services are resolved was missed: asked again, on the same connection', async () => {
    await open([belt(A, { loseResolved: 1 })]);
    await room.hear([A], 3);
    expect(room.mock.report().connects).toEqual({ [A]: 1 });
  });

  test('a strap that fails is tried again later and later', async () => {
    const beganMs = performance.now();
    await open([belt(A, { failConnects: 99 })], { random: () => 0, times: { strapRetry: { firstMs: 50, longestMs: 400 } } });
    await until(() => room.mock.report().connects[A]! >= 4, 'four times');
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(50 + 100 + 200);
    expect(room.reports[0]).toBe('ble-c00000000001 on hci0: le-connection-abort-by-local; it is tried again.');
  });

  test('two adapters hear one strap: one of them connects it', async () => {
    room = new TestRoom();
    room.adapters.set('hci1', {});
    room.straps.push(belt(A), belt(A, { adapter: 'hci1' }), belt(B, { adapter: 'hci1' }));
    await room.open();
    await room.hear([A, B], 10);
    expect(room.mock.report().connected.filter((address) => address === A)).toHaveLength(1);
    expect(new Set(room.from(B).map(({ radio }) => radio))).toEqual(new Set(['ble hci1']));
    expect(room.radio.receivers().map(({ radio }) => radio)).toEqual(['ble hci0', 'ble hci1']);
  });

  test('rubbish that it notifies is counted and harms nothing', async () => {
    // Whoever is let go meanwhile would not hear it.
    await open([belt(A)], { times: { strapSilentAfterMs: 20_000 } });
    await room.hear([A], 3);
    for (const value of [
      ['s', 'abc'],
      ['u', 7],
      ['ai', [1, 2]],
      ['ay', []],
      ['ay', Buffer.alloc(100_000)],
      ['a{sv}', []],
    ] as [string, unknown][])
      room.mock.sayRubbish(A, 'service000e/char000f', { Value: value });
    await until(() => room.radio.receivers()[0]!.badFrames === 6, 'six');
    await room.hear([A], 3);
    expect(room.events.filter((event) => event.bytes.length !== 2 && hex(event) !== '50')).toEqual([]);
    expect(room.mock.report().connects).toEqual({ [A]: 1 });
  });

  test('a strap that is connected is not heard, and not forgotten', async () => {
    await open([belt(A)], { times: { forgetAfterMs: 50 } });
    await room.hear([A], 20);
    expect(room.mock.report()).toMatchObject({ removedDevices: [], connects: { [A]: 1 } });
  });

  test('BlueZ is told to forget straps that were long gone, not those that somebody has paired', async () => {
    await open([belt(A), belt(B, { isPaired: true })], { times: { forgetAfterMs: 300 } });
    await room.hear([A, B], 1);
    for (const address of [A, B]) room.mock.changeStrap(address, { isPaired: address === B });
    for (const address of [A, B]) room.mock.quieten(address);
    await until(() => room.mock.report().removedDevices.length > 0, 'forgotten');
    expect(room.mock.report().removedDevices).toEqual(['/org/bluez/hci0/dev_C0_00_00_00_00_01']);
  });
});
