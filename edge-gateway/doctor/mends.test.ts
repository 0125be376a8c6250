import type { AntStickErrorCode } from '../radio/ant/ant-stick-error.js';
import { clockMends } from './check-clock.js';
import { howToWrite } from './check-disk.js';
import type { Machine } from './machine.js';
import { antMends, bluetoothMends } from './radio-mends.js';

const either = [true, false];
const machines: Machine[] = either.flatMap((isRoot) =>
  either.flatMap((hasSystemd) => either.map((isContainer) => ({ isRoot, hasSystemd, isContainer }))),
);
const CODES: AntStickErrorCode[] = [
  'STICK_NONE',
  'STICK_NO_USB',
  'STICK_UNPLUGGED',
  'STICK_DENIED',
  'STICK_BUSY',
  'STICK_STALE',
  'STICK_DRIVER',
  'STICK_UNFIT',
  'STICK_MUTE',
  'STICK_LOST',
  'STICK_USB',
];
const everything = (machine: Machine): string[] => [
  ...CODES.flatMap((code) => antMends(code, machine)),
  ...(['noBus', 'noBluez', 'noAdapter', 'off'] as const).flatMap((lack) => bluetoothMends(lack, machine)),
  ...clockMends(machine),
  ...['EACCES', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EIO'].map((code) => howToWrite(code, '/data/spool', machine)),
];
/** What is for the host is not held against the container. */
const here = (steps: readonly string[]) => steps.filter((step) => !step.startsWith('On the host'));

test.each(machines)('what is said to %j can be done there', (machine) => {
  const steps = here(everything(machine)).join('\n');
  if (machine.isRoot) expect(steps).not.toMatch(/sudo|usermod/);
  if (!machine.hasSystemd) expect(steps).not.toMatch(/systemctl|timedatectl/);
  if (machine.isContainer) expect(steps).not.toMatch(/systemctl|service \w+ start|udevadm|usermod|chown|mount -o|timedatectl/);
  else expect(steps).not.toMatch(/container/);
});

const pi: Machine = { isRoot: false, hasSystemd: true, isContainer: false };
const docker: Machine = { isRoot: true, hasSystemd: false, isContainer: true };
const bare: Machine = { isRoot: true, hasSystemd: false, isContainer: false };

test.each<[string, readonly string[], string[]]>([
  ['a Pi without D-Bus', bluetoothMends('noBus', pi), ['sudo apt-get install -y dbus bluez && sudo systemctl enable --now dbus bluetooth']],
  [
    'a container without D-Bus',
    bluetoothMends('noBus', docker),
    ['Start the container with: -v /run/dbus:/run/dbus   # BlueZ runs on the host'],
  ],
  ['root without systemd and BlueZ', bluetoothMends('noBluez', bare), ['apt-get install -y bluez && service bluetooth start']],
  ['a Pi without a stick', antMends('STICK_NONE', pi), [expect.stringContaining('lsusb -d 0fcf: (package usbutils)')]],
  ['a container without a stick', antMends('STICK_NONE', docker), [expect.stringContaining('--device /dev/bus/usb')]],
  [
    'a container whose user may not',
    antMends('STICK_DENIED', { ...docker, isRoot: false }),
    [expect.stringMatching(/--device \/dev\/bus\/usb.* --user 0$/)],
  ],
  ['the clock of a container', clockMends(docker), ['On the host, whose clock it is: timedatectl set-ntp true']],
  ['the clock where there is no systemd', clockMends(bare), ['apt-get install -y chrony && service chrony start']],
  ['a folder of somebody else', [howToWrite('EACCES', '/spool', pi)], [expect.stringMatching(/^sudo chown -R "\$USER" \/spool/)]],
  ['a folder of a container', [howToWrite('EROFS', '/spool', docker)], [expect.stringMatching(/-v pulseboard:\/spool$/)]],
])('%s', (_, steps, expected) => expect(steps).toEqual(expected));
