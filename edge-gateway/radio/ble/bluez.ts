/** The one adapter to node-ble and dbus-next. What they get wrong is named where it is dealt with, and ends here. */
import type { Duplex } from 'node:stream';
import type { Message, MessageBus } from 'dbus-next';
import type NodeBle from 'node-ble';
import type { Schedule } from '../pump.js';
import type { BleTimes } from './ble-times.js';
import { BluetoothError, ofDbus } from './bluetooth-error.js';
import { BLUEZ, BUS } from './bluez-signals.js';
import { Lifetime } from './lifetime.js';

export type { Message } from 'dbus-next';
export type { Device, GattCharacteristic, GattServer } from 'node-ble';

export interface BluezOptions {
  /** As D-Bus writes it: `unix:path=…`. Else DBUS_SYSTEM_BUS_ADDRESS or the system's own. */
  systemBusAddress?: string | undefined;
  times: BleTimes;
  schedule?: Schedule | undefined;
}

export interface Libraries {
  dbus: typeof import('dbus-next');
  nodeBle: typeof NodeBle;
}

/** What the libraries have and do not declare. */
type OwnBluetooth = NodeBle.Bluetooth & { dbus: OwnBus };
type OwnBus = MessageBus & { _connection: { stream: Duplex }; _methodReturnHandlers: Record<string, (reply: Message) => void> };

const ERROR = 3;

/** @throws BluetoothError NO_LIBRARY */
export async function loadLibraries(): Promise<Libraries> {
  try {
    const [dbus, { default: nodeBle }] = await Promise.all([import('dbus-next'), import('node-ble')]);
    return { dbus, nodeBle };
  } catch (error) {
    throw new BluetoothError('NO_LIBRARY', (error as Error).message);
  }
}

/**
 * One connection to the bus, made by node-ble. dbus-next never withdraws a match rule and never settles a call once the bus is gone,
 * so a connection is thrown away with all that hangs on it, and every wait is one of its lifetime's.
 */
export class BluezBus {
  readonly ready: Promise<void>;
  readonly bluetooth: OwnBluetooth;
  readonly #lifetime: Lifetime;
  readonly #bus: OwnBus;
  readonly #destroy: () => void;

  constructor(
    readonly libraries: Libraries,
    { systemBusAddress, schedule, times }: BluezOptions,
    onMessage: (message: Message) => void,
    private readonly onLost: (error: BluetoothError) => void,
  ) {
    this.#lifetime = new Lifetime(schedule);
    const { bluetooth, destroy } = createBluetooth(libraries, systemBusAddress);
    this.bluetooth = bluetooth as OwnBluetooth;
    this.#bus = this.bluetooth.dbus;
    this.#destroy = destroy;
    let isReady = false;
    const connected = new Promise<void>((resolve, reject) => {
      this.#bus.on('connect', resolve);
      // Stays for good: without a listener it is uncaught. Of a bus that works it is a message that dbus-next could not read.
      this.#bus.on('error', reject);
      // It throws where nobody can catch when Hello is refused, as to one connection too many.
      const handlers = this.#bus._methodReturnHandlers;
      for (const [serial, handle] of Object.entries(handlers))
        handlers[serial] = (reply) => (reply.type === ERROR ? reject(new Error(String(reply.body[0]))) : handle(reply));
      this.#bus._connection.stream.on('close', () => {
        const lost = new BluetoothError('NO_BUS', 'the connection to the D-Bus system bus has ended');
        reject(lost);
        if (isReady) this.#lose(lost);
      });
    });
    this.#bus.on('message', (message) => this.guard(() => !this.#lifetime.isOver && onMessage(message)));
    this.ready = this.within(times.callLimitMs, 'the D-Bus system bus', connected).then(
      () => {
        isReady = true;
      },
      (error) => {
        throw error instanceof BluetoothError && error.code !== 'REFUSED' ? error : new BluetoothError('NO_BUS', error.message);
      },
    );
    this.ready.catch(() => {});
  }

  /** @throws BluetoothError always a classed one */
  async within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
    try {
      return await this.#lifetime.within(limitMs, what, work);
    } catch (error) {
      throw error instanceof BluetoothError ? error : ofDbus(error as Error);
    }
  }

  /** @param args signature and values */
  async call(limitMs: number, [path, iface, member]: readonly string[], [signature = '', ...body]: unknown[] = []): Promise<unknown> {
    const destination = iface === BUS ? BUS : BLUEZ;
    const message = new this.libraries.dbus.Message({ destination, path, interface: iface, member, signature, body } as object);
    const reply = await this.within(limitMs, member!, this.#bus.call(message));
    return reply?.body[0];
  }

  /** A fault of ours must not vanish in the hands of dbus-next, which catches everything and answers BlueZ with it. */
  guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #lose(error: BluetoothError): void {
    if (this.#lifetime.isOver) return;
    this.close(error);
    this.onLost(error);
  }

  close(reason = new BluetoothError('ENDED', 'Bluetooth is being closed')): void {
    this.#lifetime.end(reason);
    this.#destroy();
    this.#bus._connection.stream.destroy();
  }
}

/** The libraries take the address of the bus from the environment, and at once. */
function createBluetooth({ nodeBle }: Libraries, address: string | undefined) {
  const before = process.env.DBUS_SYSTEM_BUS_ADDRESS;
  if (address !== undefined) process.env.DBUS_SYSTEM_BUS_ADDRESS = address;
  try {
    return nodeBle.createBluetooth();
  } catch (error) {
    throw new BluetoothError('NO_BUS', (error as Error).message);
  } finally {
    if (before !== undefined) process.env.DBUS_SYSTEM_BUS_ADDRESS = before;
    else delete process.env.DBUS_SYSTEM_BUS_ADDRESS;
  }
}
