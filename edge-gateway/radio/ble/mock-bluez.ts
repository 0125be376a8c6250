import { Message, type MessageBus, sessionBus } from 'dbus-next';
import { MockError, MockObjectTree, type TreeInterface, type WireProperties, type WireValue } from './mock-object-tree.js';

/**
 * A fixture: a Bluetooth daemon without Bluetooth, for tests and benches. Speaks BlueZ's API on a private D-Bus, where hardware would be beneath it.
 * All that goes in and out is JSON, bytes as hexadecimal text, so that it works in another process as well.
 */

export interface MockStrap {
  address: string;
  /** `hci0` unless given. */
  adapter?: string;
  addressType?: 'public' | 'random';
  rssiDbm?: number;
  /** Of 180d, 1814; only 180d unless given. Each straps has a battery besides. */
  services?: string[];
  /** By company id. */
  manufacturerData?: Record<string, string>;
  notifiesBattery?: boolean;
  batteryPercent?: number;
  /** BlueZ is still connected to it, whoever did that. */
  isConnected?: boolean;
  isPaired?: boolean;
  /** By itself, this often. */
  advertiseEveryMs?: number;
  notifyEveryMs?: number;
  /** Of the next connections: Connect fails; does not answer; services are resolved, and the signal gets lost; they never are; nothing is notified. */
  failConnects?: number;
  hangConnects?: number;
  loseResolved?: number;
  neverResolve?: number;
  staySilent?: number;
}

export interface MockAdapter {
  powered?: boolean;
  /** Refuses to be switched on, as rfkill makes it. */
  isBlocked?: boolean;
  /** What the next calls of StartDiscovery are answered: `NotReady`. */
  refuseDiscovery?: string[];
}

/** What a test may want to know of it. */
export interface MockReport {
  connected: string[];
  mostConnectedAtOnce: number;
  mostConnectsAtOnce: number;
  /** Calls of Connect by address. */
  connects: Record<string, number>;
  /** Adapters that search. */
  discovering: string[];
  discoveryStarts: number;
  removedDevices: string[];
}

interface Strap extends Required<Omit<MockStrap, 'adapter'>> {
  path: string;
  isSilent: boolean;
  /** Ends a Connect that hangs. */
  abort: (error: MockError) => void;
  /** Clients on the bus by the path of the characteristic. */
  notifying: Map<string, Set<string>>;
  timers: NodeJS.Timeout[];
}

interface Adapter extends Required<MockAdapter> {
  path: string;
  /** Clients on the bus, and whether they want duplicates. */
  filters: Map<string, boolean>;
  discoverers: Set<string>;
  isStuck: boolean;
}

const ADAPTER = 'org.bluez.Adapter1';
const DEVICE = 'org.bluez.Device1';
const SERVICE = 'org.bluez.GattService1';
const CHARACTERISTIC = 'org.bluez.GattCharacteristic1';
const CONNECT_MS = 5;
const RESOLVE_MS = 50;
const MEASUREMENTS: Record<string, { service: string; path: string; value: (n: number) => string }> = {
  '2a37': { service: '180d', path: 'service000e/char000f', value: (n) => `00${hexByte(60 + (n % 100))}` },
  '2a53': { service: '1814', path: 'service0014/char0015', value: (n) => `000000${hexByte(60 + (n % 100))}` },
};
const BATTERY = { service: '180f', path: 'service0020/char0021' };

const hexByte = (value: number) => value.toString(16).padStart(2, '0');
const uuid = (short: string) => `0000${short}-0000-1000-8000-00805f9b34fb`;
const bytesOf = (hex: string): WireValue => ['ay', Buffer.from(hex, 'hex')];
const manufacturerData = (data: Record<string, string>): WireValue => [
  'a{qv}',
  Object.entries(data).map(([id, hex]) => [Number(id), bytesOf(hex)]),
];
const refused = (what: string, message?: string) => new MockError(`org.bluez.Error.${what}`, message);
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** @param busAddress of a bus of its own */
export async function startMockBluez(busAddress: string): Promise<MockBluez> {
  const bus = sessionBus({ busAddress });
  await new Promise<void>((resolve, reject) => {
    bus.on('connect', resolve);
    bus.on('error', reject);
  });
  const mock = new MockBluez(bus);
  const rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'";
  const busPath = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' };
  await bus.call(new Message({ ...busPath, member: 'AddMatch', signature: 's', body: [rule] }));
  await bus.requestName('org.bluez', 0);
  return mock;
}

