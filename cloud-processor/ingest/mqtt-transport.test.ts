import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { pino } from 'pino';
import { createMqttPublisher } from '../publish/mqtt-publisher.js';
import { MqttTransport } from './mqtt-transport.js';

const CONNECT = 0x10;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A broker that answers the first connections with these return codes, and lets the next ones in. */
async function refusingBroker(returnCodes: number[]): Promise<{ url: string; aedes: Aedes; connectionCount(): number }> {
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const codes = [...returnCodes];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const code = codes.shift();
    if (code === undefined) aedes.handle(socket);
    else socket.once('data', ([type]) => type === CONNECT && socket.end(Buffer.from([0x20, 2, 0, code])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, aedes, connectionCount: () => sockets.size };
}

function processorOn(brokerUrl: string) {
  const reports: string[] = [];
  const publisher = createMqttPublisher({
    brokerUrl,
    processor: 'processor-demo',
    version: '1',
    epoch: () => 1,
    clientId: 'pulseboard-processor-demo-0badcafe',
    clockState: () => 'synced',
    log: pino({ level: 'silent' }),
    tell: (sentence) => reports.push(sentence),
    onConnect: () => {},
  });
  closers.push(() => publisher.close());
  let isSubscribed = () => {};
  const subscribed = new Promise<void>((resolve) => {
    isSubscribed = resolve;
  });
  const transport = new MqttTransport(publisher.client, () => isSubscribed());
  const heard: unknown[] = [];
  transport.addHandler('rooms/+', async (data) => heard.push(data), true);
  const listening = new Promise<void>((resolve, reject) => transport.listen((error: unknown) => (error ? reject(error) : resolve())));
  return { publisher, transport, subscribed, listening, heard, reports };
}

test('goes on trying when the broker refuses, and says once why and what to do', async () => {
  const broker = await refusingBroker([3, 3, 4, 5]);
  const { publisher, subscribed, listening, reports } = processorOn(broker.url);
  await Promise.all([subscribed, listening]);
  expect(publisher.connected).toBe(true);
  expect(reports).toEqual([
    expect.stringContaining('it accepts no clients at the moment; look at its log'),
    expect.stringContaining('the user name or the password is wrong; correct PULSEBOARD_BROKER_URL'),
    expect.stringContaining('it does not allow this user; correct PULSEBOARD_BROKER_URL'),
    expect.stringContaining('is there'),
  ]);
}, 30_000);

test('hears and publishes over one connection', async () => {
  const broker = await refusingBroker([]);
  const { publisher, subscribed, heard } = processorOn(broker.url);
  await subscribed;
  const status = new Promise((resolve) =>
    broker.aedes.subscribe(
      'pulseboard/v1/processors/+/status',
      (packet, done) => {
        resolve(JSON.parse(String(packet.payload)));
        done();
      },
      () => {},
    ),
  );
  publisher.alive(1_700_000_000_000);
  expect(await status).toMatchObject({ status: 'online', now: 1_700_000_000_000 });
  const packet = { cmd: 'publish', topic: 'rooms/main', payload: '{"x":1}', qos: 1, retain: false, dup: false } as const;
  await new Promise<void>((resolve) => broker.aedes.publish(packet, () => resolve()));
  while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(heard).toEqual([{ x: 1 }]);
  expect([broker.connectionCount(), broker.aedes.connectedClients]).toEqual([1, 1]);
});

test('a publisher that never connected can be closed', async () => {
  const broker = await refusingBroker([]);
  const { url } = broker;
  const publisher = createMqttPublisher({
    brokerUrl: url,
    processor: 'processor-demo',
    version: '1',
    epoch: () => 1,
    clientId: 'pulseboard-processor-demo-0badcafe',
    clockState: () => 'synced',
    log: pino({ level: 'silent' }),
    tell: () => {},
    onConnect: () => {},
  });
  await publisher.close();
  expect(broker.connectionCount()).toBe(0);
});
