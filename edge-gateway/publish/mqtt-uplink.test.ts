import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type ReadingBatch, topics } from '@pulseboard/contract';
import { Aedes } from 'aedes';
import { pino } from 'pino';
import { createMqttUplink } from './mqtt-uplink.js';
import type { Uplink, UplinkEvents } from './uplink.js';

const params = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const status = { version: '1.2.3', boot: 'boot0001', since: 1_700_000_000_000 };
const batch: ReadingBatch = {
  v: 1,
  gateway: 'gateway-1',
  spool: 'spool0001',
  first: 1,
  oldest: 1,
  boot: 'boot0001',
  sentAt: 1_700_000_000_000,
  clock: 'synced',
  readings: [{ sensor: 'ant-hr-1', at: 1_700_000_000_000 }],
};

interface TestBroker {
  aedes: Aedes;
  port: number;
  /** Cuts every connection and forgets everything. */
  kill(): Promise<void>;
}

async function startBroker(port = 0): Promise<TestBroker> {
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    aedes.handle(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    aedes,
    port: (server.address() as AddressInfo).port,
    async kill() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Collects what is published on a topic. */
const published = (broker: TestBroker, topic: string) =>
  new Promise<{ payload: unknown; retain: boolean; qos: number }>((resolve) => {
    broker.aedes.subscribe(
      topic,
      (packet, done) => {
        resolve({ payload: JSON.parse(packet.payload.toString()), retain: packet.retain, qos: packet.qos });
        done();
      },
      () => {},
    );
  });

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function broker(port?: number) {
  const started = await startBroker(port);
  opened.push(() => started.kill());
  return started;
}

function uplink(port: number, events: Partial<UplinkEvents> = {}, tell: (sentence: string) => void = () => {}): Uplink {
  const created = createMqttUplink({
    tell,
    brokerUrl: `mqtt://127.0.0.1:${port}`,
    clientId: 'pulseboard-gateway-demo-gateway-1-0badcafe',
    params,
    status,
    log: pino({ level: 'silent' }),
    events: { onConnect() {}, onDisconnect() {}, onCommitted() {}, onProcessorNow() {}, onRequest() {}, ...events },
  });
  opened.push(() => created.close());
  return created;
}

const connection = (port: number, events: Partial<UplinkEvents> = {}) =>
  new Promise<Uplink>((resolve) => {
    const created: Uplink = uplink(port, { ...events, onConnect: () => resolve(created) });
  });

test('says online when it connects and offline when it closes, retained', async () => {
  const peer = await broker();
  const topic = topics.gatewayStatus.build(params);
  const online = published(peer, topic);
  const link = await connection(peer.port);
  expect(await online).toMatchObject({ payload: { status: 'online', ...status }, qos: 1 });
  const offline = new Promise((resolve) =>
    peer.aedes.subscribe(
      topic,
      (packet, done) => {
        const payload = JSON.parse(packet.payload.toString());
        if (payload.status === 'offline') resolve(payload);
        done();
      },
      () => {},
    ),
  );
  await link.close();
  expect(await offline).toEqual({ status: 'offline', ...status });
});

test('hands over what is committed and requested, and refuses rubbish', async () => {
  const peer = await broker();
  const heard: unknown[] = [];
  let ready: () => void = () => {};
  const both = new Promise<void>((resolve) => {
    ready = () => heard.length === 2 && resolve();
  });
  await connection(peer.port, {
    onCommitted: (committed) => {
      heard.push(committed);
      ready();
    },
    onRequest: (action, payload) => {
      heard.push([action, payload]);
      ready();
    },
  });
  const say = (topic: string, payload: string) =>
    new Promise<void>((resolve) =>
      peer.aedes.publish({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false }, () => resolve()),
    );
  const committed = { store: '5f0c3a9e21b7d846', epoch: 1, spools: [], rejected: [] };
  await say(topics.committed.build(params), 'rubbish');
  await say(topics.committed.build(params), '{"epoch":0}');
  await say(topics.committed.build(params), JSON.stringify(committed));
  await say(topics.gatewayRequest.build({ ...params, action: 'health' }), '{"transaction":"1"}');
  await both;
  expect(heard).toEqual([committed, ['health', { transaction: '1' }]]);
});

test('tells what a processor says that the time is, and that it hears, but not what one said once', async () => {
  const peer = await broker();
  const topic = topics.processorStatus.build({ processor: 'processor-demo' });
  const publish = (status: object, retain: boolean) => {
    const payload = Buffer.from(JSON.stringify({ version: '1', epoch: 1, ...status }));
    return new Promise<void>((resolve) =>
      peer.aedes.publish({ cmd: 'publish', topic, payload, qos: 1, retain, dup: false }, () => resolve()),
    );
  };
  const say = (now: number, retain: boolean, clock = 'synced') => publish({ status: 'online', now, clock }, retain);
  await say(1_700_000_000_001, true);
  const heard: number[] = [];
  let tell: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    tell = resolve;
  });
  let hears = 0;
  await new Promise<void>((resolve) => {
    const onProcessorNow = (now: number) => {
      heard.push(now);
      tell();
    };
    uplink(peer.port, { onConnect: resolve, onProcessorNow }).onProcessorHears(() => hears++);
  });
  await publish({ status: 'offline' }, false);
  await say(1_700_000_000_003, false, 'virtual');
  await say(1_700_000_000_002, false);
  await first;
  expect(heard).toEqual([1_700_000_000_002]);
  expect(hears).toBe(2);
});

