import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectAsync, type MqttClient } from 'mqtt';
import { WebSocket } from 'ws';
import { DRAIN_TIMEOUT_MS } from './stalled-subscribers.js';
import { connectPacket, openSocket, publishPacket, subscribePacket } from './test-support/packets.js';

interface Urls {
  mqttUrl: string;
  mqttWsUrl: string;
}

/** A broker in a process of its own, since the one without these limits ends its process. */
const children: ChildProcess[] = [];
async function brokerProcess(): Promise<Urls & { child: ChildProcess }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('test-support/broker-process.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(createInterface(child.stdout!), 'line');
  return { child, ...JSON.parse(line) };
}
afterAll(async () => {
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
});

interface Subscriber {
  /** Resolves when the broker has cut it off. */
  cut: Promise<void>;
  end(): void;
}
/** Subscribes to the flood. @param reads false: reads nothing after its SUBACK */
type Subscribe = (url: string, reads: boolean) => Promise<Subscriber>;

const closed = (socket: NodeJS.EventEmitter, ping: NodeJS.Timeout): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => {
      clearInterval(ping.unref());
      resolve();
    });
  });

const subscribeTcp: Subscribe = async (url, reads) => {
  const socket = await openSocket(url);
  socket.write(Buffer.concat([connectPacket(), subscribePacket('flood/#', 0)]));
  await once(socket, 'data');
  if (reads) socket.resume();
  else socket.pause();
  // A socket that is paused does not notice that it was closed; a write into it does.
  const ping = setInterval(() => socket.write(Buffer.from([0xc0, 0])), 100);
  return { cut: closed(socket, ping), end: () => socket.destroy() };
};

const subscribeWebSocket: Subscribe = async (url, reads) => {
  const page = new WebSocket(url, 'mqtt');
  page.on('error', () => {});
  await once(page, 'open');
  page.send(Buffer.concat([connectPacket(), subscribePacket('flood/#', 0)]));
  await once(page, 'message');
  if (!reads) page.pause();
  const { _socket: socket } = page as unknown as { _socket: NodeJS.EventEmitter };
  const ping = setInterval(() => page.readyState === WebSocket.OPEN && page.ping(), 100);
  return { cut: closed(socket, ping), end: () => page.terminate() };
};

/** A message to oneself and back, ms. */
async function roundTrip(client: MqttClient): Promise<number> {
  const begin = performance.now();
  const arrived = once(client as unknown as NodeJS.EventEmitter, 'message');
  await client.publishAsync('pulse', 'x', { qos: 1 });
  await arrived;
  return performance.now() - begin;
}

const ROUNDS = 3;
const MAX_UNSENT_BYTES = 5_000_000;
/** Small ones: each that waits for a slow subscriber was one of the 100 that aedes delivers at the same time. */
const FLOOD = Buffer.concat(Array.from({ length: 1200 }, () => publishPacket('flood/1', 'x'.repeat(500))));
/** No subscriber matches these: a queue of thousands of them is what ended the process. */
const UNHEARD = Buffer.concat(Array.from({ length: 4000 }, () => publishPacket('no/one', 'x')));

/**
 * @param isDone it goes on until then
 * @returns round trips of a client that has nothing to do with the flood, ms
 */
async function flood(url: string, isDone = () => true): Promise<number[]> {
  const good = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
  await good.subscribeAsync('pulse', { qos: 1 });
  const sockets = await Promise.all([1, 2, 3, 4].map(() => openSocket(url)));
  for (const socket of sockets) {
    socket.write(connectPacket());
    await once(socket, 'data');
  }
  const [flooder, ...others] = sockets;
  const waits: number[] = [];
  for (let round = 0; round < ROUNDS || !isDone(); round++) {
    if (flooder!.writableLength < MAX_UNSENT_BYTES) flooder!.write(FLOOD);
    for (const other of others) if (other.writableLength < MAX_UNSENT_BYTES) other.write(UNHEARD);
    waits.push(await roundTrip(good));
  }
  for (const socket of sockets) socket.destroy();
  await good.endAsync(true);
  return waits;
}

test.each([
  { name: 'TCP', subscribe: subscribeTcp, urlOf: (urls: Urls) => urls.mqttUrl },
  { name: 'WebSocket', subscribe: subscribeWebSocket, urlOf: (urls: Urls) => urls.mqttWsUrl },
])(
  '$name subscribers that stop reading are cut off; others do not wait for them, and the process lives',
  async ({ subscribe, urlOf }) => {
    const broker = await brokerProcess();
    const reading = await Promise.all([1, 2, 3].map(() => subscribe(urlOf(broker), true)));
    const usual = Math.max(...(await flood(broker.mqttUrl)));
    for (const subscriber of reading) subscriber.end();
    const stalled = await Promise.all([1, 2, 3].map(() => subscribe(urlOf(broker), false)));
    let cutCount = 0;
    for (const { cut } of stalled) void cut.then(() => cutCount++);
    const worst = Math.max(...(await flood(broker.mqttUrl, () => cutCount === stalled.length)));
    await Promise.all(stalled.map(({ cut }) => cut));
    expect([broker.child.exitCode, broker.child.signalCode]).toEqual([null, null]);
    // A publisher that waits for a stalled subscriber waits for the whole timeout.
    expect(worst).toBeLessThan(usual + DRAIN_TIMEOUT_MS);
  },
  60_000,
);
