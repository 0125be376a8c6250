import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createParser } from '@pulseboard/contract';
import type { Static } from 'typebox';
import { apiApp } from '../test-data/api-app.js';
import { HEALTH, HealthController } from './health.controller.js';
import { METRICS, MetricsController } from './metrics.controller.js';
import { HealthAnswer } from './schemas.js';

const well: Static<typeof HealthAnswer> = {
  status: 'ok',
  problems: [],
  version: '0.1.0',
  epoch: 3,
  now: 1_769_882_400_500,
  uptimeS: 60,
  broker: 'connected',
  subscribed: true,
  store: 'ok',
  registry: 'ok',
  reception: 'quiet',
  gateways: { online: 1, offline: 0, neverHeard: 0 },
  derivedUntil: 1_769_882_399_000,
  readings: { received: 0, stored: 0, deadLettered: 0, duplicate: 0, turnedAway: 0, waiting: 0 },
  refusedBatches: 0,
  failedFlushes: 0,
  clockFaults: 0,
  memoryMb: 99,
};
const offline = { code: 'gateway-offline', sentence: 'Gateway "a" is offline.', stopsData: false };
const away = { code: 'registry-away', sentence: 'The registry does not answer.', stopsData: true };
const deaf = { code: 'not-subscribed', sentence: 'Nothing is heard.', stopsData: true };

let health = well;
let app: NestFastifyApplication;
beforeAll(async () => {
  app = await apiApp(
    [HealthController, MetricsController],
    [
      { provide: HEALTH, useValue: () => health },
      { provide: METRICS, useValue: { contentType: 'text/plain; version=0.0.4', text: async () => 'pulseboard_up 1\n' } },
    ],
  );
});
afterAll(() => app.close());

test('GET /api/v1/health answers as its schema says', async () => {
  health = { ...well, status: 'degraded', problems: [away], registry: 'away', registryFault: 'ECONNREFUSED', lastBatchAt: 5 };
  const { statusCode, body } = await app.inject('/api/v1/health');
  expect(statusCode).toBe(200);
  expect(createParser(HealthAnswer, 'health').parse(JSON.parse(body))).toEqual(health);
});

test.each([
  ['nothing is wrong', [], 200, 'ok\n'],
  ['a gateway is switched off', [offline], 200, 'ok: Gateway "a" is offline.\n'],
  ['the registry is away', [away], 503, 'degraded: The registry does not answer.\n'],
  ['several things are wrong', [offline, away, deaf], 503, 'degraded: The registry does not answer. Nothing is heard.\n'],
])('GET /healthz when %s', async (_, problems, status, text) => {
  health = { ...well, status: problems.length > 0 ? 'degraded' : 'ok', problems };
  const { statusCode, body, headers } = await app.inject('/healthz');
  expect([statusCode, body]).toEqual([status, text]);
  expect(headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
});

test('GET /metrics is for Prometheus', async () => {
  const { statusCode, body, headers } = await app.inject('/metrics');
  expect([statusCode, body, headers['content-type']]).toEqual([200, 'pulseboard_up 1\n', 'text/plain; version=0.0.4']);
});
