import type { Bluetooth, BluetoothSession, GattEvents, SessionEvents } from './bluetooth.js';
import type { BluetoothError } from './bluetooth-error.js';
import { BluezBus, type BluezOptions, type Libraries, loadLibraries, type Message } from './bluez.js';
import { BluezGatt } from './bluez-gatt.js';
import * as bluez from './bluez-signals.js';

const NO_SUCH_OWNER = 'org.freedesktop.DBus.Error.NameHasNoOwner';

/** @throws BluetoothError NO_LIBRARY */
export async function loadBluez(options: BluezOptions): Promise<Bluetooth> {
  const libraries = await loadLibraries();
  return { open: (events) => new BluezSession(libraries, options, events) };
}

class BluezSession implements BluetoothSession {
  readonly ready: Promise<void>;
  readonly #bus: BluezBus;
  #owner: string | undefined;

  constructor(
    libraries: Libraries,
    private readonly options: BluezOptions,
    { onNews, onLost }: SessionEvents,
  ) {
    const hear = (message: Message) => {
      for (const news of bluez.readSignal(message, this.#owner)) {
        if (news.kind === 'bluez') this.#owner = news.owner;
        onNews(news);
      }
    };
    this.#bus = new BluezBus(libraries, options, hear, onLost);
    this.ready = this.#bus.ready.then(async () => {
      for (const rule of bluez.matchRules) await this.#call([bluez.BUS_PATH, bluez.BUS, 'AddMatch'], 's', rule);
    });
    this.ready.catch(() => {});
  }

  #call(method: readonly string[], ...args: unknown[]): Promise<unknown> {
    return this.#bus.call(this.options.times.callLimitMs, method, args);
  }

  async #tidy(method: readonly string[], ...args: unknown[]): Promise<void> {
    await this.#bus.call(this.options.times.closeLimitMs, method, args);
  }

  async bluezOwner(): Promise<string | undefined> {
    try {
      this.#owner = String(await this.#call([bluez.BUS_PATH, bluez.BUS, 'GetNameOwner'], 's', bluez.BLUEZ));
    } catch (error) {
      if ((error as BluetoothError).dbusName !== NO_SUCH_OWNER) throw error;
      this.#owner = undefined;
    }
    return this.#owner;
  }

  async startBluez(): Promise<void> {
    await this.#call([bluez.BUS_PATH, bluez.BUS, 'StartServiceByName'], 'su', bluez.BLUEZ, 0);
  }

  everything = async () => bluez.readObjects(await this.#call(['/', bluez.OBJECT_MANAGER, 'GetManagedObjects']));
  adapter = async (adapter: string) =>
    bluez.plain(await this.#call([bluez.adapterPath(adapter), bluez.PROPERTIES, 'GetAll'], 's', bluez.ADAPTER));
  device = async (adapter: string, address: string) =>
    bluez.plain(await this.#call([bluez.devicePath(adapter, address), bluez.PROPERTIES, 'GetAll'], 's', bluez.DEVICE));

  async powerOn(adapter: string): Promise<void> {
    const { Variant } = this.#bus.libraries.dbus;
    await this.#call([bluez.adapterPath(adapter), bluez.PROPERTIES, 'Set'], 'ssv', bluez.ADAPTER, 'Powered', new Variant('b', true));
  }

  async startDiscovery(adapter: string): Promise<void> {
    const { Variant } = this.#bus.libraries.dbus;
    // Without DuplicateData BlueZ tells of each strap once.
    const filter = { Transport: new Variant('s', 'le'), DuplicateData: new Variant('b', true) };
    await this.#call([bluez.adapterPath(adapter), bluez.ADAPTER, 'SetDiscoveryFilter'], 'a{sv}', filter);
    await this.#call([bluez.adapterPath(adapter), bluez.ADAPTER, 'StartDiscovery']);
  }

  stopDiscovery = (adapter: string) => this.#tidy([bluez.adapterPath(adapter), bluez.ADAPTER, 'StopDiscovery']);
  disconnect = (adapter: string, address: string) => this.#tidy([bluez.devicePath(adapter, address), bluez.DEVICE, 'Disconnect']);
  removeDevice = (adapter: string, address: string) =>
    this.#tidy([bluez.adapterPath(adapter), bluez.ADAPTER, 'RemoveDevice'], 'o', bluez.devicePath(adapter, address));

  openGatt = (adapter: string, address: string, events: GattEvents) =>
    new BluezGatt(this.#bus.libraries, this.options, { adapter, address }, events);

  close(): void {
    this.#bus.close();
  }
}
