import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describeOnPostgres, PostgresServer } from '../test-data/postgres-server.js';
import { openPglite } from './pglite-database.js';
import { openPostgres } from './postgres/open-postgres.js';
import { registryContract } from './registry.contract.js';
import { SqlRegistry } from './sql-registry.js';

// Reopening brings the tables up to date a second time: migrations that stand already are left alone.
describe('embedded', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pulseboard-registry-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  registryContract(async () => SqlRegistry.open(await openPglite(join(folder, 'below', 'registry'))));
});

describeOnPostgres('on a PostgreSQL server', () => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await PostgresServer.start();
    url = await server.create('pulseboard');
  });
  afterAll(() => server.close());

  registryContract(async () => SqlRegistry.open(await openPostgres({ url, log: pino({ level: 'silent' }) })));
});