test('batches under way when the broker dies are given up at once, and the link comes back by itself', async () => {
  const first = await startBroker();
  first.aedes.authorizePublish = (_client, packet, done) => {
    if (!packet.topic.endsWith('/readings')) done(null); // never answers a batch
  };
  let connects = 0;
  let disconnects = 0;
  let back: () => void = () => {};
  const again = new Promise<void>((resolve) => {
    back = resolve;
  });
  const link = await new Promise<Uplink>((resolve) => {
    const created: Uplink = uplink(first.port, {
      onConnect: () => {
        if (++connects === 1) resolve(created);
        else back();
      },
      onDisconnect: () => {
        disconnects++;
      },
    });
  });
  const lost = link.sendBatch(JSON.stringify(batch));
  const refused = expect(lost).rejects.toThrow();
  await first.kill();
  await refused;
  expect(disconnects).toBe(1);
  const second = await broker(first.port);
  await again;
  const arrived = published(second, topics.readings.build(params));
  await link.sendBatch(JSON.stringify(batch));
  expect((await arrived).payload).toEqual(batch);
});

test('goes on trying when the broker refuses, and says once why and what to do', async () => {
  const peer = await broker();
  const codes = [3, 4, 4, 5];
  const door = createServer((socket) => {
    const code = codes.shift();
    if (code === undefined) peer.aedes.handle(socket);
    else socket.once('data', () => socket.end(Buffer.from([0x20, 2, 0, code])));
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  opened.push(async () => door.close());
  const reports: string[] = [];
  await new Promise<void>((resolve) =>
    uplink((door.address() as AddressInfo).port, { onConnect: resolve }, (sentence) => reports.push(sentence)),
  );
  expect(reports).toEqual([
    expect.stringContaining('it accepts no clients at the moment'),
    expect.stringContaining('the user name or the password is wrong; correct PULSEBOARD_BROKER_URL'),
    expect.stringContaining('it does not allow this user; correct PULSEBOARD_BROKER_URL'),
    expect.stringContaining('is there'),
  ]);
}, 30_000);

test('the late will of a former connection does not stay the last word', async () => {
  const peer = await broker();
  const topic = topics.gatewayStatus.build(params);
  await connection(peer.port);
  const again = new Promise<void>((resolve) =>
    peer.aedes.subscribe(
      topic,
      (packet, done) => {
        if (JSON.parse(packet.payload.toString()).status === 'online') resolve();
        done();
      },
      () => {},
    ),
  );
  const payload = Buffer.from(JSON.stringify({ status: 'offline', ...status, boot: 'boot0000' }));
  await new Promise<void>((resolve) =>
    peer.aedes.publish({ cmd: 'publish', topic, payload, qos: 1, retain: true, dup: false }, () => resolve()),
  );
  await again;
});

test('two gateways with one client id: one takes another id and reports it, and both deliver', async () => {
  const peer = await broker();
  const reports: string[] = [];
  const senders = new Map<string, string>();
  const apart = new Promise<void>((resolve) =>
    peer.aedes.on('publish', ({ topic, payload }, from) => {
      if (from === null || topic !== topics.readings.build(params)) return;
      senders.set(payload.toString(), from.id);
      if (new Set(senders.values()).size === 2) resolve();
    }),
  );
  for (const first of [1, 2]) {
    const deliver = () => void link.sendBatch(JSON.stringify({ ...batch, first })).catch(() => {});
    const link: Uplink = uplink(peer.port, { onConnect: deliver }, (sentence) => reports.push(sentence));
  }
  await apart;
  expect(senders.size).toBe(2);
  expect(reports.filter((sentence) => sentence.includes('another machine may use the same id'))).not.toHaveLength(0);
}, 30_000);
