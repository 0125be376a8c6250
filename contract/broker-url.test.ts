import { brokerAddress, brokerConnection, slowDownWhenRefused, withoutPassword } from './broker-url.js';
import { readSettings, SettingsError } from './settings.js';

test.each([
  ['mqtt://127.0.0.1:1883', { protocol: 'mqtt', host: '127.0.0.1', port: 1883 }],
  ['mqtt://broker.example', { protocol: 'mqtt', host: 'broker.example', port: 1883 }],
  ['MQTTS://Broker.Example/', { protocol: 'mqtts', host: 'broker.example', port: 8883 }],
  ['ws://localhost', { protocol: 'ws', host: 'localhost', port: 80, path: '/' }],
  ['wss://broker.example/mqtt?token=x', { protocol: 'wss', host: 'broker.example', port: 443, path: '/mqtt?token=x' }],
  ['mqtt://[::1]:1884', { protocol: 'mqtt', host: '::1', port: 1884 }],
  ['mqtt://[::]', { protocol: 'mqtt', host: '::', port: 1883 }],
  ['ws://[2001:DB8::1]:8083/mqtt', { protocol: 'ws', host: '2001:db8::1', port: 8083, path: '/mqtt' }],
  ['mqtt://[fe80::1%25lo]:1883', { protocol: 'mqtt', host: 'fe80::1%lo', port: 1883 }],
  ['mqtt://[fe80::1%Eth0]', { protocol: 'mqtt', host: 'fe80::1%Eth0', port: 1883 }],
  ['mqtt://gw@b', { protocol: 'mqtt', host: 'b', port: 1883, username: 'gw' }],
  ['mqtt://gw:pa%3Ass@b', { protocol: 'mqtt', host: 'b', port: 1883, username: 'gw', password: 'pa:ss' }],
  ['mqtt://gw:pa:ss@b', { protocol: 'mqtt', host: 'b', port: 1883, username: 'gw', password: 'pa:ss' }],
  ['mqtt://g%40w:%23%2F%3F%40%25@b', { protocol: 'mqtt', host: 'b', port: 1883, username: 'g@w', password: '#/?@%' }],
  ['mqtt://gw:%2541@b', { protocol: 'mqtt', host: 'b', port: 1883, username: 'gw', password: '%41' }],
])('%s', (url, address) => expect(brokerAddress(url)).toEqual(address));

const SECRET = 'open-sesame';
test.each([
  `mqtt://user:${SECRET}#x@127.0.0.1:1`,
  `mqtt://user:#${SECRET}@127.0.0.1:1`,
  `mqtt://user:1#${SECRET}@127.0.0.1:1`,
  `mqtt://user:${SECRET}?@127.0.0.1:1`,
  `mqtt://user:1?${SECRET}@127.0.0.1:1`,
  `mqtt://user:1/${SECRET}@127.0.0.1:1`,
  `mqtt://user:${SECRET}/x@127.0.0.1:1`,
  `ws://user:1/${SECRET}@127.0.0.1:1`,
  `mqtt://user:a@${SECRET}@127.0.0.1:1`,
  `mqtt://user:${SECRET}%@127.0.0.1:1`,
  `mqtt://user:${SECRET}%zz@127.0.0.1:1`,
  `mqtt://u#ser:${SECRET}@127.0.0.1:1`,
  `mqtt://user:${SECRET} @127.0.0.1:1`,
  `mqtt:user:${SECRET}@127.0.0.1`,
  `user:${SECRET}@127.0.0.1`,
  `mqtt://user:${SECRET}`,
  `mqtt://user:${SECRET}@[::1`,
  `mqtt://user:${SECRET}@::1:1883`,
  `mqtt://user:${SECRET}@[::g]`,
  `mqtt://user:${SECRET}@127.0.0.1:99999`,
  `mqtt://user:${SECRET}@127.0.0.1:0`,
  `mqtt://user:${SECRET}@127.0.0.1/path`,
  `ws://user:${SECRET}@[fe80::1%lo]:1`,
  `http://user:${SECRET}@127.0.0.1`,
])('%s is refused in one sentence, which shows nothing of it', (url) => {
  expect(() => readSettings({ PULSEBOARD_BROKER_URL: url })).toThrow(SettingsError);
  let faults: readonly string[] = [];
  try {
    readSettings({ PULSEBOARD_BROKER_URL: url });
  } catch (error) {
    ({ faults } = error as SettingsError);
  }
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^PULSEBOARD_BROKER_URL is wrong; it must be an address/);
  expect(faults[0]).not.toContain(SECRET);
  expect(withoutPassword(url)).toBe('the broker');
});

test('a "#" in the password is answered with its %-code', () => {
  expect(() => readSettings({ PULSEBOARD_BROKER_URL: 'mqtt://user:pa#ss@127.0.0.1:1' })).toThrow(/%23 for #/);
});

test.each([
  ['mqtt://gw:secret@[::1]:1883', 'mqtt://[::1]:1883'],
  ['mqtts://gw:1883@broker.example', 'mqtts://broker.example'],
  ['ws://gw:secret@B.example:8083/mqtt?token=secret', 'ws://b.example:8083'],
])('%s is shown as %s', (url, shown) => expect(withoutPassword(url)).toBe(shown));

test('an IPv6 address has brackets where a URL is made of it, and nowhere else', () => {
  expect(brokerConnection('ws://[::1]:8083').hostname).toBe('[::1]');
  expect(brokerConnection('mqtt://[::1]:1883').hostname).toBe('::1');
});

test('refusals slow the attempts down to one in 15 s, a connection makes them fast again', () => {
  const listeners: Record<string, (error: { code?: string | number }) => void> = {};
  const client = {
    options: { reconnectPeriod: 500 },
    on(event: string, run: (error: { code?: string | number }) => void) {
      listeners[event] = run;
    },
  };
  slowDownWhenRefused(client, 500);
  const periods = [5, 5, 'ECONNREFUSED', 3, 4, 4, 4, 4].map((code) => {
    listeners.error!({ code });
    return client.options.reconnectPeriod;
  });
  expect(periods).toEqual([1000, 2000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  listeners.connect!({});
  expect(client.options.reconnectPeriod).toBe(500);
});
