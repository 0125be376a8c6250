import { once as onceOf } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { brokerConnection } from '@pulseboard/contract';
import { connectAsync, connect as connectMqtt, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { type Broker, createBroker } from './broker.js';

const log = pino({ level: 'silent' });
const onFreePorts = () => createBroker({ host: '127.0.0.1', mqttPort: 0, mqttWsPort: 0, log });

let broker: Broker;
const clients: MqttClient[] = [];
/** mqtt.js types its emitter in a way that Node's `once` does not take. */
const once = (emitter: unknown, event: string) => onceOf(emitter as NodeJS.EventEmitter, event);
beforeAll(async () => {
  broker = await onFreePorts();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
});
afterAll(() => broker.close());

async function client(url: string): Promise<MqttClient> {
  const connected = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
  clients.push(connected);
  return connected;
}

test.each([
  ['TCP to WebSocket', () => [broker.mqttUrl, broker.mqttWsUrl] as const],
  ['WebSocket to TCP', () => [broker.mqttWsUrl, broker.mqttUrl] as const],
])('carries a message from %s, and keeps a retained one', async (name, urls) => {
  const [from, to] = urls();
  const publisher = await client(from);
  await publisher.publishAsync(`t/${name}`, 'beat', { qos: 1, retain: true });
  const subscriber = await client(to);
  const arrived = once(subscriber, 'message');
  await subscriber.subscribeAsync(`t/${name}`, { qos: 1 });
  const [topic, payload, packet] = await arrived;
  expect([topic, String(payload), packet.retain]).toEqual([`t/${name}`, 'beat', true]);
});

test('refuses a shared subscription, which would deliver nothing', async () => {
  const subscriber = await client(broker.mqttUrl);
  const granted = await subscriber.subscribeAsync('$share/group/t', { qos: 1 }).catch((error: Error) => error);
  expect(granted instanceof Error ? 128 : granted[0]?.qos).toBe(128);
});

test('publishes the will of a client that vanishes', async () => {
  const watcher = await client(broker.mqttUrl);
  await watcher.subscribeAsync('will/of/it');
  const arrived = once(watcher, 'message');
  const doomed = await connectAsync(broker.mqttUrl, {
    protocolVersion: 4,
    reconnectPeriod: 0,
    will: { topic: 'will/of/it', payload: Buffer.from('gone'), qos: 1, retain: false },
  });
  doomed.on('error', () => {});
  doomed.stream.destroy();
  expect(String((await arrived)[1])).toBe('gone');
});

describe('after a step of the wall clock', () => {
  const realNow = Date.now;
  const realSetInterval = globalThis.setInterval;
  afterEach(() => {
    Date.now = realNow;
    globalThis.setInterval = realSetInterval;
  });

  test.each([
    ['4 min forward', 4],
    ['10 h forward', 600],
    ['56 years forward', 56 * 525_600],
    ['10 h back', -600],
    ['nowhere', 0],
  ])('by %s no will of a connected client is published, and nothing ends', async (_, minutes) => {
    const periodic: (() => void)[] = [];
    globalThis.setInterval = ((run: () => void, ...rest: [number]) => {
      periodic.push(run);
      return realSetInterval(run, ...rest);
    }) as typeof setInterval;
    const stepped = await onFreePorts();
    globalThis.setInterval = realSetInterval;
    const runAll = async (list: readonly (() => void)[]) => {
      for (const run of list) {
        run();
        for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    try {
      const watcher = await client(stepped.mqttUrl);
      const heard: string[] = [];
      watcher.on('message', (topic) => heard.push(topic));
      await watcher.subscribeAsync(['will/#', 'after'], { qos: 1 });
      for (const topic of ['will/1', 'will/2'])
        clients.push(
          await connectAsync(stepped.mqttUrl, {
            protocolVersion: 4,
            reconnectPeriod: 0,
            will: { topic, payload: Buffer.from('gone'), qos: 1, retain: true },
          }),
        );
      await runAll(periodic);
      Date.now = () => realNow() + minutes * 60_000;
      // The search for wills comes before the next heartbeat, and has all the time that it takes.
      for (let i = 0; i < 3; i++) await runAll(periodic.toReversed());
      // It comes behind whatever was published before it.
      const arrived = once(watcher, 'message');
      await clients.at(-1)!.publishAsync('after', 'step', { qos: 1 });
      await arrived;
      expect(heard).toEqual(['after']);
    } finally {
      Date.now = realNow;
      for (const each of clients.splice(0)) await each.endAsync(true);
      await stepped.close();
    }
  });
});

test('rubbish on its port harms nobody', async () => {
  const port = Number(new URL(broker.mqttUrl).port);
  const rubbish = connectTcp(port, '127.0.0.1');
  rubbish.on('error', () => {});
  rubbish.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  await once(rubbish, 'close');
  expect((await client(broker.mqttUrl)).connected).toBe(true);
});

test.each([
  ['PULSEBOARD_MQTT_PORT', (port: number) => ({ mqttPort: port, mqttWsPort: 0 }), () => broker.mqttUrl],
  ['PULSEBOARD_MQTT_WS_PORT', (port: number) => ({ mqttPort: 0, mqttWsPort: port }), () => broker.mqttWsUrl],
])('a port in use is one sentence that names %s', async (setting, ports, url) => {
  const port = Number(new URL(url()).port);
  await expect(createBroker({ host: '127.0.0.1', log, ...ports(port) })).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: expect.stringMatching(new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use .*${setting} `)),
  });
});

test('an address that is not of this machine is one sentence', async () => {
  await expect(createBroker({ host: '192.0.2.1', mqttPort: 0, mqttWsPort: 0, log })).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: expect.stringContaining('PULSEBOARD_HOST'),
  });
});

test('closing ends its clients and frees its ports', async () => {
  const other = await onFreePorts();
  const guest = await connectAsync(other.mqttUrl, { protocolVersion: 4, reconnectPeriod: 0 });
  const ended = once(guest, 'close');
  await other.close();
  await ended;
  const again = await createBroker({ host: '127.0.0.1', mqttPort: Number(new URL(other.mqttUrl).port), mqttWsPort: 0, log });
  await again.close();
});

test('closing does not wait for who never said anything', async () => {
  const other = await onFreePorts();
  const silent = [other.mqttUrl, other.mqttWsUrl].map((url) => connectTcp(Number(new URL(url).port), '127.0.0.1'));
  await Promise.all(silent.map((socket) => once(socket, 'connect')));
  const ended = silent.map((socket) => once(socket.resume(), 'close'));
  await other.close();
  await Promise.all(ended);
});

test.each([
  ['another site', 'https://elsewhere.example', false],
  ['this host', 'http://127.0.0.1:8080', true],
])('a page of %s over WebSocket (%s): let in %s', async (_, origin, isLetIn) => {
  const page = new WebSocket(broker.mqttWsUrl, 'mqtt', { headers: { origin } });
  page.on('error', () => {});
  const connected = await Promise.race([once(page, 'open').then(() => true), once(page, 'unexpected-response').then(() => false)]);
  page.terminate();
  expect(connected).toBe(isLetIn);
});

test('what it prints for an IPv6 address is an address to connect to', async () => {
  const other = await createBroker({ host: '::1', mqttPort: 0, mqttWsPort: 0, log });
  for (const url of [other.mqttUrl, other.mqttWsUrl, `${other.mqttWsUrl}/mqtt`]) {
    expect(url).toContain('://[::1]:');
    const guest = await connectAsync({ ...brokerConnection(url), protocolVersion: 4, reconnectPeriod: 0 });
    await guest.endAsync();
  }
  await other.close();
});

test('user and password of an address arrive decoded', async () => {
  const sent = new Promise<string>((resolve) => {
    const server = createTcpServer((socket) =>
      socket.once('data', (data) => {
        resolve(data.toString('latin1'));
        socket.destroy();
        server.close();
      }),
    ).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      connectMqtt({ ...brokerConnection(`mqtt://g%40w:pa%3Ass%23%25@127.0.0.1:${port}`), protocolVersion: 4, reconnectPeriod: 0 });
    });
  });
  expect((await sent).slice(-14)).toBe('\u0000\u0003g@w\u0000\u0007pa:ss#%');
});
