import { asRoot, installed, type MachineFacts, readMachine } from './machine.js';

const bare: MachineFacts = { uid: 1000, env: {}, exists: () => false, read: () => '0::/init.scope\n' };
const there =
  (...paths: string[]) =>
  (path: string) =>
    paths.includes(path);

test.each<[string, Partial<MachineFacts>, [isRoot: boolean, hasSystemd: boolean, isContainer: boolean]]>([
  ['nothing known', {}, [false, false, false]],
  ['Windows', { uid: undefined }, [false, false, false]],
  ['root under systemd', { uid: 0, exists: there('/run/systemd/system') }, [true, true, false]],
  ['Docker', { exists: there('/.dockerenv') }, [false, false, true]],
  ['Podman', { exists: there('/run/.containerenv') }, [false, false, true]],
  ['systemd-nspawn', { env: { container: 'systemd-nspawn' }, exists: there('/run/systemd/system') }, [false, true, true]],
  ['an older Docker', { read: () => '12:memory:/docker/0123\n' }, [false, false, true]],
  ['Kubernetes', { read: () => '0::/kubepods.slice/x\n' }, [false, false, true]],
])('%s', (_, facts, [isRoot, hasSystemd, isContainer]) => {
  expect(readMachine({ ...bare, ...facts })).toEqual({ isRoot, hasSystemd, isContainer });
});

const machine = { isRoot: false, hasSystemd: true, isContainer: false };

test.each([
  [{}, 'sudo apt-get install -y dbus bluez && sudo systemctl enable --now dbus bluetooth'],
  [{ isRoot: true }, 'apt-get install -y dbus bluez && systemctl enable --now dbus bluetooth'],
  [{ isRoot: true, hasSystemd: false }, 'apt-get install -y dbus bluez && service dbus start && service bluetooth start'],
])('installed on %j', (more, command) => {
  expect(installed(['dbus', 'bluez'], ['dbus', 'bluetooth'], { ...machine, ...more })).toBe(command);
});

test('only who is not root needs sudo', () => {
  expect([asRoot('reboot', machine), asRoot('reboot', { ...machine, isRoot: true })]).toEqual(['sudo reboot', 'reboot']);
});
