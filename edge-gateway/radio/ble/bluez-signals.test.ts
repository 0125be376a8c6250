import fc from 'fast-check';
import type { BluetoothNews } from './bluetooth.js';
import { adapterPath, type BusMessage, devicePath, matchRules, plain, readObjects, readSignal } from './bluez-signals.js';

const OWNER = ':1.7';
const HCI0 = '/org/bluez/hci0';
const DEV = `${HCI0}/dev_A0_B1_C2_D3_E4_F5`;
const of = { adapter: 'hci0', address: 'A0:B1:C2:D3:E4:F5' };
const variant = (signature: string, value: unknown) => ({ signature, value });
const changed = (path: string, ...body: unknown[]): BusMessage => ({
  type: 4,
  sender: OWNER,
  path,
  interface: 'org.freedesktop.DBus.Properties',
  member: 'PropertiesChanged',
  body,
});
const objects = (member: string, ...body: unknown[]): BusMessage => ({
  type: 4,
  sender: OWNER,
  path: '/',
  interface: 'org.freedesktop.DBus.ObjectManager',
  member,
  body,
});
const owner = (...body: unknown[]): BusMessage => ({
  type: 4,
  sender: 'org.freedesktop.DBus',
  path: '/',
  interface: 'org.freedesktop.DBus',
  member: 'NameOwnerChanged',
  body,
});
const rssi = { RSSI: variant('n', -60) };

test.each<[string, BusMessage, BluetoothNews[]]>([
  ['BlueZ comes', owner('org.bluez', '', ':1.9'), [{ kind: 'bluez', owner: ':1.9' }]],
  ['BlueZ goes', owner('org.bluez', ':1.9', ''), [{ kind: 'bluez', owner: undefined }]],
  ['somebody else goes', owner('org.other', ':1.9', ''), []],
  [
    'an adapter comes',
    objects('InterfacesAdded', HCI0, { 'org.bluez.Adapter1': { Powered: variant('b', false) } }),
    [{ kind: 'adapter', adapter: 'hci0', properties: { Powered: false }, isNew: true }],
  ],
  [
    'an adapter changes',
    changed(HCI0, 'org.bluez.Adapter1', { Powered: variant('b', true) }, []),
    [{ kind: 'adapter', adapter: 'hci0', properties: { Powered: true }, isNew: false }],
  ],
  ['an adapter goes', objects('InterfacesRemoved', HCI0, ['org.bluez.Adapter1']), [{ kind: 'adapter-gone', adapter: 'hci0' }]],
  ['another face of it goes', objects('InterfacesRemoved', HCI0, ['org.bluez.Media1']), []],
  [
    'a device comes',
    objects('InterfacesAdded', DEV, { 'org.bluez.Device1': rssi, 'org.bluez.Battery1': {} }),
    [{ kind: 'device', ...of, properties: { RSSI: -60 }, gone: [], isNew: true }],
  ],
  [
    'a device changes',
    changed(DEV, 'org.bluez.Device1', rssi, []),
    [{ kind: 'device', ...of, properties: { RSSI: -60 }, gone: [], isNew: false }],
  ],
  [
    'a device is not heard any more',
    changed(DEV, 'org.bluez.Device1', {}, ['RSSI']),
    [{ kind: 'device', ...of, properties: {}, gone: ['RSSI'], isNew: false }],
  ],
  ['a device goes', objects('InterfacesRemoved', DEV, ['org.bluez.Device1']), [{ kind: 'device-gone', ...of }]],
  [
    'data by number, as dbus-next reads it',
    changed(DEV, 'org.bluez.Device1', { ManufacturerData: variant('a{qv}', { 107: variant('ay', Buffer.of(1)) }) }, []),
    [{ kind: 'device', ...of, properties: { ManufacturerData: { 107: Buffer.of(1) } }, gone: [], isNew: false }],
  ],
  ['a value of a service', changed(`${DEV}/service000e/char000f`, 'org.bluez.GattCharacteristic1', {}, []), []],
  ['a path of another kind', changed(`${HCI0}/dev_xx`, 'org.bluez.Device1', rssi, []), []],
  ['a signal of somebody who is not BlueZ', { ...changed(DEV, 'org.bluez.Device1', rssi, []), sender: ':1.8' }, []],
  ['a call', { ...changed(DEV, 'org.bluez.Device1', rssi, []), type: 1 }, []],
  ['an empty body', changed(DEV), []],
])('%s', (_, message, news) => {
  expect(readSignal(message, OWNER)).toEqual(news);
});

test('all that there is', () => {
  const news = readObjects({ '/org/bluez': {}, [HCI0]: { 'org.bluez.Adapter1': {} }, [DEV]: { 'org.bluez.Device1': rssi } });
  expect(news.map(({ kind }) => kind)).toEqual(['adapter', 'device']);
});

test('names cannot hurt', () => {
  expect(plain(JSON.parse('{"__proto__": {"signature": "s", "value": "x"}, "Name": {"signature": "s", "value": "y"}}'))).toEqual({
    Name: 'y',
  });
});

test('paths and rules', () => {
  expect(adapterPath('hci1')).toBe('/org/bluez/hci1');
  expect(devicePath('hci0', of.address)).toBe(DEV);
  expect(matchRules).toHaveLength(4);
});

test('whatever comes over the bus is survived', () => {
  const names = fc.constantFrom('NameOwnerChanged', 'PropertiesChanged', 'InterfacesAdded', 'InterfacesRemoved');
  const faces = fc.constantFrom('org.freedesktop.DBus.Properties', 'org.freedesktop.DBus.ObjectManager', 'org.freedesktop.DBus');
  const body = fc.array(fc.oneof(fc.constantFrom<unknown>(DEV, HCI0, 'org.bluez.Device1', 'org.bluez.Adapter1'), fc.anything()), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(names, faces, fc.constantFrom(DEV, HCI0, '/'), body, (member, iface, path, values) => {
      expect(Array.isArray(readSignal({ type: 4, sender: OWNER, path, interface: iface, member, body: values }, OWNER))).toBe(true);
      expect(Array.isArray(readObjects(values[0]))).toBe(true);
    }),
  );
});
