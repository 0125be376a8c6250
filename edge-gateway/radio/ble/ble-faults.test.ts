import type { MockStrap } from '../../test-support/mock-bluez.js';
import { describeWithBus, TestRoom, until } from '../../test-support/test-room.js';

const POLAR: MockStrap = { address: 'A0:00:00:00:00:01', services: [], manufacturerData: { 107: '3b164446' }, advertiseEveryMs: 30 };
const BELT: MockStrap = { address: 'A0:00:00:00:00:02', advertiseEveryMs: 30, notifyEveryMs: 30 };
const BOTH = [POLAR.address, BELT.address];
const state = (room: TestRoom) => room.radio.receivers()[0]!.state;

/** Each does harm and mends it; what comes after is the driver's. */
const faults: [string, (room: TestRoom) => Promise<void>][] = [
  ['the strap disconnects', async ({ mock }) => mock.dropConnection(BELT.address)],
  ['connecting fails three times', (room) => again(room, { failConnects: 3 })],
  ['connecting hangs', (room) => again(room, { hangConnects: 1 })],
  ['that services are resolved is missed', (room) => again(room, { loseResolved: 1 })],
  ['services are never resolved', (room) => again(room, { neverResolve: 1 })],
  ['the strap is connected and silent', (room) => again(room, { staySilent: 1 })],
  ['discovery stops by itself', async ({ mock }) => mock.stopDiscovery('hci0')],
  [
    'discovery is refused: InProgress, NotReady, Failed',
    async ({ mock }) => {
      mock.refuseDiscovery('hci0', ['InProgress', 'InProgress', 'NotReady', 'Failed']);
      mock.stopDiscovery('hci0');
    },
  ],
  ['discovery is stuck', async ({ mock }) => mock.stickDiscovery('hci0')],
  [
    'the adapter is off and on',
    async (room) => {
      room.mock.setPowered('hci0', false);
      await until(() => state(room) === 'absent', 'absent');
      room.mock.setPowered('hci0', true);
    },
  ],
  [
    'the adapter is off and on at once, and somebody else searches',
    async ({ mock }) => {
      mock.setPowered('hci0', false);
      mock.setPowered('hci0', true);
      mock.startForeignDiscovery('hci0');
    },
  ],
  [
    'the adapter is pulled and back',
    async (room) => {
      room.mock.removeAdapter('hci0');
      await until(() => room.radio.receivers()[0]!.radio === 'ble', 'no adapter');
      room.mock.addAdapter('hci0');
      for (const strap of room.straps) room.mock.addStrap(strap);
    },
  ],
  [
    'bluetoothd is killed and started',
    async (room) => {
      room.mock.close();
      await until(() => state(room) !== 'receiving', 'noticed');
      await room.startBluez();
    },
  ],
  [
    'bluetoothd is replaced by another one, at once',
    async (room) => {
      const before = room.mock;
      await room.startBluez();
      before.close();
    },
  ],
  [
    'the bus is killed and started, and bluetoothd',
    async (room) => {
      await room.bus.kill();
      room.mock.close();
      await until(() => state(room) !== 'receiving', 'noticed');
      await room.bus.start();
      await room.startBluez();
    },
  ],
  [
    'the bus hangs',
    async (room) => {
      room.bus.freeze();
      await until(() => room.radio.receivers()[0]!.fault, 'noticed');
      room.bus.goOn();
    },
  ],
];

async function again({ mock }: TestRoom, fault: Partial<MockStrap>): Promise<void> {
  mock.changeStrap(BELT.address, fault);
  mock.dropConnection(BELT.address);
}

describeWithBus('harm', () => {
  let room: TestRoom;
  const table: string[] = [];

  beforeAll(async () => {
    room = new TestRoom({ times: { callLimitMs: 700 } });
    room.straps.push(POLAR, BELT);
    await room.open();
    await room.hear(BOTH, 3);
  });

  afterAll(async () => {
    await room.close();
    process.stderr.write(`${table.join('\n')}\n`);
  });

  test.each(faults)('%s: both are heard again', async (what, harm) => {
    await harm(room);
    table.push(`${(await room.hear(BOTH, 3)).toFixed(0).padStart(6)} ms  ${what}`);
    expect(room.mock.report().mostConnectsAtOnce).toBe(1);
  });
});
