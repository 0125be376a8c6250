import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PgliteRegistry } from './pglite-registry.js';
import { registryContract } from './registry.contract.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pulseboard-registry-'));
});
afterAll(() => rm(folder, { recursive: true }));

// Reopening brings the tables up to date a second time: migrations that stand already are left alone.
registryContract(() => PgliteRegistry.open(join(folder, 'below', 'registry')));
