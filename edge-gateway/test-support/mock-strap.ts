import { MockError, type MockObjectTree, type TreeInterface, type WireValue } from './mock-object-tree.js';

/** Bytes are hexadecimal text. */
export interface MockStrap {
  address: string;
  /** `hci0` unless given. */
  adapter?: string;
  addressType?: 'public' | 'random';
  rssiDbm?: number;
  /** Of 180d, 1814; only 180d unless given. Each strap has a battery besides. */
  services?: string[];
  /** By company id. */
  manufacturerData?: Record<string, string>;
  notifiesBattery?: boolean;
  batteryPercent?: number;
  /** BlueZ is still connected to it, whoever did that. */
  isConnected?: boolean;
  isPaired?: boolean;
  /** Until its services are resolved. */
  resolveMs?: number;
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

/** Of all straps. */
export interface MockCounts {
  /** Calls of Connect by address. */
  connects: Record<string, number>;
  connectsUnderWay: number;
  mostConnectsAtOnce: number;
  connected: number;
  mostConnectedAtOnce: number;
}

const DEVICE = 'org.bluez.Device1';
const SERVICE = 'org.bluez.GattService1';
const CHARACTERISTIC = 'org.bluez.GattCharacteristic1';
const CONNECT_MS = 5;
const CHARACTERISTICS: Record<string, { service: string; path: string }> = {
  '2a37': { service: '180d', path: 'service000e/char000f' },
  '2a53': { service: '1814', path: 'service0014/char0015' },
  '2a19': { service: '180f', path: 'service0020/char0021' },
};

const uuid = (short: string) => `0000${short}-0000-1000-8000-00805f9b34fb`;
const bytesOf = (hex: string): WireValue => ['ay', Buffer.from(hex, 'hex')];
const hexByte = (value: number) => value.toString(16).padStart(2, '0');
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
export const refused = (what: string, message?: string): MockError => new MockError(`org.bluez.Error.${what}`, message);

/** A fixture: one strap as BlueZ shows it, at one adapter. */
export class MockStrapObject {
  readonly path: string;
  readonly strap: Required<Omit<MockStrap, 'adapter'>>;
  readonly #timers: NodeJS.Timeout[] = [];
  /** Clients on the bus by characteristic. */
  readonly #notifying = new Map<string, Set<string>>();
  #isSilent = false;
  /** Ends a Connect that hangs. */
  #abort: (error: MockError) => void = () => {};

