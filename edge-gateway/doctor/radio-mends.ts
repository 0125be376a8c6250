import type { AntStickErrorCode } from '../radio/ant/ant-stick-error.js';

/** Lets everybody of group plugdev use sticks of Dynastream (0fcf), whoever sold them. */
const UDEV_RULE = `SUBSYSTEM=="usb", ATTR{idVendor}=="0fcf", MODE="0660", GROUP="plugdev"`;
const ANOTHER_PORT = 'Unplug the stick and plug it in again, at another port, best without a hub; dmesg | tail says what the system saw';

export const ANT_MENDS: Readonly<Record<AntStickErrorCode, readonly string[]>> = {
  STICK_NONE: ['Plug in an ANT USB2 or ANT USB-m stick; lsusb -d 0fcf: must list it'],
  STICK_NO_USB: ['sudo apt-get install -y libudev1'],
  STICK_UNPLUGGED: [ANOTHER_PORT],
  STICK_DENIED: [
    `echo '${UDEV_RULE}' | sudo tee /etc/udev/rules.d/99-pulseboard.rules`,
    'sudo udevadm control --reload-rules && sudo udevadm trigger --subsystem-match=usb',
    'sudo usermod -aG plugdev "$USER"   # then log in anew',
  ],
  STICK_BUSY: ['End the other program that has it, such as a gateway, scan or record: sudo lsof /dev/bus/usb/*/*'],
  STICK_STALE: ['Start the gateway again; in a container, mount /dev/bus/usb and /run/udev'],
  STICK_DRIVER: [ANOTHER_PORT],
  STICK_UNFIT: ['Take an ANT USB2 (0fcf:1008) or ANT USB-m (0fcf:1009) stick'],
  STICK_MUTE: [ANOTHER_PORT],
  STICK_LOST: [ANOTHER_PORT],
  STICK_USB: [ANOTHER_PORT],
};

export const BLUETOOTH_MENDS = {
  noBus: ['sudo apt-get install -y dbus bluez && sudo systemctl enable --now dbus bluetooth', 'In a container: mount /run/dbus'],
  noBluez: ['sudo apt-get install -y bluez && sudo systemctl enable --now bluetooth'],
  noAdapter: [
    'Plug in a Bluetooth adapter; bluetoothctl list must list it',
    'sudo usermod -aG bluetooth "$USER"   # when it is refused; then log in anew',
  ],
  off: ['sudo rfkill unblock bluetooth', 'bluetoothctl power on'],
} as const satisfies Record<string, readonly string[]>;
