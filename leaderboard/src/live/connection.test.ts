import { jest } from '@jest/globals';
import fc from 'fast-check';
import { joinAddress, liveUrl } from './address.js';
import { backOffMs } from './back-off.js';
import { createConnection, type LiveSocket } from './connection.js';
import { parseLiveMessage } from './parse-message.js';

const snapshot = JSON.stringify({ type: 'snapshot', now: 1, gym: 'g', room: 'r', roomName: 'R', rows: [] });
const delta = JSON.stringify({ type: 'delta', now: 2, rows: [], gone: [] });

const unknownRoom = JSON.stringify({
  type: 'unknown-room',
  now: 1,
  gym: 'g',
  room: 'Studio 1',
  reason: 'invalid',
  sentence: 'No.',
  rooms: [],
});

function start(open?: () => LiveSocket) {
  const sockets: (LiveSocket & { closed: boolean })[] = [];
  const seen: string[] = [];
  const make = () => {
    const socket = {
      onmessage: null,
      onclose: null,
      closed: false,
      close() {
        this.closed = true;
      },
    };
    sockets.push(socket);
    return socket;
  };
  const connection = createConnection({
    open: open ?? make,
    onMessage: (message) => seen.push(message.type),
    onState: (state, again) => seen.push(again ? `${state} again` : state),
    clock: () => Date.now(),
    entropy: () => 0,
  });
  return { connection, sockets, seen, say: (text: string) => sockets.at(-1)!.onmessage!({ data: text }) };
}

describe('connection', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('is live from the snapshot on; a delta before it means nothing', () => {
    const { connection, say, seen } = start();
    say(delta);
    expect(seen).toEqual([]);
    say(snapshot);
    say(delta);
    expect(seen).toEqual(['snapshot', 'live', 'delta']);
    connection.close();
  });

  test('silence of 3 s is stale, the next message is live again on the same socket', () => {
    const { connection, say, seen, sockets } = start();
    say(snapshot);
    jest.advanceTimersByTime(2900);
    expect(seen.at(-1)).toBe('live');
    jest.advanceTimersByTime(600);
    expect(seen.at(-1)).toBe('stale');
    say(delta);
    expect(seen.at(-1)).toBe('live again');
    expect(sockets).toHaveLength(1);
    connection.close();
  });

  test('a closed socket is stale at once; connects again, and what it says is replaced by a snapshot', () => {
    const { connection, say, seen, sockets } = start();
    say(snapshot);
    sockets[0]!.onclose!();
    expect(seen.at(-1)).toBe('stale');
    jest.advanceTimersByTime(499);
    expect(sockets).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(sockets).toHaveLength(2);
    say(delta);
    expect(seen.at(-1)).toBe('stale');
    say(snapshot);
    expect(seen.slice(-2)).toEqual(['snapshot', 'live again']);
    connection.close();
  });

  test('a socket that hangs is given up, and never heard again', () => {
    const { connection, sockets, seen } = start();
    const first = sockets[0]!;
    jest.advanceTimersByTime(8000);
    expect(first.closed).toBe(true);
    expect(first.onmessage).toBeNull();
    expect(sockets.length).toBeGreaterThan(1);
    expect(seen).toEqual([]);
    connection.close();
  });

  test('a room that does not exist is refused, asked for again now and then, and live once it appears', () => {
    const { connection, say, seen, sockets } = start();
    say(unknownRoom);
    expect(seen).toEqual(['unknown-room', 'refused']);
    jest.advanceTimersByTime(499);
    expect(sockets).toHaveLength(1);
    jest.advanceTimersByTime(1);
    say(unknownRoom);
    expect(seen.filter((word) => word === 'stale')).toEqual([]);
    jest.advanceTimersByTime(500);
    say(snapshot);
    expect(seen.at(-1)).toBe('live');
    connection.close();
  });

  test('a server that goes away after it refused a room is lost', () => {
    const { connection, say, seen, sockets } = start();
    say(unknownRoom);
    jest.advanceTimersByTime(500);
    sockets.at(-1)!.onclose!();
    expect(seen.at(-1)).toBe('stale');
    connection.close();
  });

  test('retry does not wait, and does nothing while connected', () => {
    const { connection, sockets } = start();
    connection.retry();
    expect(sockets).toHaveLength(1);
    sockets[0]!.onclose!();
    connection.retry();
    expect(sockets).toHaveLength(2);
    jest.advanceTimersByTime(2000);
    expect(sockets).toHaveLength(2);
    connection.close();
  });

  test('an address that cannot be opened is tried again; closing ends everything', () => {
    let tries = 0;
    const { connection } = start(() => {
      tries++;
      throw new Error('no');
    });
    jest.advanceTimersByTime(2100);
    expect(tries).toBeGreaterThan(2);
    connection.close();
    expect(jest.getTimerCount()).toBe(0);
  });
});

test('back-off stays between 0.5 s and 5 s and does not shrink with attempts', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, entropy) => {
      const ms = backOffMs(attempt, entropy);
      expect(ms).toBeGreaterThanOrEqual(500);
      expect(ms).toBeLessThanOrEqual(5000);
      expect(backOffMs(attempt + 1, entropy)).toBeGreaterThanOrEqual(ms);
    }),
  );
  expect([backOffMs(0, 1), backOffMs(1, 1), backOffMs(9, 1)]).toEqual([1000, 2000, 5000]);
});

test.each([
  ['http:', '/', 'ws://gym.local:8080/live', 'gym.local:8080'],
  ['https:', '/', 'wss://gym.local:8080/live', 'gym.local:8080'],
  ['http:', '/wall/demo/main', 'ws://gym.local:8080/live/demo/main', 'gym.local:8080/wall/demo/main'],
  ['http:', '/wall/demo/main/', 'ws://gym.local:8080/live/demo/main/', 'gym.local:8080/wall/demo/main'],
  ['http:', '/wall/demo/Studio%201', 'ws://gym.local:8080/live/demo/Studio%201', 'gym.local:8080/wall/demo/Studio%201'],
  ['http:', '/wall/demo', 'ws://gym.local:8080/live/demo', 'gym.local:8080/wall/demo'],
  ['http:', '/wall/demo/main/x', 'ws://gym.local:8080/live/demo/main/x', 'gym.local:8080/wall/demo/main/x'],
  ['http:', '/wall/', 'ws://gym.local:8080/live', 'gym.local:8080'],
])('%s%s listens to %s', (protocol, pathname, url, join) => {
  const location = { protocol, pathname, host: 'gym.local:8080' };
  expect(liveUrl(location)).toBe(url);
  expect(joinAddress(location)).toBe(join);
});

test.each([
  ['{', undefined],
  ['null', undefined],
  ['[]', undefined],
  ['{"type":"news","now":1,"rows":[]}', undefined],
  ['{"type":"delta","now":1,"rows":[]}', undefined],
  ['{"type":"snapshot","now":1}', undefined],
  ['{"type":"unknown-room","now":1}', undefined],
  ['{"type":"toString","now":1,"rows":[]}', undefined],
  [new ArrayBuffer(1), undefined],
  [unknownRoom, 'unknown-room'],
  [snapshot, 'snapshot'],
  [delta, 'delta'],
])('%p is read as %s', (text, type) => {
  expect(parseLiveMessage(text)?.type).toBe(type);
});

test.each(['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])('%s is no address for a phone', (host) => {
  expect(joinAddress({ host, pathname: '/' })).toBeUndefined();
});
