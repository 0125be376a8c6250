import { BluetoothError, ofDbus } from './bluetooth-error.js';
import { absenceFault, discoveryFault, offFault } from './bluetooth-faults.js';

const denied = ofDbus(Object.assign(new Error('Rejected send message'), { type: 'org.freedesktop.DBus.Error.AccessDenied' }));

test.each<[string, string, RegExp]>([
  [
    'no packages',
    absenceFault(new BluetoothError('NO_LIBRARY', 'Cannot find module'), 'linux'),
    /cannot be loaded \(Cannot find module\).*install/,
  ],
  ['no bus', absenceFault(new BluetoothError('NO_BUS', 'connect ENOENT /run/dbus'), 'linux'), /ENOENT.*doctor/],
  ['no BlueZ', absenceFault(new BluetoothError('NO_BLUEZ', ''), 'linux'), /does not run.*doctor/],
  ['no adapter', absenceFault(new BluetoothError('NO_ADAPTER', ''), 'linux'), /plug one in/],
  ['not allowed', absenceFault(denied, 'linux'), /group bluetooth/],
  ['no answer', absenceFault(new BluetoothError('TIMED_OUT', 'GetManagedObjects did not answer within 5 s'), 'linux'), /restart it/],
  [
    'anything else',
    absenceFault(ofDbus(Object.assign(new Error(''), { type: 'org.bluez.Error.Failed' })), 'linux'),
    /org\.bluez\.Error\.Failed/,
  ],
  ['macOS', absenceFault(new BluetoothError('NO_BUS', 'ENOENT'), 'darwin'), /Linux only; this machine has darwin/],
  ['off', offFault('hci0'), /hci0 was switched off.*bluetoothctl power on/],
  ['blocked', offFault('hci0', new BluetoothError('REFUSED', 'Blocked through rfkill')), /rfkill unblock bluetooth/],
  ['refused', discoveryFault('hci1', new BluetoothError('REFUSED', 'Resource Not Ready')), /hci1 does not search \(Resource Not Ready\)/],
  ['search not allowed', discoveryFault('hci1', denied), /group bluetooth/],
])('%s: one sentence or two, with what to do', (_, sentence, says) => {
  expect(sentence).toMatch(says);
  expect(sentence).toMatch(/\.$/);
});
