import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { LiveMessage } from '@pulseboard/contract';
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
beforeEach(async () => {
  boards = new Boards(() => roster);
  http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  port = (http.address() as AddressInfo).port;
  live = new LiveServer(
    { boards, clock: () => T0, defaultRoom: { gym: 'demo', room: 'main' }, roomName: (_, room) => room, log: pino({ level: 'silent' }) },
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
  await until((list) => list.some(({ rows }) => rows[0]?.bpm === 150));
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
  const { socket, until } = page('/live/foreign/room');
  await until((list) => list.length === 1);
  expect([...boards.all()]).toHaveLength(1);
  socket.close();
  await once(socket, 'close');
  while ([...boards.all()].length) await new Promise((resolve) => setImmediate(resolve));
});

test.each([
  ['another path', '/elsewhere', {}, 404],
  ['no room', '/live/demo', {}, 404],
  ['an id that is none', '/live/Demo/main', {}, 404],
  ["another site's page", '/live', { origin: 'https://elsewhere.example' }, 403],
])('%s is refused', async (_, path, headers, status) => {
  const { socket } = page(path, headers as Record<string, string>);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  expect(response.statusCode).toBe(status);
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
