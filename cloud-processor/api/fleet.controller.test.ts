import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createParser, type GatewayHealth } from '@pulseboard/contract';
import { pino } from 'pino';
import { GatewayFleet } from '../ingest/gateway-fleet.js';
import { StrapLinks } from '../ingest/strap-links.js';
import { People } from '../registry/people.js';
import { openPglite } from '../registry/pglite-database.js';
import { SqlRegistry } from '../registry/sql-registry.js';
import { apiApp } from '../test-data/api-app.js';
import { T0 } from '../test-data/readings.js';
import { FleetController } from './fleet.controller.js';
import { FleetAnswer } from './fleet-schemas.js';
import { CLOCK } from './tokens.js';

let folder: string;
let registry: SqlRegistry;
let app: NestFastifyApplication;
let ms = 0;
const clock = () => T0 + ms;
const fleet = new GatewayFleet({ clock, monotonic: () => ms });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-fleet-'));
  registry = await SqlRegistry.open(await openPglite(join(folder, 'registry')));
  const people = new People(registry);
  await people.prepare('demo', 'main');
  const log = pino({ level: 'silent' });
  const links = await StrapLinks.open({ registry, useRoster: () => {}, clock, readingsMs: 1, log });
  app = await apiApp(
    [FleetController],
    [
      { provide: GatewayFleet, useValue: fleet },
      { provide: StrapLinks, useValue: links },
      { provide: People, useValue: people },
      { provide: CLOCK, useValue: clock },
    ],
  );
});
afterAll(async () => {
  await app.close();
  await registry.close();
  await rm(folder, { recursive: true });
});

const ask = async (path = '/api/v1/gyms/demo/fleet') => {
  const { statusCode, body, headers } = await app.inject(path);
  return { statusCode, headers, answer: JSON.parse(body) };
};
const from = (gateway: string) => ({ gym: 'demo', room: 'main', gateway });
const health = (fields: Partial<GatewayHealth> = {}): GatewayHealth => ({
  at: clock(),
  version: '0.1.0',
  boot: 'boot',
  uptimeS: 1,
  clock: 'synced',
  wallClockAheadMs: 0,
  spools: [],
  spoolBytes: 0,
  refusedCommits: 0,
  radios: [],
  straps: [],
  cpuPercent: 1,
  memoryMb: 50,
  ...fields,
});

test('a gym without gateways has none', async () => {
  const { statusCode, answer } = await ask();
  expect([statusCode, answer]).toEqual([200, { gym: 'demo', gateways: [], links: [] }]);
});

test('online, offline since, never heard, and two machines with one id', async () => {
  fleet.know([from('gateway-4')]);
  fleet.remember([{ ...from('gateway-3'), firstSeenAt: T0 - 9000, lastSeenAt: T0 - 5000 }]);
  for (ms = 0; ms <= 5000; ms += 1000) {
    fleet.hearHealth(from('gateway-1'), health(), false);
    fleet.hearHealth(from('gateway-2'), health({ boot: `boot-${(ms / 1000) % 2}` }), false);
  }
  const { statusCode, answer } = await ask();
  expect(statusCode).toBe(200);
  expect(createParser(FleetAnswer, 'fleet').parse(answer)).toMatchObject({
    gateways: [
      { gateway: 'gateway-1', state: 'online', firstSeenAt: T0, lastSeenAt: T0 + 5000, at: T0 + 5000, version: '0.1.0', clock: 'synced' },
      { gateway: 'gateway-2', state: 'online', clone: { rooms: ['main'], speakers: ['boot-0', 'boot-1'] } },
      { gateway: 'gateway-3', state: 'offline', offlineSince: T0 - 5000, reason: expect.any(String), radios: [], straps: [] },
      { gateway: 'gateway-4', state: 'never-heard', reason: expect.any(String) },
    ],
  });
  expect(answer.gateways[0]).not.toHaveProperty('clone');
  expect(answer.gateways[3]).not.toHaveProperty('lastSeenAt');
});

test.each([
  ['/api/v1/gyms/nowhere/fleet', 404, /There is no gym "nowhere"/],
  ['/api/v1/gyms/No%20Gym/fleet', 400, /gym/],
])('%s is answered with %d', async (path, status, detail) => {
  const { statusCode, answer } = await ask(path);
  expect(statusCode).toBe(status);
  expect(answer.detail).toMatch(detail);
});
