import { antFindings, bluetoothFindings, checkRadios } from './check-radios.js';
import type { Machine } from './machine.js';

const machine: Machine = { isRoot: false, hasSystemd: true, isContainer: false };

test.each(['simulated', 'replay'] as const)('%s radios need nothing, and hear nobody', async (radio) => {
  expect(await checkRadios(radio, machine)).toEqual([
    { verdict: 'note', subject: 'radio', says: `PULSEBOARD_RADIO is ${radio}: nobody in the room is heard.` },
  ]);
});

test('ANT+ sticks: one that can be used, one that this user may not', () => {
  const stick = { radio: 'ant 1-1.2', usbId: '0fcf:1009', model: 'ANT USB-m', canBeOpened: true };
  expect(
    antFindings(
      {
        sticks: [stick, { ...stick, radio: 'ant 1-1.4', canBeOpened: false, fault: 'this user may not', code: 'STICK_DENIED' }],
      },
      machine,
    ),
  ).toEqual([
    { verdict: 'ok', subject: 'ANT+', says: 'ant 1-1.2 (ANT USB-m, 0fcf:1009) can be used.' },
    {
      verdict: 'fail',
      subject: 'ANT+',
      says: 'ant 1-1.4 (ANT USB-m, 0fcf:1009): this user may not.',
      mend: [expect.stringContaining('/etc/udev/rules.d/'), expect.stringContaining('udevadm trigger'), expect.stringContaining('plugdev')],
    },
  ]);
});

test.each([
  ['STICK_NONE', /lsusb -d 0fcf:/],
  ['STICK_NO_USB', /apt-get install -y libudev1/],
] as const)('no sticks: %s', (code, mend) => {
  expect(antFindings({ sticks: [], fault: 'why', code }, machine)).toEqual([
    { verdict: 'fail', subject: 'ANT+', says: 'why.', mend: [expect.stringMatching(mend)] },
  ]);
});

test.each([
  [false, false, /enable --now dbus bluetooth/],
  [true, false, /enable --now bluetooth/],
  [true, true, /bluetoothctl list/],
] as const)('no adapter; bus: %s, BlueZ: %s', (isBusReachable, isBluezRunning, mend) => {
  const [finding] = bluetoothFindings({ isBusReachable, isBluezRunning, adapters: [], fault: 'why.' }, machine);
  expect(finding).toMatchObject({ verdict: 'fail', says: 'why.' });
  expect(finding!.mend![0]).toMatch(mend);
});

test('adapters: on and off', () => {
  const adapters = [
    { name: 'hci0', address: 'A0:00:00:00:00:01', isPowered: true },
    { name: 'hci1', isPowered: false, fault: 'off.' },
  ];
  expect(bluetoothFindings({ isBusReachable: true, isBluezRunning: true, adapters }, machine)).toEqual([
    { verdict: 'ok', subject: 'Bluetooth', says: 'ble hci0 (A0:00:00:00:00:01) is on.' },
    expect.objectContaining({ verdict: 'fail', mend: ['sudo rfkill unblock bluetooth', 'bluetoothctl power on'] }),
  ]);
});
