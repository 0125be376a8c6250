import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createBroker } from '@pulseboard/broker';
import { ListenError } from '@pulseboard/contract';
import { pino } from 'pino';
import { portHolder, withPortHolder } from './port-holder.js';

const servers: Server[] = [];
afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));
async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const web = (answers: Record<string, string>) =>
  listening(createHttpServer((request, response) => response.end(answers[request.url ?? ''] ?? 'nothing here')));

test('a processor of Pulseboard, by its health', async () => {
  const port = await web({ '/api/v1/health': '{"status":"ok","version":"0.1.0","epoch":3}' });
  expect(await portHolder('127.0.0.1', port, false)).toBe('another Pulseboard (version 0.1.0)');
  // Also where a port of MQTT is wanted.
  expect(await portHolder('0.0.0.0', port, true)).toBe('another Pulseboard (version 0.1.0)');
});

test('metrics of Pulseboard', async () => {
  expect(await portHolder('127.0.0.1', await web({ '/metrics': 'pulseboard_readings_total 5\n' }), false)).toBe('another Pulseboard');
});

test('another web server', async () => {
  expect(await portHolder('127.0.0.1', await web({}), false)).toBe('another program (a web server)');
});

test('the broker: by the topics that it carries, and its WebSocket port by what it says', async () => {
  const broker = await createBroker({ host: '127.0.0.1', mqttPort: 0, mqttWsPort: 0, log: pino({ level: 'silent' }) });
  const [mqtt, ws] = [broker.mqttUrl, broker.mqttWsUrl].map((url) => Number(new URL(url).port));
  expect(await portHolder('127.0.0.1', mqtt!, true)).toBe('another MQTT broker');
  expect(await portHolder('127.0.0.1', ws!, false)).toBe('another Pulseboard');
  await broker.close();
});

test('what says nothing is another program, after a moment', async () => {
  const port = await listening(createServer((socket) => socket.on('error', () => {}).resume()));
  expect(await portHolder('127.0.0.1', port, true)).toBe('another program');
});

test('the sentence names who has the port, and the setting; other errors stay as they are', async () => {
  const port = await web({ '/api/v1/health': '{"status":"ok","version":"0.1.0","epoch":3}' });
  const error = new ListenError({ code: 'EADDRINUSE', message: '' }, '127.0.0.1', port, 'PULSEBOARD_HTTP_PORT');
  expect(((await withPortHolder(error)) as Error).message).toBe(
    `Port ${port} on 127.0.0.1 is in use by another Pulseboard (version 0.1.0); stop that one, or set PULSEBOARD_HTTP_PORT to a free port (0 picks one).`,
  );
  const other = new ListenError({ code: 'EACCES', message: '' }, '127.0.0.1', 80, 'PULSEBOARD_HTTP_PORT');
  expect(await withPortHolder(other)).toBe(other);
});
