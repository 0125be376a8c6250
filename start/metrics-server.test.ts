import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type MetricsServer, serveMetrics } from './metrics-server.js';

const address = { host: '127.0.0.1', port: 0, setting: 'PULSEBOARD_BROKER_METRICS_PORT' };
let trouble: string | undefined;
let server: MetricsServer;
beforeAll(async () => {
  const metrics = { contentType: 'text/plain; version=0.0.4', text: async () => 'a_total 1\n' };
  server = await serveMetrics(address, { metrics, trouble: () => trouble });
});
afterEach(() => {
  trouble = undefined;
});
afterAll(() => server.close());

const ask = async (path: string, method = 'GET') => {
  const response = await fetch(new URL(path, server.url), { method });
  return [response.status, response.headers.get('content-type'), await response.text()];
};
const plain = 'text/plain; charset=utf-8';

test.each([
  ['/metrics', 'GET', [200, 'text/plain; version=0.0.4', 'a_total 1\n']],
  ['/metrics?name[]=x', 'GET', [200, 'text/plain; version=0.0.4', 'a_total 1\n']],
  ['/metrics', 'HEAD', [200, 'text/plain; version=0.0.4', '']],
  ['/metrics', 'POST', [405, plain, 'Only GET.\n']],
  ['/healthz', 'GET', [200, plain, 'ok\n']],
  ['/', 'GET', [404, plain, 'Here are /metrics and /healthz.\n']],
])('%s by %s', async (path, method, answer) => expect(await ask(path, method)).toEqual(answer));

test('who cannot do its work says why', async () => {
  trouble = 'There is no radio.';
  expect(await ask('/healthz')).toEqual([503, plain, 'There is no radio.\n']);
});

test('a port in use is one sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const metrics = { contentType: plain, text: async () => '' };
  await expect(serveMetrics({ ...address, port }, { metrics, trouble: () => undefined })).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: expect.stringMatching(`${port}.*PULSEBOARD_BROKER_METRICS_PORT`),
  });
  other.close();
});
