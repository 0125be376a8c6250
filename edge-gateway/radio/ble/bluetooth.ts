import type { BleCharacteristic } from '../radio-source.js';
import type { BluetoothError } from './bluetooth-error.js';

/** What BlueZ says of an adapter or a device, without D-Bus's types: to be looked at before it is believed. */
export type Properties = Readonly<Record<string, unknown>>;

/** An adapter by its name (`hci0`), a device by adapter and address (with colons, upper case). */
export type BluetoothNews =
  | { kind: 'bluez'; owner: string | undefined }
  /** `isNew`: with all its properties, else with those that changed. */
  | { kind: 'adapter'; adapter: string; properties: Properties; isNew: boolean }
  | { kind: 'adapter-gone'; adapter: string }
  /** `gone` names what BlueZ does not know any more. */
  | { kind: 'device'; adapter: string; address: string; properties: Properties; gone: readonly string[]; isNew: boolean }
  | { kind: 'device-gone'; adapter: string; address: string };

/**
 * One connection to BlueZ. Every promise settles, within its limit or when the session is closed or lost; @throws BluetoothError each.
 * After `close` nothing is heard of it.
 */
export interface BluetoothSession {
  readonly ready: Promise<void>;
  /** The connection that BlueZ has on the bus, another one after each of its starts; undefined: it does not run. */
  bluezOwner(): Promise<string | undefined>;
  /** All adapters and devices that there are. */
  everything(): Promise<BluetoothNews[]>;
  adapter(adapter: string): Promise<Properties>;
  device(adapter: string, address: string): Promise<Properties>;
  /** As systemd would at the first call of anybody. */
  startBluez(): Promise<void>;
  powerOn(adapter: string): Promise<void>;
  /** Of Bluetooth LE only, every advertisement reported. */
  startDiscovery(adapter: string): Promise<void>;
  stopDiscovery(adapter: string): Promise<void>;
  /** Also ends an attempt to connect. */
  disconnect(adapter: string, address: string): Promise<void>;
  /** BlueZ keeps for ever what was once connected. */
  removeDevice(adapter: string, address: string): Promise<void>;
  openGatt(adapter: string, address: string, events: GattEvents): GattConnection;
  close(): void;
}

export interface SessionEvents {
  onNews(news: BluetoothNews): void;
  /** The bus is gone: open another session. */
  onLost(error: BluetoothError): void;
}

/** One connection to a strap. Settles and ends as a session does; `close` leaves it to the session to disconnect the strap. */
export interface GattConnection {
  connect(): Promise<void>;
  /** What of that which we decode the strap has. */
  discover(): Promise<Map<BleCharacteristic, Characteristic>>;
  close(): void;
}

export interface Characteristic {
  readonly canNotify: boolean;
  /** Once only. */
  subscribe(onValue: (bytes: Uint8Array) => void): Promise<void>;
  read(): Promise<Uint8Array>;
}

export interface GattEvents {
  onDisconnect(error: BluetoothError): void;
  /** A notification of another shape than bytes. */
  onBadValue(): void;
}

export interface Bluetooth {
  /** @throws BluetoothError NO_BUS when there is not even an address to go to */
  open(events: SessionEvents): BluetoothSession;
}
