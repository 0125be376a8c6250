import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { eventually } from '../harness/eventually.js';
import { Pacing } from './pacing.js';
import { TcpProxy } from './tcp-proxy.js';

describe('pacing', () => {
  type Sent = [bytes: number, now: number];
  test.each<[string, Parameters<Pacing['arrivalOf']>[2], Sent[], number[]]>([
    [
      'an open way',
      {},
      [
        [1000, 0],
        [1000, 5],
      ],
      [0, 5],
    ],
    [
      'a delay moves everything',
      { delayMs: 80 },
      [
        [1, 0],
        [1, 10],
      ],
      [80, 90],
    ],
    [
      'a rate puts things behind each other',
      { bytesPerSecond: 1000 },
      [
        [500, 0],
        [500, 0],
        [100, 5000],
      ],
      [500, 1000, 5100],
    ],
    ['both', { bytesPerSecond: 1000, delayMs: 50 }, [[100, 10]], [160]],
  ])('%s', (_, slowness, sent, arrivals) => {
    const pacing = new Pacing();
    expect(sent.map(([bytes, now]) => pacing.arrivalOf(bytes, now, slowness))).toEqual(arrivals);
  });

  test('never overtakes while the weather stays', () => {
    const slowness = fc.record({ delayMs: fc.nat(1000), bytesPerSecond: fc.integer({ min: 1, max: 1e6 }) });
    fc.assert(
      fc.property(slowness, fc.array(fc.tuple(fc.nat(9999), fc.nat(999))), (weather, sent) => {
        const pacing = new Pacing();
        let now = 0;
        let last = 0;
        for (const [bytes, wait] of sent) {
          now += wait;
          const at = pacing.arrivalOf(bytes, now, weather);
          expect(at).toBeGreaterThanOrEqual(Math.max(last, now + weather.delayMs));
          last = at;
        }
      }),
    );
  });
});

/** `once` would reject with the reset. */
const closing = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

describe('the proxy', () => {
  let proxy: TcpProxy;
  let server: Server;
  let served: Socket[];

  beforeEach(async () => {
    served = [];
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      served.push(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await TcpProxy.open();
    proxy.serverPort = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    await proxy.close();
    for (const socket of served) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  async function pair(): Promise<[client: Socket, server: Socket]> {
    const before = served.length;
    const client = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    client.on('error', () => {});
    return [client, await eventually('the connection', () => served[before])];
  }

  const long = Array.from({ length: 300_000 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
  test.each([
    ['an open way', {}],
    ['a delay', { delayMs: 30 }],
    ['a rate', { bytesPerSecond: 3_000_000 }],
    ['both', { delayMs: 10, bytesPerSecond: 5_000_000 }],
  ])('over %s all bytes arrive, in order, both ways', async (_, slowness) => {
    proxy.weather = { reach: 'open', ...slowness };
    const [client, far] = await pair();
    const [there, back] = [text(far), text(client)];
    client.end(long);
    far.end(`${long}.`);
    expect((await there) === long).toBe(true);
    expect((await back) === `${long}.`).toBe(true);
    await eventually('the connection forgotten', () => proxy.connections === 0);
  });

  test('what a slow way has not handed on yet arrives when the way becomes fast, in order', async () => {
    proxy.weather = { reach: 'open', bytesPerSecond: 1 };
    const [client, far] = await pair();
    const there = text(far);
    client.end(long);
    await eventually('some of it on the way', () => client.bytesWritten > 0);
    proxy.weather = { reach: 'open' };
    expect((await there) === long).toBe(true);
  });

  test('what is held arrives when the way opens again', async () => {
    const [client, far] = await pair();
    proxy.weather = { reach: 'held' };
    let arrived = '';
    far.on('data', (bytes) => {
      arrived += bytes;
    });
    client.write('held');
    const late = connect({ port: proxy.port, host: '127.0.0.1' });
    await once(late, 'connect');
    late.write('late');
    expect([arrived, served.length]).toEqual(['', 1]);
    proxy.weather = { reach: 'open' };
    await eventually('the held bytes', () => arrived === 'held');
    expect(String((await once(await eventually('the late one', () => served[1]), 'data'))[0])).toBe('late');
    late.destroy();
  });

  test('a reset ends both sides, and while it refuses nobody comes through', async () => {
    const [client, far] = await pair();
    proxy.weather = { reach: 'refused' };
    const closed = [client, far].map(closing);
    proxy.resetAll();
    await Promise.all(closed);
    const refused = connect(proxy.port, '127.0.0.1');
    refused.on('error', () => {});
    await closing(refused);
    expect(served).toHaveLength(1);
    proxy.weather = { reach: 'open' };
    await pair();
    expect(served).toHaveLength(2);
  });

  test.each(['client', 'server'] as const)('a half-close towards the %s leaves the way back open', async (side) => {
    const [client, far] = await pair();
    const [deaf, speaker] = side === 'client' ? [client, far] : [far, client];
    deaf.resume();
    const ended = once(deaf, 'end');
    proxy.halfCloseAll(side);
    await ended;
    const heard = once(speaker, 'data');
    deaf.write('still here');
    expect(String((await heard)[0])).toBe('still here');
  });

  test('a server that is not there ends the connection', async () => {
    await new Promise((resolve) => server.close(resolve));
    const client = connect(proxy.port, '127.0.0.1');
    client.on('error', () => {});
    await closing(client);
    expect(proxy.connections).toBe(0);
  });
});