export class MockBluez {
  readonly #tree: MockObjectTree;
  readonly #adapters = new Map<string, Adapter>();
  /** By the path of the device. */
  readonly #straps = new Map<string, Strap>();
  #connectsUnderWay = 0;
  #mostConnectsAtOnce = 0;
  #mostConnectedAtOnce = 0;
  readonly #connects: Record<string, number> = {};
  #discoveryStarts = 0;
  readonly #removedDevices: string[] = [];

  constructor(private readonly bus: MessageBus) {
    this.#tree = new MockObjectTree(bus);
    this.#tree.add('/org/bluez', { 'org.bluez.AgentManager1': { properties: {}, methods: {} } });
    bus.on('message', ({ member, body }) => {
      if (member === 'NameOwnerChanged' && body[2] === '') this.#forgetClient(body[0]);
    });
  }

  /** False once the bus is gone. */
  get isOnBus(): boolean {
    return this.#tree.isOnBus;
  }

  addAdapter(name: string, { powered = true, isBlocked = false, refuseDiscovery = [] }: MockAdapter = {}): void {
    const path = `/org/bluez/${name}`;
    const adapter: Adapter = { path, powered, isBlocked, refuseDiscovery, filters: new Map(), discoverers: new Set(), isStuck: false };
    this.#adapters.set(name, adapter);
    this.#tree.add(path, { [ADAPTER]: this.#adapterInterface(name, adapter) });
  }

