import { bleSensorId } from '@pulseboard/contract';
import type { MockStrap } from '../../test-support/mock-bluez.js';
import { findRecordings, readRecording } from '../../test-support/test-recordings.js';
import { describeWithBus, hex, TestRoom, until } from '../../test-support/test-room.js';
import { createUnifier } from '../../unify/unifier.js';
import type { RadioEvent } from '../radio-source.js';

const address = (n: number) => `A0:00:00:00:00:${n.toString(16).padStart(2, '0').toUpperCase()}`;
const POLAR: MockStrap = { address: address(1), services: [], manufacturerData: { 107: '3b164446' } };
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describeWithBus('advertisements', () => {
  let room: TestRoom;
  const searching = () => until(() => room.mock.report().discovering.includes('hci0'), 'discovery');
  const heard = (of: string, count: number) => until(() => room.from(of).length >= count, `${count} of ${of}`);

  beforeEach(async () => {
    room = await new TestRoom({ times: { forgetAfterMs: 60_000, receivingWithinMs: 1500 } }).open();
    await searching();
  });
  afterEach(() => room.close());

  test('40 straps at 4 Hz: each advertisement once, in order, and of nobody else', async () => {
    const straps = Array.from({ length: 40 }, (_, i) => address(i));
    for (const of of straps) room.mock.addStrap({ address: of, services: [] });
    const sent: string[] = [];
    for (let round = 0; round < 10; round++) {
      for (const [i, of] of straps.entries()) {
        const data = `3b00${Buffer.of(round, i).toString('hex')}`;
        if (room.mock.advertise(of, { 107: data, 76: 'ffff' })) sent.push(`${of} ${data}`);
      }
      await pause(250);
    }
    await until(() => room.events.length >= sent.length, 'all of them');
    expect(sent).toHaveLength(400);
    expect(room.events.map((event) => `${'address' in event && event.address} ${hex(event)}`)).toEqual(sent);
    expect(room.events.every((event, i) => i === 0 || event.at >= room.events[i - 1]!.at)).toBe(true);
    expect(room.radio.receivers()).toEqual([{ radio: 'ble hci0', state: 'receiving', badFrames: 0, restarts: 0 }]);
    await until(() => room.radio.receivers()[0]!.state === 'searching', 'it is quiet again');
  });

  test('each says whose it is, and how strong; BlueZ says only what changed', async () => {
    room.mock.addStrap({ ...POLAR, addressType: 'random', rssiDbm: -71 });
    room.mock.advertise(POLAR.address);
    await heard(POLAR.address, 1);
    const data = (bytes: number[]): Record<string, [string, unknown]> => ({ ManufacturerData: ['a{qv}', [[107, ['ay', bytes]]]] });
    room.mock.sayRubbish(POLAR.address, '', data([1]));
    room.mock.invalidateRssi(POLAR.address);
    room.mock.sayRubbish(POLAR.address, '', data([2]));
    await heard(POLAR.address, 3);
    const common = {
      kind: 'ble-advertisement',
      at: expect.any(Number),
      radio: 'ble hci0',
      address: POLAR.address,
      addressType: 'random',
      companyId: 107,
    };
    expect(room.events.map((event) => ({ ...event, bytes: hex(event) }))).toEqual([
      { ...common, bytes: '3b164446', rssiDbm: -71 },
      { ...common, bytes: '01', rssiDbm: -71 },
      { ...common, bytes: '02' },
    ]);
  });

  test('of a device that BlueZ knows and the driver has forgotten it is asked who that is', async () => {
    await room.close();
    room = await new TestRoom({ times: { forgetAfterMs: 100 } }).open();
    await searching();
    room.mock.addStrap({ ...POLAR, addressType: 'random' });
    room.mock.addStrap({ ...POLAR, address: address(2), addressType: 'random', services: ['180d'], isPaired: true });
    room.mock.advertise(POLAR.address);
    await heard(POLAR.address, 1);
    await pause(300);
    room.mock.advertise(POLAR.address, { 107: '3b164447' });
    await heard(POLAR.address, 2);
    expect(room.from(POLAR.address).map((event) => [hex(event), 'addressType' in event && event.addressType])).toEqual([
      ['3b164446', 'random'],
      ['3b164447', 'random'],
    ]);
  });

  test('values of another shape are counted and harm nothing', async () => {
    room.mock.addStrap(POLAR);
    room.mock.advertise(POLAR.address);
    await heard(POLAR.address, 1);
    const giant = Buffer.alloc(100_000);
    for (const value of [
      ['s', 'text'],
      ['ay', []],
      ['ay', giant],
      ['a{qv}', [[107, ['ay', []]]]],
      ['a{qv}', [[107, ['s', 'abc']]]],
      ['a{qv}', [[107, ['ay', giant]]]],
      ['a{sv}', [['x', ['u', 7]]]],
    ] as [string, unknown][])
      room.mock.sayRubbish(POLAR.address, '', { ManufacturerData: value });
    room.mock.sayRubbish(POLAR.address, '', { RSSI: ['s', 'loud'], UUIDs: ['u', 5], AddressType: ['u', 5], Connected: ['s', 'perhaps'] });
    room.mock.sayRubbish(POLAR.address, '', { RSSI: ['n', 127], Alias: ['(sv)', ['a', ['v', ['x', 1n]]]] });
    room.mock.advertise(POLAR.address, { 107: '3b164448' });
    await heard(POLAR.address, 2);
    expect(room.events.map(hex)).toEqual(['3b164446', '3b164448']);
    // The dictionary by names has no company id: nothing of ours.
    expect(room.radio.receivers()).toEqual([{ radio: 'ble hci0', state: 'receiving', badFrames: 9, restarts: 0 }]);
  });

  const recordings = findRecordings();
  (recordings ? test : test.skip)('recordings of real straps give their readings', async () => {
    const rows = readRecording(recordings!, 'ble-heart-rate.txt').map((line) => line.split(' ') as [string, string]);
    const belt = address(9);
    room.mock.addStrap({ address: belt, notifiesBattery: true, batteryPercent: 88, advertiseEveryMs: 20 });
    room.mock.addStrap({ ...POLAR, manufacturerData: {} });
    await until(() => room.mock.notify(belt, '2a37', rows[0]![1]), 'it is connected and subscribed');
    for (const [kind, bytes] of rows.slice(1)) {
      if (kind === '2a37') room.mock.notify(belt, kind, bytes);
      else room.mock.advertise(POLAR.address, { 107: bytes.slice(4) });
    }
    const isOf = (kind: string, event: RadioEvent) =>
      event.kind === 'ble-advertisement' || ('characteristic' in event && event.characteristic === kind);
    await until(() => room.events.filter((event) => isOf('2a37', event)).length === rows.length, 'all rows');
    await until(() => room.events.some((event) => isOf('2a19', event) && event.kind === 'ble-notification'), 'its battery');
    const unifier = createUnifier();
    const readings = room.events
      .flatMap((event) => unifier.accept(event).readings)
      .map(({ at, sensor, rssiDbm, batteryPercent, ...reading }) => [sensor, reading]);
    const ms = (ticks: number) => (ticks * 1000) / 1024;
    // What a connected strap says and what is advertised come by two connections to the bus.
    expect(readings.toSorted(([a], [b]) => (a! < b! ? -1 : a! > b! ? 1 : 0))).toEqual([
      [bleSensorId(POLAR.address), { heartRateBpm: 70, contact: true }],
      [bleSensorId(POLAR.address), { heartRateBpm: 172, contact: true }],
      [bleSensorId(belt), { heartRateBpm: 52, contact: true, beats: 1, rrIntervalsMs: [ms(1252)] }],
      [bleSensorId(belt), { heartRateBpm: 59, beats: 1, rrIntervalsMs: [ms(1107)] }],
      [bleSensorId(belt), { heartRateBpm: 67, energyKj: 2000, beats: 1, rrIntervalsMs: [ms(882)] }],
      [bleSensorId(belt), {}],
    ]);
    expect(unifier.straps()).toContainEqual(expect.objectContaining({ sensor: bleSensorId(belt), batteryPercent: 88 }));
  });
});
