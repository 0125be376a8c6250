import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { LiveMessage, LivePicture, LiveState } from '@pulseboard/contract';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { emptyRoster, Roster } from '../aggregation/roster.js';
import { Boards } from '../board/boards.js';
import { readingAt, T0 } from '../test-data/readings.js';
import { LiveServer } from './live-server.js';

const roster = new Roster(emptyRoster);
let http: Server;
let live: LiveServer;
let boards: Boards;
let port: number;
let rooms: { gym: string; room: string; name: string }[];
let state: LiveState;
beforeEach(async () => {
  boards = new Boards(() => roster);
  http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  port = (http.address() as AddressInfo).port;
  rooms = [
    { gym: 'demo', room: 'main', name: 'Main' },
    { gym: 'demo', room: 'studio-1', name: 'Studio 1' },
  ];
  state = { broker: 'connected', store: 'ok', registry: 'ok', gateways: [] };
  live = new LiveServer(
    {
      boards,
      clock: () => T0,
      defaultRoom: { gym: 'demo', room: 'main' },
      rooms: () => rooms,
      isKnown: (gym, room) => rooms.some((each) => each.gym === gym && each.room === room),
      roomName: (_, room) => room,
      stateOf: () => state,
      log: pino({ level: 'silent' }),
    },
    http,
  );
});
afterEach(async () => {
  await live.close();
  await new Promise((resolve) => http.close(resolve));
});

/** A page: its messages as they come. */
function page(path: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  const messages: { message: LiveMessage }[] = [];
  const waiting: (() => void)[] = [];
  socket.on('message', (data) => {
    messages.push({ message: JSON.parse(String(data)) });
    for (const wake of waiting.splice(0)) wake();
  });
  const until = async (isEnough: (list: LiveMessage[]) => boolean): Promise<void> => {
    while (!isEnough(messages.map(({ message }) => message))) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { socket, messages, until };
}
const beat = (ms: number, bpm: number) => readingAt(ms, { heartRateBpm: bpm });

test('a page gets the picture, then what changes, and a sign of life each second', async () => {
  const { messages, until } = page('/live/demo/main');
  await until((list) => list.length === 1);
  expect(messages[0]!.message).toMatchObject({ type: 'snapshot', gym: 'demo', room: 'main', rows: [] });
  live.changed(boards.note(beat(0, 150), T0)!);
  await until((list) => list.some((message) => 'rows' in message && message.rows[0]?.bpm === 150));
  const seen = messages.length;
  await until((list) => list.length >= seen + 2); // nothing changes, it speaks all the same
});

test('however often the picture changes, a page is told at most 20 times in any second', async () => {
  const begin = performance.now();
  const { messages, until } = page('/live');
  await until((list) => list.length === 1);
  let n = 0;
  const shaking = setInterval(() => {
    n++;
    live.changed(boards.note(beat(n, 60 + (n % 100)), T0)!);
  }, 2);
  await until((list) => list.length >= 62);
  clearInterval(shaking);
  // 61 deltas need three full windows of 20; a busy machine can only make it longer; timers may be a little early.
  expect(messages.length).toBeGreaterThanOrEqual(62);
  expect(performance.now() - begin).toBeGreaterThan(2900);
});

test('looking at a room does not make it', async () => {
  const { socket, until } = page('/live/demo/studio-1');
  await until((list) => list.length === 1);
  expect([...boards.all()]).toHaveLength(1);
  socket.close();
  await once(socket, 'close');
  while ([...boards.all()].length) await new Promise((resolve) => setImmediate(resolve));
});

test.each([
  ['another path', '/elsewhere', {}, 404],
  ["another site's page", '/live', { origin: 'https://elsewhere.example' }, 403],
])('%s is refused', async (_, path, headers, status) => {
  const { socket } = page(path, headers as Record<string, string>);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  expect(response.statusCode).toBe(status);
});

test.each<[name: string, path: string, gym: string, room: string, reason: string]>([
  ['a room of which no gateway was heard', '/live/demo/studio-2', 'demo', 'studio-2', 'unknown'],
  ['a gym that nobody knows', '/live/elsewhere/main', 'elsewhere', 'main', 'unknown'],
  ['a display name instead of an id', '/live/demo/Studio%201', 'demo', 'Studio 1', 'invalid'],
  ['capital letters', '/live/Demo/main', 'Demo', 'main', 'invalid'],
  ['no room', '/live/demo', 'demo', '', 'invalid'],
  ['one level too many', '/live/demo/main/tv', 'demo', 'main/tv', 'invalid'],
  ['an encoding that is broken', '/live/demo/%E0%A4%A', 'demo', '%E0%A4%A', 'invalid'],
  ['an encoded slash', '/live/demo/main%2Ftv', 'demo', 'main/tv', 'invalid'],
  ['a name without an end', `/live/demo/${'x'.repeat(4000)}`, 'demo', `${'x'.repeat(99)}…`, 'invalid'],
])('%s is answered with the rooms that exist, and the socket is closed', async (_, path, gym, room, reason) => {
  const { socket, messages } = page(path);
  const [code, why] = await once(socket, 'close');
  expect(messages.map(({ message }) => message)).toEqual([
    {
      type: 'unknown-room',
      now: T0,
      gym,
      room,
      reason,
      sentence: expect.stringContaining(room),
      rooms: [
        { gym: 'demo', room: 'main', name: 'Main', path: '/wall/demo/main' },
        { gym: 'demo', room: 'studio-1', name: 'Studio 1', path: '/wall/demo/studio-1' },
      ],
    },
  ]);
  expect([code, String(why)]).toEqual([4404, `${reason} room`]);
  expect([...boards.all()]).toEqual([]);
});

test('a room that comes to be is shown to the next page', async () => {
  const first = page('/live/demo/studio-2');
  await once(first.socket, 'close');
  rooms.push({ gym: 'demo', room: 'studio-2', name: 'Studio 2' });
  const { messages, until } = page('/live/demo/studio-2');
  await until((list) => list.length === 1);
  expect(messages[0]!.message).toMatchObject({ type: 'snapshot', room: 'studio-2' });
});

test('a page hears within a second that the broker went away', async () => {
  const { messages, until } = page('/live');
  await until((list) => list.length === 2);
  state = { ...state, broker: 'away' };
  const seen = messages.length;
  await until((list) => list.slice(seen).some((message) => 'state' in message && message.state?.broker === 'away'));
  expect((messages[0]!.message as LivePicture).state).toMatchObject({ broker: 'connected' });
});

test('its own page is let in', async () => {
  const { until } = page('/live', { origin: `http://127.0.0.1:${port}` });
  await until((list) => list.length === 1);
});

test('a client that resets in the middle of a refusal, or stays, ends nothing and keeps nothing open', async () => {
  const upgrade = 'GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  for (let i = 0; i < 20; i++) {
    const rude = connect(port, '127.0.0.1');
    await once(rude, 'connect');
    rude.on('error', () => {});
    rude.write(upgrade);
    rude.resetAndDestroy();
  }
  const staying = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  staying.write(upgrade);
  staying.on('data', () => {});
  await once(staying, 'end');
  const { until } = page('/live');
  await until((list) => list.length === 1);
  staying.destroy();
});
