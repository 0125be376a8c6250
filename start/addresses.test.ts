import type { NetworkInterfaceInfo } from 'node:os';
import { addressesOf, isOpenToOthers } from './addresses.js';

const of = (address: string, internal = false): NetworkInterfaceInfo =>
  ({
    address,
    internal,
    family: address.includes(':') ? 'IPv6' : 'IPv4',
    netmask: '',
    mac: '',
    cidr: null,
    scopeid: 0,
  }) as NetworkInterfaceInfo;
const interfaces = {
  lo: [of('127.0.0.1', true), of('::1', true)],
  wlan0: [of('fe80::1'), of('2001:db8::7'), of('192.168.1.20')],
  eth0: [of('10.0.0.5')],
  docker0: [of('172.17.0.1')],
};

test.each<[string, string, string[]]>([
  ['http://127.0.0.1:8080/', '0.0.0.0', ['http://192.168.1.20:8080/', 'http://10.0.0.5:8080/']],
  ['ws://[::1]:8083', '::', ['ws://192.168.1.20:8083', 'ws://10.0.0.5:8083', 'ws://[2001:db8::7]:8083']],
  ['http://127.0.0.1:8080/', '127.0.0.1', ['http://127.0.0.1:8080/']],
  ['http://192.168.1.20:8080/', '192.168.1.20', ['http://192.168.1.20:8080/']],
])('%s, listened to on %s, is opened by others at %j', (url, host, urls) => expect(addressesOf(url, host, interfaces)).toEqual(urls));

test('without a network it is the address of this machine', () => {
  expect(addressesOf('http://127.0.0.1:8080/', '0.0.0.0', { lo: interfaces.lo })).toEqual(['http://127.0.0.1:8080/']);
});

test.each([
  ['127.0.0.1', false],
  ['127.0.0.5', false],
  ['localhost', false],
  ['::1', false],
  ['0.0.0.0', true],
  ['::', true],
  ['192.168.1.20', true],
  ['gym.local', true],
])('%s: others can reach it: %s', (host, isOpen) => expect(isOpenToOthers(host)).toBe(isOpen));