  /** Pulled out of its socket. */
  removeAdapter(name: string): void {
    const path = `/org/bluez/${name}`;
    for (const [of, strap] of this.#straps) if (of.startsWith(`${path}/`)) this.#takeAway(strap);
    this.#adapters.delete(name);
    this.#tree.remove(path);
  }

  setPowered(name: string, powered: boolean): void {
    const adapter = this.#adapters.get(name)!;
    if (!powered) {
      for (const [of, strap] of this.#straps) if (of.startsWith(`${adapter.path}/`)) this.#disconnected(strap);
      this.stopDiscovery(name);
    }
    adapter.powered = powered;
    this.#tree.change(adapter.path, ADAPTER, { Powered: ['b', powered] });
  }

  /** Nobody asked for it. */
  stopDiscovery(name: string): void {
    const { path, discoverers } = this.#adapters.get(name)!;
    if (discoverers.size === 0) return;
    discoverers.clear();
    this.#tree.change(path, ADAPTER, { Discovering: ['b', false] });
  }

  /** BlueZ holds that it goes on, and in truth nothing is searched. */
  stickDiscovery(name: string): void {
    const adapter = this.#adapters.get(name)!;
    adapter.isStuck = true;
    this.#tree.change(adapter.path, ADAPTER, { Discovering: ['b', false] });
  }

  /** A program beside us, which is content with one report of each device. */
  startForeignDiscovery(name: string): void {
    const { path, discoverers } = this.#adapters.get(name)!;
    discoverers.add('somebody else');
    this.#tree.change(path, ADAPTER, { Discovering: ['b', true] });
  }

  refuseDiscovery(name: string, names: string[]): void {
    this.#adapters.get(name)!.refuseDiscovery.push(...names);
  }

  addStrap({ adapter = 'hci0', ...given }: MockStrap): void {
    const path = `/org/bluez/${adapter}/dev_${given.address.replaceAll(':', '_')}`;
    const strap: Strap = {
      ...{ addressType: 'public', rssiDbm: -60, services: ['180d'], manufacturerData: {}, notifiesBattery: false, batteryPercent: 80 },
      ...{ isConnected: false, isPaired: false, advertiseEveryMs: 0, notifyEveryMs: 0 },
      ...{ failConnects: 0, hangConnects: 0, loseResolved: 0, neverResolve: 0, staySilent: 0 },
      ...given,
      ...{ path, isSilent: false, abort: () => {}, notifying: new Map(), timers: [] },
    };
    this.#straps.set(path, strap);
    let n = 0;
    if (strap.advertiseEveryMs)
      strap.timers.push(setInterval(() => this.advertise(strap.address, undefined, adapter), strap.advertiseEveryMs));
    if (strap.notifyEveryMs)
      strap.timers.push(
        setInterval(() => {
          n++;
          for (const [short, { value }] of Object.entries(MEASUREMENTS)) this.notify(strap.address, short, value(n), adapter);
        }, strap.notifyEveryMs),
      );
    if (!strap.isConnected) return;
    this.#tree.add(path, { [DEVICE]: this.#deviceInterface(strap, false) });
    this.#tree.change(path, DEVICE, { ServicesResolved: ['b', true] });
    this.#addServices(strap);
  }

  /** From now on it is otherwise, or faulty; how often it speaks stays as it is. */
  changeStrap(address: string, change: Partial<MockStrap>, adapter = 'hci0'): void {
    Object.assign(this.#strap(address, adapter), change);
  }

  /** It leaves the room, or its battery is empty: BlueZ remembers it. */
  quieten(address: string, adapter = 'hci0'): void {
    const strap = this.#strap(address, adapter);
    for (const timer of strap.timers) clearInterval(timer);
    this.#disconnected(strap);
  }

  /** It leaves the room, and BlueZ forgets it. */
  removeStrap(address: string, adapter = 'hci0'): void {
    const strap = this.#strap(address, adapter);
    this.#takeAway(strap);
    this.#tree.remove(strap.path);
  }

  /** BlueZ forgets it; it is still in the room. */
  forgetDevice(address: string, adapter = 'hci0'): void {
    this.#tree.remove(this.#strap(address, adapter).path);
  }

  /** One advertisement. @returns whether BlueZ tells of it */
  advertise(address: string, data?: Record<string, string>, adapter = 'hci0'): boolean {
    const strap = this.#strap(address, adapter);
    const receiver = this.#adapters.get(adapter);
    if (!receiver?.powered || receiver.isStuck || receiver.discoverers.size === 0 || strap.isConnected) return false;
    if (data) strap.manufacturerData = data;
    if (!this.#tree.has(strap.path)) {
      this.#tree.add(strap.path, { [DEVICE]: this.#deviceInterface(strap, true) });
      return true;
    }
    if (![...receiver.discoverers].some((client) => receiver.filters.get(client))) return false;
    const hasData = Object.keys(strap.manufacturerData).length > 0;
    this.#tree.change(strap.path, DEVICE, {
      RSSI: ['n', strap.rssiDbm],
      ...(hasData ? { ManufacturerData: manufacturerData(strap.manufacturerData) } : {}),
    });
    return true;
  }

  /** BlueZ does not hear it any more. */
  invalidateRssi(address: string, adapter = 'hci0'): void {
    this.#tree.invalidate(this.#strap(address, adapter).path, DEVICE, 'RSSI');
  }

  /** One notification. @param characteristic `2a37` @returns whether anybody listens */
  notify(address: string, characteristic: string, hex: string, adapter = 'hci0'): boolean {
    const strap = this.#strap(address, adapter);
    const path = `${strap.path}/${(characteristic === '2a19' ? BATTERY : MEASUREMENTS[characteristic])!.path}`;
    if (!strap.isConnected || strap.isSilent || !strap.notifying.get(path)?.size) return false;
    this.#tree.change(path, CHARACTERISTIC, { Value: bytesOf(hex) });
    return true;
  }

  /** A signal as no BlueZ would send it. @param of below the device, or the device itself: `service000e/char000f` */
  sayRubbish(address: string, of: string, changed: WireProperties, adapter = 'hci0'): void {
    const { path } = this.#strap(address, adapter);
    const iface = of ? CHARACTERISTIC : DEVICE;
    this.#tree.signal(
      of ? `${path}/${of}` : path,
      'org.freedesktop.DBus.Properties',
      'PropertiesChanged',
      'sa{sv}as',
      iface,
      Object.entries(changed),
      [],
    );
  }

