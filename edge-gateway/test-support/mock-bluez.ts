import { Message, type MessageBus, sessionBus } from 'dbus-next';
import { type MockAdapter, MockAdapterObject } from './mock-adapter.js';
import { MockObjectTree, type WireProperties } from './mock-object-tree.js';
import { type MockCounts, type MockStrap, MockStrapObject } from './mock-strap.js';

export type { MockAdapter } from './mock-adapter.js';
export type { MockStrap } from './mock-strap.js';

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

/** @param busAddress of a bus of its own */
export async function startMockBluez(busAddress: string): Promise<MockBluez> {
  const bus = sessionBus({ busAddress });
  await new Promise<void>((resolve, reject) => {
    bus.on('connect', resolve);
    bus.on('error', reject);
  });
  const mock = new MockBluez(bus);
  const rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'";
  const of = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' };
  await bus.call(new Message({ ...of, member: 'AddMatch', signature: 's', body: [rule] }));
  await bus.requestName('org.bluez', 0);
  return mock;
}

/**
 * A fixture: a Bluetooth daemon without Bluetooth, for tests and benches. Speaks BlueZ's API on a private D-Bus, where hardware would be beneath it.
 * All that goes in and out is JSON, bytes as hexadecimal text, so that it works in another process as well.
 */
export class MockBluez {
  readonly #tree: MockObjectTree;
  readonly #adapters = new Map<string, MockAdapterObject>();
  /** By the path of the device. */
  readonly #straps = new Map<string, MockStrapObject>();
  readonly #counts: MockCounts = { connects: {}, connectsUnderWay: 0, mostConnectsAtOnce: 0, connected: 0, mostConnectedAtOnce: 0 };
  readonly #removedDevices: string[] = [];

