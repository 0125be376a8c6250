import type { BluetoothNews, Properties } from './bluetooth.js';

/** A D-Bus message as dbus-next hands it over. */
export interface BusMessage {
  type: number;
  sender?: string;
  path?: string;
  interface?: string;
  member?: string;
  body: readonly unknown[];
}

/** Properties by the name of their interface. */
type Interfaces = Readonly<Record<string, unknown>>;

export const BLUEZ = 'org.bluez';
export const ADAPTER = 'org.bluez.Adapter1';
export const DEVICE = 'org.bluez.Device1';
export const CHARACTERISTIC = 'org.bluez.GattCharacteristic1';
export const PROPERTIES = 'org.freedesktop.DBus.Properties';
export const OBJECT_MANAGER = 'org.freedesktop.DBus.ObjectManager';
export const BUS = 'org.freedesktop.DBus';
export const BUS_PATH = '/org/freedesktop/DBus';

const SIGNAL = 4;
const ADAPTER_PATH = /^\/org\/bluez\/(\w+)$/;
const DEVICE_PATH = /^\/org\/bluez\/(\w+)\/dev_((?:[0-9A-F]{2}_){5}[0-9A-F]{2})$/;
/** A name such as `__proto__` is nobody's property. */
const isOrdinary = (name: string) => !(name in Object.prototype);

export const adapterPath = (adapter: string): string => `/org/bluez/${adapter}`;
export const devicePath = (adapter: string, address: string): string => `/org/bluez/${adapter}/dev_${address.replaceAll(':', '_')}`;

/** What the session has to hear. The sender BlueZ is a name here and a number in the signals. */
export const matchRules: readonly string[] = [
  `type='signal',sender='${BUS}',interface='${BUS}',member='NameOwnerChanged',arg0='${BLUEZ}'`,
  `type='signal',sender='${BLUEZ}',interface='${OBJECT_MANAGER}',path='/'`,
  ...[ADAPTER, DEVICE].map(
    (iface) =>
      `type='signal',sender='${BLUEZ}',interface='${PROPERTIES}',member='PropertiesChanged',path_namespace='/org/bluez',arg0='${iface}'`,
  ),
];

/**
 * Reads what concerns us out of a signal; of anything else, or of another shape than BlueZ's API has, nothing.
 * @param owner BlueZ's connection: signals of others are not believed
 */
export function readSignal(
  { type, sender, path = '', interface: iface, member, body }: BusMessage,
  owner: string | undefined,
): BluetoothNews[] {
  if (type !== SIGNAL) return [];
  if (sender === BUS && member === 'NameOwnerChanged' && body[0] === BLUEZ) return [{ kind: 'bluez', owner: String(body[2]) || undefined }];
  if (owner === undefined || sender !== owner) return [];
  if (iface === PROPERTIES && member === 'PropertiesChanged')
    return readObject(path, { [String(body[0])]: body[1] }, { isNew: false, gone: strings(body[2]) });
  if (iface !== OBJECT_MANAGER) return [];
  const of = String(body[0]);
  if (member === 'InterfacesAdded') return readObject(of, record(body[1]));
  if (member === 'InterfacesRemoved') return readRemoval(of, strings(body[1]));
  return [];
}

/** @param objects `a{oa{sa{sv}}}`, what `GetManagedObjects` returns */
export const readObjects = (objects: unknown): BluetoothNews[] =>
  Object.entries(record(objects)).flatMap(([path, interfaces]) => readObject(path, record(interfaces)));

function readObject(
  path: string,
  interfaces: Interfaces,
  { isNew, gone }: { isNew: boolean; gone: string[] } = { isNew: true, gone: [] },
): BluetoothNews[] {
  const [, adapter] = ADAPTER_PATH.exec(path) ?? [];
  if (adapter && interfaces[ADAPTER]) return [{ kind: 'adapter', adapter, properties: plain(interfaces[ADAPTER]), isNew }];
  const device = readDevicePath(path);
  if (device && interfaces[DEVICE]) return [{ kind: 'device', ...device, properties: plain(interfaces[DEVICE]), gone, isNew }];
  return [];
}

function readRemoval(path: string, interfaces: readonly string[]): BluetoothNews[] {
  const [, adapter] = ADAPTER_PATH.exec(path) ?? [];
  if (adapter && interfaces.includes(ADAPTER)) return [{ kind: 'adapter-gone', adapter }];
  const device = readDevicePath(path);
  return device && interfaces.includes(DEVICE) ? [{ kind: 'device-gone', ...device }] : [];
}

function readDevicePath(path: string): { adapter: string; address: string } | undefined {
  const [, adapter, address] = DEVICE_PATH.exec(path) ?? [];
  return adapter && address ? { adapter, address: address.replaceAll('_', ':') } : undefined;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array) ? { ...value } : {};

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);

/** @param properties `a{sv}` */
export const plain = (properties: unknown): Properties =>
  Object.fromEntries(
    Object.entries(record(properties))
      .filter(([name]) => isOrdinary(name))
      .map(([name, value]) => [name, withoutTypes(value)]),
  );

/** A variant is its value, also in a dictionary. */
function withoutTypes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) return value;
  return 'signature' in value && 'value' in value ? withoutTypes(value.value) : plain(value);
}