  /** The connection breaks. */
  dropConnection(address: string, adapter = 'hci0'): void {
    this.#disconnected(this.#strap(address, adapter));
  }

  report(): MockReport {
    return {
      connected: [...this.#straps.values()].filter(({ isConnected }) => isConnected).map(({ address }) => address),
      mostConnectedAtOnce: this.#mostConnectedAtOnce,
      mostConnectsAtOnce: this.#mostConnectsAtOnce,
      connects: this.#connects,
      discovering: [...this.#adapters].filter(([, { discoverers }]) => discoverers.size > 0).map(([name]) => name),
      discoveryStarts: this.#discoveryStarts,
      removedDevices: this.#removedDevices,
    };
  }

  /** As bluetoothd stops, or is killed. */
  close(): void {
    for (const { timers } of this.#straps.values()) for (const timer of timers) clearInterval(timer);
    this.bus.disconnect();
  }

  #strap(address: string, adapter: string): Strap {
    const strap = this.#straps.get(`/org/bluez/${adapter}/dev_${address.replaceAll(':', '_')}`);
    if (!strap) throw new Error(`there is no strap ${address} at ${adapter}`);
    return strap;
  }

  #adapterInterface(name: string, adapter: Adapter): TreeInterface {
    const { path, filters, discoverers } = adapter;
    return {
      properties: { Address: ['s', '00:11:22:33:44:55'], Powered: ['b', adapter.powered], Discovering: ['b', false] },
      set: (property, value) => {
        if (property !== 'Powered') throw refused('NotSupported');
        if (adapter.isBlocked) throw refused('Blocked', 'Blocked through rfkill');
        this.setPowered(name, value === true);
      },
      methods: {
        SetDiscoveryFilter: {
          in: 'a{sv}',
          run: ({ sender, body }) => {
            filters.set(sender, body[0].DuplicateData?.value === true);
            return undefined;
          },
        },
        StartDiscovery: {
          run: ({ sender }) => {
            const refusal = adapter.refuseDiscovery.shift();
            if (refusal) throw refused(refusal);
            if (!adapter.powered) throw refused('NotReady', 'Resource Not Ready');
            if (discoverers.has(sender)) throw refused('InProgress', 'Operation already in progress');
            discoverers.add(sender);
            this.#discoveryStarts++;
            this.#tree.change(path, ADAPTER, { Discovering: ['b', true] });
            return undefined;
          },
        },
        StopDiscovery: {
          run: ({ sender }) => {
            adapter.isStuck = false;
            if (!discoverers.delete(sender)) throw refused('Failed', 'No discovery started');
            this.#tree.change(path, ADAPTER, { Discovering: ['b', discoverers.size > 0] });
            return undefined;
          },
        },
        RemoveDevice: {
          in: 'o',
          run: ({ body }) => {
            this.#removedDevices.push(body[0]);
            this.#tree.remove(body[0]);
            return undefined;
          },
        },
      },
    };
  }

  #deviceInterface(strap: Strap, isHeard: boolean): TreeInterface {
    const { address, addressType, services, rssiDbm, isConnected, isPaired } = strap;
    const hasData = Object.keys(strap.manufacturerData).length > 0;
    return {
      properties: {
        ...{ Address: ['s', address], AddressType: ['s', addressType], UUIDs: ['as', services.map(uuid)], Paired: ['b', isPaired] },
        ...{ Connected: ['b', isConnected], ServicesResolved: ['b', false] },
        ...(isHeard ? { RSSI: ['n', rssiDbm] as const } : {}),
        ...(isHeard && hasData ? { ManufacturerData: manufacturerData(strap.manufacturerData) } : {}),
      },
      methods: {
        Connect: { run: () => this.#connect(strap) },
        Disconnect: {
          run: () => {
            strap.abort(refused('Failed', 'le-connection-abort-by-local'));
            if (!strap.isConnected) throw refused('NotConnected', 'Not Connected');
            this.#disconnected(strap);
            return undefined;
          },
        },
      },
    };
  }

  async #connect(strap: Strap): Promise<undefined> {
    this.#connects[strap.address] = (this.#connects[strap.address] ?? 0) + 1;
    this.#mostConnectsAtOnce = Math.max(this.#mostConnectsAtOnce, ++this.#connectsUnderWay);
    try {
      await pause(CONNECT_MS);
      if (strap.isConnected) return undefined;
      if (strap.failConnects > 0 && strap.failConnects--) throw refused('Failed', 'le-connection-abort-by-local');
      if (strap.hangConnects > 0 && strap.hangConnects--)
        await new Promise<never>((_, reject) => {
          strap.abort = reject;
        });
      this.#connected(strap);
      return undefined;
    } finally {
      this.#connectsUnderWay--;
    }
  }

