import type { AntStickErrorCode } from '../radio/ant/ant-stick-error.js';
import { asRoot, installed, type Machine } from './machine.js';

/** Lets everybody of group plugdev use sticks of Dynastream (0fcf), whoever sold them. */
const UDEV_RULE = `SUBSYSTEM=="usb", ATTR{idVendor}=="0fcf", MODE="0660", GROUP="plugdev"`;
const ANOTHER_PORT = 'Unplug the stick and plug it in again, at another port, best without a hub; dmesg | tail says what the system saw';
const WITH_USB = 'start the container with: --device /dev/bus/usb -v /run/udev:/run/udev:ro';
const WITH_BUS = 'start the container with: -v /run/dbus:/run/dbus';

/** Commands and steps, in order, that fit the machine. */
export function antMends(code: AntStickErrorCode, machine: Machine): readonly string[] {
  const { isContainer } = machine;
  switch (code) {
    case 'STICK_NONE':
      return isContainer
        ? [`Plug an ANT USB2 or ANT USB-m stick into the host, then ${WITH_USB}`]
        : ['Plug in an ANT USB2 or ANT USB-m stick; lsusb -d 0fcf: (package usbutils) must list it'];
    case 'STICK_NO_USB':
      return [installed(['libudev1'], [], machine)];
    case 'STICK_DENIED':
      return isContainer ? [capital(`${WITH_USB}${machine.isRoot ? '' : ' --user 0'}`)] : permission(machine);
    case 'STICK_BUSY':
      return [
        isContainer
          ? 'End the other program that has it, on the host or in another container, such as a gateway, scan or record'
          : `End the other program that has it, such as a gateway, scan or record: ${asRoot('lsof /dev/bus/usb/*/*', machine)}`,
      ];
    case 'STICK_STALE':
      return [isContainer ? capital(WITH_USB) : 'Start the gateway again'];
    case 'STICK_UNFIT':
      return ['Take an ANT USB2 (0fcf:1008) or ANT USB-m (0fcf:1009) stick'];
    default:
      return [ANOTHER_PORT];
  }
}

function permission(machine: Machine): string[] {
  return [
    `echo '${UDEV_RULE}' | ${asRoot('tee /etc/udev/rules.d/99-pulseboard.rules', machine)}`,
    `${asRoot('udevadm control --reload-rules', machine)} && ${asRoot('udevadm trigger --subsystem-match=usb', machine)}`,
    ...(machine.isRoot ? [] : ['sudo usermod -aG plugdev "$USER"   # then log in anew']),
  ];
}

export type BluetoothLack = 'noBus' | 'noBluez' | 'noAdapter' | 'off';

/** In a container BlueZ is that of the host. */
export function bluetoothMends(lack: BluetoothLack, machine: Machine): readonly string[] {
  if (machine.isContainer) return [IN_CONTAINER[lack]];
  switch (lack) {
    case 'noBus':
      return [installed(['dbus', 'bluez'], ['dbus', 'bluetooth'], machine)];
    case 'noBluez':
      return [installed(['bluez'], ['bluetooth'], machine)];
    case 'noAdapter':
      return [
        'Plug in a Bluetooth adapter; bluetoothctl list must list it',
        ...(machine.isRoot ? [] : ['sudo usermod -aG bluetooth "$USER"   # when it is refused; then log in anew']),
      ];
    case 'off':
      return [asRoot('rfkill unblock bluetooth', machine), 'bluetoothctl power on'];
  }
}

const IN_CONTAINER: Readonly<Record<BluetoothLack, string>> = {
  noBus: `${capital(WITH_BUS)}   # BlueZ runs on the host`,
  noBluez: `Start BlueZ on the host (package bluez, service bluetooth), and ${WITH_BUS}`,
  noAdapter: 'Plug a Bluetooth adapter into the host; bluetoothctl list must list it there',
  off: 'On the host: rfkill unblock bluetooth && bluetoothctl power on',
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