  constructor(private readonly bus: MessageBus) {
    this.#tree = new MockObjectTree(bus);
    this.#tree.add('/org/bluez', { 'org.bluez.AgentManager1': { properties: {}, methods: {} } });
    bus.on('message', ({ member, body }) => {
      // BlueZ ends what a client on the bus began, when that is gone.
      if (member === 'NameOwnerChanged' && body[2] === '')
        for (const of of [...this.#adapters.values(), ...this.#straps.values()]) of.forgetClient(body[0]);
    });
  }

  /** False once the bus is gone. */
  get isOnBus(): boolean {
    return this.#tree.isOnBus;
  }

  addAdapter(name: string, given: MockAdapter = {}): void {
    const adapter = new MockAdapterObject(this.#tree, name, given, {
      onOff: () => {
        for (const strap of this.#strapsAt(name)) strap.disconnect();
      },
      onRemoveDevice: (path) => {
        this.#removedDevices.push(path);
        this.#tree.remove(path);
      },
    });
    this.#adapters.set(name, adapter);
  }

  /** Pulled out of its socket. */
  removeAdapter(name: string): void {
    for (const strap of this.#strapsAt(name)) {
      strap.quieten();
      this.#straps.delete(strap.path);
    }
    this.#adapters.delete(name);
    this.#tree.remove(`/org/bluez/${name}`);
  }

  setPowered(name: string, powered: boolean): void {
    this.#adapters.get(name)!.setPowered(powered);
  }

  stopDiscovery(name: string): void {
    this.#adapters.get(name)!.stopDiscovery();
  }

  stickDiscovery(name: string): void {
    this.#adapters.get(name)!.stickDiscovery();
  }

  startForeignDiscovery(name: string): void {
    this.#adapters.get(name)!.startForeignDiscovery();
  }

  refuseDiscovery(name: string, names: string[]): void {
    this.#adapters.get(name)!.refusals.push(...names);
  }

  addStrap(given: MockStrap): void {
    const { address, adapter = 'hci0', advertiseEveryMs = 0, notifyEveryMs = 0 } = given;
    const isPowered = () => this.#adapters.get(adapter)?.powered === true;
    const strap = new MockStrapObject(this.#tree, this.#counts, isPowered, { ...given, adapter });
    this.#straps.set(strap.path, strap);
    strap.every(advertiseEveryMs, () => this.advertise(address, undefined, adapter));
    let count = 0;
    strap.every(notifyEveryMs, () => {
      const beat = Buffer.of(60 + (count++ % 100)).toString('hex');
      strap.notify('2a37', `00${beat}`);
      strap.notify('2a53', `000000${beat}`);
    });
  }

  /** From now on it is otherwise, or faulty; how often it speaks stays as it is. */
  changeStrap(address: string, change: Partial<MockStrap>, adapter = 'hci0'): void {
    Object.assign(this.#strap(address, adapter).strap, change);
  }

  /** It leaves the room, or its battery is empty: BlueZ remembers it. */
  quieten(address: string, adapter = 'hci0'): void {
    this.#strap(address, adapter).quieten();
  }

  /** One advertisement. @returns whether BlueZ tells of it */
  advertise(address: string, data?: Record<string, string>, adapter = 'hci0'): boolean {
    const of = this.#strap(address, adapter);
    const receiver = this.#adapters.get(adapter);
    if (!receiver?.isSearching || of.strap.isConnected) return false;
    if (data) of.strap.manufacturerData = data;
    return of.advertise(receiver.wantsDuplicates);
  }

  /** BlueZ does not hear it any more. */
  invalidateRssi(address: string, adapter = 'hci0'): void {
    this.#tree.invalidate(this.#strap(address, adapter).path, 'org.bluez.Device1', 'RSSI');
  }

  /** One notification. @param characteristic `2a37` @returns whether anybody listens */
  notify(address: string, characteristic: string, hex: string, adapter = 'hci0'): boolean {
    return this.#strap(address, adapter).notify(characteristic, hex);
  }

  /** A signal as no BlueZ would send it. @param of below the device, `service000e/char000f`, or of the device itself: '' */
  sayRubbish(address: string, of: string, changed: WireProperties, adapter = 'hci0'): void {
    const { path } = this.#strap(address, adapter);
    const iface = of ? 'org.bluez.GattCharacteristic1' : 'org.bluez.Device1';
    const body = [iface, Object.entries(changed), []];
    this.#tree.signal(of ? `${path}/${of}` : path, 'org.freedesktop.DBus.Properties', 'PropertiesChanged', 'sa{sv}as', ...body);
  }

  /** The connection breaks. */
  dropConnection(address: string, adapter = 'hci0'): void {
    this.#strap(address, adapter).disconnect();
  }

  report(): MockReport {
    const { connects, mostConnectsAtOnce, mostConnectedAtOnce } = this.#counts;
    return {
      ...{ connects, mostConnectsAtOnce, mostConnectedAtOnce, removedDevices: this.#removedDevices },
      connected: [...this.#straps.values()].map(({ strap }) => strap).flatMap(({ isConnected, address }) => (isConnected ? [address] : [])),
      discovering: [...this.#adapters].flatMap(([name, { isSearching }]) => (isSearching ? [name] : [])),
      discoveryStarts: [...this.#adapters.values()].reduce((sum, adapter) => sum + adapter.discoveryStarts, 0),
    };
  }

  /** As bluetoothd stops, or is killed. */
  close(): void {
    for (const strap of this.#straps.values()) strap.stopTimers();
    this.bus.disconnect();
  }

  #strapsAt(adapter: string): MockStrapObject[] {
    return [...this.#straps.values()].filter(({ path }) => path.startsWith(`/org/bluez/${adapter}/`));
  }

  #strap(address: string, adapter: string): MockStrapObject {
    const strap = this.#straps.get(`/org/bluez/${adapter}/dev_${address.replaceAll(':', '_')}`);
    if (!strap) throw new Error(`there is no strap ${address} at ${adapter}`);
    return strap;
  }
}