  #connected(strap: Strap): void {
    strap.isConnected = true;
    strap.isSilent = strap.staySilent > 0 && strap.staySilent-- > 0;
    this.#mostConnectedAtOnce = Math.max(this.#mostConnectedAtOnce, this.report().connected.length);
    this.#tree.change(strap.path, DEVICE, { Connected: ['b', true] });
    if (strap.neverResolve > 0 && strap.neverResolve--) return;
    const isTold = !(strap.loseResolved > 0 && strap.loseResolved--);
    const timer = setTimeout(() => {
      if (!strap.isConnected) return;
      this.#addServices(strap);
      this.#tree.change(strap.path, DEVICE, { ServicesResolved: ['b', true] }, isTold);
    }, RESOLVE_MS);
    strap.timers.push(timer);
  }

  #disconnected(strap: Strap): void {
    if (!strap.isConnected) return;
    strap.isConnected = false;
    strap.notifying.clear();
    for (const { path } of [...Object.values(MEASUREMENTS), BATTERY]) this.#tree.remove(`${strap.path}/${path.split('/')[0]}`);
    this.#tree.change(strap.path, DEVICE, { ServicesResolved: ['b', false], Connected: ['b', false] });
  }

  #takeAway(strap: Strap): void {
    for (const timer of strap.timers) clearInterval(timer);
    this.#disconnected(strap);
    this.#straps.delete(strap.path);
  }

  #addServices(strap: Strap): void {
    const measured = Object.entries(MEASUREMENTS).filter(([, { service }]) => strap.services.includes(service));
    for (const [short, { service, path }] of measured) this.#addService(strap, service, path, short, ['notify'], '00');
    const flags = strap.notifiesBattery ? ['read', 'notify'] : ['read'];
    this.#addService(strap, BATTERY.service, BATTERY.path, '2a19', flags, hexByte(strap.batteryPercent));
  }

  #addService(strap: Strap, service: string, below: string, short: string, flags: string[], value: string): void {
    const servicePath = `${strap.path}/${below.split('/')[0]}`;
    const path = `${strap.path}/${below}`;
    this.#tree.add(servicePath, { [SERVICE]: { properties: { UUID: ['s', uuid(service)], Primary: ['b', true] }, methods: {} } });
    const clients = new Set<string>();
    strap.notifying.set(path, clients);
    this.#tree.add(path, {
      [CHARACTERISTIC]: {
        properties: { UUID: ['s', uuid(short)], Flags: ['as', flags], Notifying: ['b', false], Value: ['ay', []] },
        methods: {
          ReadValue: { in: 'a{sv}', out: 'ay', run: () => bytesOf(value) },
          StartNotify: {
            run: ({ sender }) => {
              if (clients.has(sender)) throw refused('InProgress', 'Already notifying');
              clients.add(sender);
              this.#tree.change(path, CHARACTERISTIC, { Notifying: ['b', true] });
              return undefined;
            },
          },
          StopNotify: {
            run: ({ sender }) => {
              if (!clients.delete(sender)) throw refused('Failed', 'No notify session started');
              return undefined;
            },
          },
        },
      },
    });
  }

  /** BlueZ ends what a client on the bus began, when that is gone. */
  #forgetClient(client: string): void {
    for (const { path, filters, discoverers } of this.#adapters.values()) {
      filters.delete(client);
      if (discoverers.delete(client)) this.#tree.change(path, ADAPTER, { Discovering: ['b', discoverers.size > 0] });
    }
    for (const { notifying } of this.#straps.values()) for (const clients of notifying.values()) clients.delete(client);
  }
}