  constructor(
    private readonly tree: MockObjectTree,
    private readonly counts: MockCounts,
    private readonly isPowered: () => boolean,
    { adapter, ...given }: MockStrap & { adapter: string },
  ) {
    this.path = `/org/bluez/${adapter}/dev_${given.address.replaceAll(':', '_')}`;
    this.strap = {
      ...{ addressType: 'public', rssiDbm: -60, services: ['180d'], manufacturerData: {}, notifiesBattery: false, batteryPercent: 80 },
      ...{ isConnected: false, isPaired: false, resolveMs: 50, advertiseEveryMs: 0, notifyEveryMs: 0 },
      ...{ failConnects: 0, hangConnects: 0, loseResolved: 0, neverResolve: 0, staySilent: 0 },
      ...given,
    };
    if (!this.strap.isConnected) return;
    counts.connected++;
    this.tree.add(this.path, { [DEVICE]: this.#deviceInterface(false) });
    this.tree.change(this.path, DEVICE, { ServicesResolved: ['b', true] });
    this.#addServices();
  }

  every(intervalMs: number, run: () => void): void {
    if (intervalMs > 0) this.#timers.push(setInterval(run, intervalMs));
  }

  /** It does nothing by itself any more, and is not connected. */
  quieten(): void {
    this.stopTimers();
    this.disconnect();
  }

  stopTimers(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** @param isRepeated BlueZ tells of it again and again @returns whether it tells of it now */
  advertise(isRepeated: boolean): boolean {
    if (!this.tree.has(this.path)) {
      this.tree.add(this.path, { [DEVICE]: this.#deviceInterface(true) });
      return true;
    }
    if (isRepeated) this.tree.change(this.path, DEVICE, this.#heard());
    return isRepeated;
  }

  /** @returns whether anybody listens */
  notify(characteristic: string, hex: string): boolean {
    if (!this.strap.isConnected || this.#isSilent || !this.#notifying.get(characteristic)?.size) return false;
    this.tree.change(`${this.path}/${CHARACTERISTICS[characteristic]!.path}`, CHARACTERISTIC, { Value: bytesOf(hex) });
    return true;
  }

  forgetClient(client: string): void {
    for (const clients of this.#notifying.values()) clients.delete(client);
  }

  disconnect(): void {
    if (!this.strap.isConnected) return;
    this.strap.isConnected = false;
    this.counts.connected--;
    this.#notifying.clear();
    for (const { path } of Object.values(CHARACTERISTICS)) this.tree.remove(`${this.path}/${path.split('/')[0]}`);
    this.tree.change(this.path, DEVICE, { ServicesResolved: ['b', false], Connected: ['b', false] });
  }

  #heard(): Record<string, WireValue> {
    const data = Object.entries(this.strap.manufacturerData);
    return {
      RSSI: ['n', this.strap.rssiDbm],
      ...(data.length > 0 ? { ManufacturerData: ['a{qv}', data.map(([id, hex]) => [Number(id), bytesOf(hex)])] } : {}),
    };
  }

  #deviceInterface(isHeard: boolean): TreeInterface {
    const { address, addressType, services, isConnected, isPaired } = this.strap;
    return {
      properties: {
        ...{ Address: ['s', address], AddressType: ['s', addressType], UUIDs: ['as', services.map(uuid)], Paired: ['b', isPaired] },
        ...{ Connected: ['b', isConnected], ServicesResolved: ['b', false] },
        ...(isHeard ? this.#heard() : {}),
      },
      methods: {
        Connect: { run: () => this.#connect() },
        Disconnect: {
          run: () => {
            this.#abort(refused('Failed', 'le-connection-abort-by-local'));
            if (!this.strap.isConnected) throw refused('NotConnected', 'Not Connected');
            this.disconnect();
            return undefined;
          },
        },
      },
    };
  }

  async #connect(): Promise<undefined> {
    const { counts, strap } = this;
    counts.connects[strap.address] = (counts.connects[strap.address] ?? 0) + 1;
    counts.mostConnectsAtOnce = Math.max(counts.mostConnectsAtOnce, ++counts.connectsUnderWay);
    try {
      await pause(CONNECT_MS);
      if (!this.isPowered()) throw refused('NotReady', 'Resource Not Ready');
      if (strap.isConnected) return undefined;
      if (strap.failConnects > 0 && strap.failConnects--) throw refused('Failed', 'le-connection-abort-by-local');
      if (strap.hangConnects > 0 && strap.hangConnects--)
        await new Promise<never>((_, reject) => {
          this.#abort = reject;
        });
      this.#connected();
      return undefined;
    } finally {
      counts.connectsUnderWay--;
    }
  }

  #connected(): void {
    const { counts, strap } = this;
    strap.isConnected = true;
    this.#isSilent = strap.staySilent > 0 && strap.staySilent-- > 0;
    counts.mostConnectedAtOnce = Math.max(counts.mostConnectedAtOnce, ++counts.connected);
    this.tree.change(this.path, DEVICE, { Connected: ['b', true] });
    if (strap.neverResolve > 0 && strap.neverResolve--) return;
    const isTold = !(strap.loseResolved > 0 && strap.loseResolved--);
    const timer = setTimeout(() => {
      if (!strap.isConnected) return;
      this.#addServices();
      this.tree.change(this.path, DEVICE, { ServicesResolved: ['b', true] }, isTold);
    }, strap.resolveMs);
    this.#timers.push(timer);
  }

  #addServices(): void {
    const { services, notifiesBattery, batteryPercent } = this.strap;
    for (const [short, { service, path }] of Object.entries(CHARACTERISTICS)) {
      const isBattery = short === '2a19';
      if (!isBattery && !services.includes(service)) continue;
      const [serviceName] = path.split('/');
      this.tree.add(`${this.path}/${serviceName}`, {
        [SERVICE]: { properties: { UUID: ['s', uuid(service)], Primary: ['b', true] }, methods: {} },
      });
      const flags = [...(isBattery ? ['read'] : []), ...(!isBattery || notifiesBattery ? ['notify'] : [])];
      this.tree.add(`${this.path}/${path}`, {
        [CHARACTERISTIC]: this.#characteristic(short, flags, isBattery ? hexByte(batteryPercent) : '00'),
      });
    }
  }

  #characteristic(short: string, flags: string[], value: string): TreeInterface {
    const clients = new Set<string>();
    this.#notifying.set(short, clients);
    return {
      properties: { UUID: ['s', uuid(short)], Flags: ['as', flags], Notifying: ['b', false], Value: ['ay', []] },
      methods: {
        ReadValue: { in: 'a{sv}', out: 'ay', run: () => bytesOf(value) },
        StartNotify: {
          run: ({ sender }) => {
            if (clients.has(sender)) throw refused('InProgress', 'Already notifying');
            clients.add(sender);
            this.tree.change(`${this.path}/${CHARACTERISTICS[short]!.path}`, CHARACTERISTIC, { Notifying: ['b', true] });
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
    };
  }
}
