import { once as onceOf } from 'node:events';
import { connectAsync, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { type Broker, createBroker } from './broker.js';
import { MAX_WILL_BYTES } from './connect-faults.js';
import { MAX_FIRST_PACKET_BYTES, MAX_PACKET_BYTES } from './packet-limits.js';
import {
  CONNACK_ACCEPTED,
  type Connect,
  connectPacket,
  exchange,
  head,
  openSocket,
  packet,
  publishPacket,
  subscribePacket,
  unsubscribePacket,
} from './test-support/packets.js';

const log = pino({ level: 'silent' });
const once = (emitter: unknown, event: string) => onceOf(emitter as NodeJS.EventEmitter, event);
const NUL = '\u0000';
const deep = (levels: number) => Array.from({ length: levels }, () => 'a').join('/');

let broker: Broker;
/** A well-behaved client that hears everything. */
let watcher: MqttClient;
let closes = 0;
const heard: string[] = [];
beforeAll(async () => {
  broker = await createBroker({ host: '127.0.0.1', mqttPort: 0, mqttWsPort: 0, log });
  watcher = await connectAsync(broker.mqttUrl, { protocolVersion: 4, reconnectPeriod: 50 });
  watcher.on('close', () => closes++);
  watcher.on('message', (topic) => heard.push(topic));
  await watcher.subscribeAsync('#', { qos: 1 });
});
afterAll(async () => {
  await watcher.endAsync(true);
  await broker.close();
});

/** Nothing of what came before was forwarded or kept, and the watcher was never disconnected. */
async function expectUnharmed(): Promise<void> {
  const late = await connectAsync(broker.mqttUrl, { protocolVersion: 4, reconnectPeriod: 0 });
  const retained: string[] = [];
  late.on('message', (topic) => retained.push(topic));
  await late.subscribeAsync('#', { qos: 1 });
  const arrived = once(watcher, 'message');
  await late.publishAsync('is/all/well', 'yes', { qos: 1 });
  await arrived;
  await late.endAsync();
  expect([closes, heard.splice(0), retained.filter((topic) => topic !== 'is/all/well')]).toEqual([0, ['is/all/well'], []]);
}

const wrongConnects: [string, Connect][] = [
  ['a will with QoS 3', { will: { topic: 'pulseboard/v1/x/y/gateways/z/health', qos: 3, retain: true } }],
  ['a will with QoS 3 that is not retained', { id: 'named', will: { topic: 'w', qos: 3 } }],
  ['a will without a topic', { will: { topic: '', retain: true } }],
  ['a will for a wildcard +', { will: { topic: 'a/+/b', retain: true } }],
  ['a will for a wildcard #', { will: { topic: 'a/#', retain: true } }],
  ['a will for U+0000', { will: { topic: `a${NUL}b`, retain: true } }],
  ['a will for a control character', { will: { topic: 'a\u0007b', retain: true, qos: 1 } }],
  ['a will for ill-formed UTF-8', { will: { topic: Buffer.from([0x61, 0xff]), retain: true } }],
  ['a will for a noncharacter', { will: { topic: 'a\uffff', retain: true } }],
  ['a will of 101 levels', { will: { topic: deep(101), retain: true } }],
  ['a will of the broker', { will: { topic: '$SYS/x/y', retain: true } }],
  ['a will that is too large', { will: { topic: 'w', payload: 'x'.repeat(MAX_WILL_BYTES + 1), qos: 1, retain: true } }],
  ['a password without a user name', { password: 'secret' }],
  ['a client id with U+0000', { id: `a${NUL}` }],
  ['a client id with a control character', { id: 'a\u0085' }],
  ['a client id of ill-formed UTF-8', { id: Buffer.from([0xc3]) }],
  ['a user name with U+0000', { user: `a${NUL}`, password: 'x' }],
];
test.each(wrongConnects)('%s: the connection is closed, and nobody else notices', async (_, connect) => {
  const { received, isClosed } = await exchange(broker.mqttUrl, connectPacket(connect));
  expect([received, isClosed]).toEqual(['', true]);
  await expectUnharmed();
});

test('the same holds over WebSocket', async () => {
  const page = new WebSocket(broker.mqttWsUrl, 'mqtt');
  page.on('error', () => {});
  const answers: unknown[] = [];
  page.on('message', (data) => answers.push(data));
  await once(page, 'open');
  const closed = once(page, 'close');
  page.send(connectPacket({ will: { topic: 'w', qos: 3, retain: true } }));
  await closed;
  expect(answers).toEqual([]);
  await expectUnharmed();
});

const rightConnects: [string, Connect][] = [
  ['a will of each QoS 0', { will: { topic: 'w/0', qos: 0 } }],
  ['a will of each QoS 1', { will: { topic: 'w/1', qos: 1, payload: 'x'.repeat(MAX_WILL_BYTES) } }],
  ['a will of each QoS 2', { will: { topic: 'w/2', qos: 2 } }],
  ['a user without a password', { user: 'ada' }],
  ['a user with a password', { user: 'Łukasz', password: 'secret' }],
  ['no client id and a clean session', { id: '' }],
  ['a kept session with a client id', { id: 'gateway-1', clean: false }],
];
test.each(rightConnects)('%s is let in', async (_, connect) => {
  const sent = Buffer.concat([connectPacket(connect), packet(14, 0)]);
  expect((await exchange(broker.mqttUrl, sent)).received).toBe(CONNACK_ACCEPTED);
});

test('no client id and a session that is kept: CONNACK 2', async () => {
  expect(await exchange(broker.mqttUrl, connectPacket({ id: '', clean: false }))).toEqual({ received: '20020002', isClosed: true });
});

const wrongPackets: [string, Buffer][] = [
  ['publishes on U+0000', publishPacket(`a${NUL}b`, 'x', 1, true)],
  ['publishes on a control character', publishPacket('a\u001fb', 'x', 0, true)],
  ['publishes on U+FFFF', publishPacket('a\uffffb', 'x', 1, true)],
  ['publishes on ill-formed UTF-8', publishPacket(Buffer.from([0x61, 0xc0, 0x80]), 'x', 1, true)],
  ['publishes on a topic of the broker', publishPacket('$SYS/broker/x', 'x', 1, true)],
  ['publishes with packet id 0', publishPacket('a', 'x', 1, true, 0)],
  ['subscribes to U+0000', subscribePacket(`a${NUL}`)],
  ['subscribes to a control character', subscribePacket('a/\u0001')],
  ['subscribes to a#', subscribePacket('a#')],
  ['subscribes to a+', subscribePacket('a+')],
  ['subscribes to +a', subscribePacket('+a')],
  ['subscribes to a/+b', subscribePacket('a/+b')],
  ['subscribes with packet id 0', subscribePacket('a', 1, 0)],
  ['unsubscribes from nothing', unsubscribePacket([])],
  ['pings with a body', packet(12, 0, Buffer.from('x'))],
];
test.each(wrongPackets)('a client that %s is disconnected, and nobody else notices', async (_, wrong) => {
  const { received, isClosed } = await exchange(broker.mqttUrl, Buffer.concat([connectPacket(), wrong]));
  expect(isClosed).toBe(true);
  expect(['', CONNACK_ACCEPTED]).toContain(received); // the parser sees both packets before CONNACK is sent
  await expectUnharmed();
});

const limits: [string, Buffer, number][] = [
  ['CONNECT', Buffer.alloc(0), MAX_FIRST_PACKET_BYTES],
  ['packet after it', connectPacket(), MAX_PACKET_BYTES],
];
test.each(limits)('a %s that announces too many bytes is not waited for', async (_, before, max) => {
  const type = before.length ? 3 : 1;
  const isLetIn = (received: Buffer) => received.toString('hex') === CONNACK_ACCEPTED;
  const announce = async (length: number) => {
    const socket = await openSocket(broker.mqttUrl);
    const closed = once(socket, 'close');
    if (before.length) {
      socket.write(before);
      const [connack] = await once(socket, 'data');
      expect(isLetIn(connack)).toBe(true);
    } else socket.resume();
    socket.write(head(type, 0, length));
    return { socket, closed };
  };
  await (await announce(max + 1)).closed;
  await (await announce(268_435_455)).closed;
  const { socket } = await announce(max);
  await expectUnharmed();
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});

test('a packet of the largest size arrives, over TCP and over WebSocket', async () => {
  const payload = 'x'.repeat(MAX_PACKET_BYTES - 20);
  for (const url of [broker.mqttUrl, broker.mqttWsUrl]) {
    const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
    const arrived = once(watcher, 'message');
    await client.publishAsync('large', payload, { qos: 1 });
    expect((await arrived)[1]).toHaveLength(payload.length);
    await client.endAsync();
  }
  heard.length = 0;
});
