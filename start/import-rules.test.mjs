import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const services = 'Services never import each other: what they share is in the contract.';
const byName = 'Import @pulseboard/contract by its name.';
const adapter = 'One adapter alone knows this library; the others know its port.';
const pure = 'A pure folder imports the contract and what is as pure as itself.';
const contract = 'The contract imports nothing of ours.';
const denied = (name) => `Do not use the global variable ${name}.`;

/** Each seed: where the file is, what is written in it, what Biome says of it (nothing: it is allowed). */
const seeds = [
  ['edge-gateway/spool/a.ts', "import { x } from '../../broker/x.js';", services],
  ['edge-gateway/a.ts', "import { x } from '../cloud-processor/index.js';", services],
  ['edge-gateway/a.ts', "import { x } from '@pulseboard/broker';", services],
  ['edge-gateway/a.ts', "import type { X } from '@pulseboard/cloud-processor/dist/x.js';", services],
  ['edge-gateway/a.ts', "const x = await import('../broker/x.js');", services],
  ['edge-gateway/a.ts', "export { x } from '@pulseboard/broker';", services],
  ['edge-gateway/a.ts', "export * from '../../leaderboard/src/x.js';", services],
  ['edge-gateway/spool/a.test.ts', "import { x } from '@pulseboard/broker';", services],
  ['broker/a.ts', "import { x } from '@pulseboard/edge-gateway';", services],
  ['cloud-processor/live/a.ts', "import { x } from '../../broker/x.js';", services],
  ['leaderboard/src/a.ts', "import { x } from '@pulseboard/cloud-processor';", services],
  ['grafana/dashboards/a.ts', "import { x } from '../../cloud-processor/parts.js';", services],
  ['grafana/dashboards/a.ts', "import { x } from '@pulseboard/cloud-processor/parts';", services],
  ['grafana/proof/a.ts', "import { x } from '@pulseboard/cloud-processor';", services],
  ['grafana/proof/a.ts', "import { x } from '@pulseboard/leaderboard';", services],
  ['edge-gateway/a.ts', "import { x } from '../contract/x.js';", byName],
  ['edge-gateway/a.ts', "import { batchName } from '@pulseboard/contract/batch-name';", byName],
  ['leaderboard/src/a.ts', "import { batchName } from '@pulseboard/contract/batch-name';", byName],
  ['cloud-processor/board/a.ts', "import { batchName } from '@pulseboard/contract/batch-name';", byName],
  ['edge-gateway/publish/a.ts', "import { x } from '@pulseboard/contract/dist/batch-name.js';", byName],
  ['edge-gateway/publish/a.ts', "import { x } from '../main.js';", 'main wires the parts together: nothing imports it.'],
  ['contract/a.ts', "import { x } from '../broker/x.js';", contract],
  ['contract/a.ts', "import { x } from '@pulseboard/edge-gateway';", contract],
  ['contract/a.ts', "import { x } from 'node:fs';", pure],
  ['edge-gateway/spool/a.ts', "import { connect } from 'mqtt';", adapter],
  ['edge-gateway/decode/a.ts', "const mqtt = await import('mqtt');", adapter],
  ['broker/a.ts', "import { connect } from 'mqtt';", adapter],
  ['cloud-processor/live/a.ts', "import { Aedes } from 'aedes';", adapter],
  ['cloud-processor/registry/a.ts', "import { x } from '@duckdb/node-api';", adapter],
  ['cloud-processor/storage/a.ts', "import { x } from 'drizzle-orm/pglite';", adapter],
  ['cloud-processor/api/a.ts', "import { x } from '@electric-sql/pglite';", adapter],
  ['cloud-processor/storage/a.ts', "import { Client } from 'pg';", adapter],
  ['cloud-processor/registry/a.ts', "import { Client } from 'pg';", adapter],
  ['cloud-processor/registry/a.ts', "import { drizzle } from 'drizzle-orm/node-postgres';", adapter],
  ['cloud-processor/registry/postgres/a.ts', "import { PGlite } from '@electric-sql/pglite';", adapter],
  ['cloud-processor/storage/a.ts', "import { InfluxDB } from '@influxdata/influxdb-client';", adapter],
  ['cloud-processor/storage/influx/a.ts', "import { x } from '@duckdb/node-api';", adapter],
  ['broker/a.ts', "import { Counter } from 'prom-client';", adapter],
  ['edge-gateway/publish/a.ts', "import { Gauge } from 'prom-client';", adapter],
  ['cloud-processor/ingest/a.ts', "import { Histogram } from 'prom-client';", adapter],
  ['cloud-processor/metrics/a.ts', "import { connect } from 'mqtt';", adapter],
  ['edge-gateway/radio/a.ts', "import ant from 'ant-plus/build/ant.js';", adapter],
  ['edge-gateway/radio/ant/a.ts', "import { createBluetooth } from 'node-ble';", adapter],
  ['edge-gateway/radio/ble/a.ts', "import { usb } from 'usb';", adapter],
  ['edge-gateway/decode/a.ts', "import { x } from '../spool/x.js';", pure],
  ['edge-gateway/decode/a.ts', "import { x } from '../unify/x.js';", pure],
  ['edge-gateway/unify/a.ts', "import { x } from 'node:fs';", pure],
  ['cloud-processor/aggregation/a.ts', "import { x } from '../storage/x.js';", pure],
  ['cloud-processor/board/a.ts', "import { x } from '@nestjs/common';", pure],
  ['edge-gateway/decode/a.ts', 'export const now = Date.now();', denied('Date')],
  ['edge-gateway/unify/a.ts', 'export const now = globalThis.Date.now();', denied('globalThis')],
  ['cloud-processor/aggregation/a.ts', 'export const zone = process.env.TZ;', denied('process')],
  ['cloud-processor/board/a.ts', 'setTimeout(() => {}, 1);', denied('setTimeout')],
  ['contract/a.ts', 'export const now = new Date();', denied('Date')],

  ['edge-gateway/publish/a.ts', "import { connect } from 'mqtt';"],
  ['edge-gateway/a.test.ts', "import { connect } from 'mqtt';"],
  ['edge-gateway/radio/ant/a.ts', "import { usb } from 'usb';"],
  ['edge-gateway/radio/ble/a.ts', "import { systemBus } from 'dbus-next';"],
  ['edge-gateway/a.ts', "import { topics } from '@pulseboard/contract';"],
  ['grafana/proof/a.ts', "import { x } from '@pulseboard/cloud-processor/parts';"],
  ['edge-gateway/unify/a.ts', "import { x } from '../decode/x.js';"],
  ['edge-gateway/unify/a.ts', "import type { RadioEvent } from '../radio/radio-source.js';"],
  ['edge-gateway/decode/a.test.ts', 'export const now = Date.now();'],
  ['edge-gateway/a.ts', 'export const now = Date.now();'],
  ['broker/a.ts', "import { Aedes } from 'aedes';"],
  ['cloud-processor/publish/a.ts', "import { connect } from 'mqtt';"],
  ['cloud-processor/storage/a.ts', "import { x } from '@duckdb/node-api';"],
  ['cloud-processor/storage/influx/a.ts', "import { InfluxDB } from '@influxdata/influxdb-client';"],
  ['cloud-processor/registry/a.ts', "import { x } from 'drizzle-orm/pglite';"],
  ['cloud-processor/registry/a.ts', "import { PgDatabase } from 'drizzle-orm/pg-core';"],
  ['cloud-processor/registry/postgres/a.ts', "import { Client } from 'pg'; import { drizzle } from 'drizzle-orm/node-postgres';"],
  ['cloud-processor/board/a.ts', "import { x } from '../aggregation/x.js';"],
  ['cloud-processor/metrics/a.ts', "import { Registry } from 'prom-client';"],
  ['edge-gateway/publish/a.ts', "import { batchName } from '@pulseboard/contract/batch-name';"],
  ['cloud-processor/ingest/a.ts', "import { batchName } from '@pulseboard/contract/batch-name';"],
  ['contract/batch-name.ts', "import { createHash } from 'node:crypto';"],
  ['contract/generate.ts', "import { x } from 'node:fs'; export const code = process.exitCode;"],
  ['test/a.test.ts', "import { x } from '@pulseboard/broker'; import { connect } from 'mqtt';"],
].map(([path, text, message], index) => ({ path, text, message, file: path.replace('a.', `seed-${index}.`) }));

/** Writes every seed below a copy of the configuration and lints them in one run. */
function lintSeeds() {
  const folder = mkdtempSync(join(tmpdir(), 'pulseboard-lint-'));
  const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  delete config.$schema;
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
  for (const { file, text } of seeds) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  }
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const rules = ['noRestrictedImports', 'noRestrictedGlobals'].map((rule) => `--only=style/${rule}`);
  const args = [biome, 'lint', '--reporter=github', '--max-diagnostics=1000', ...rules, folder];
  try {
    return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return error.stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('who may import whom', () => {
  const found = lintSeeds().split('\n');
  const saidOf = (file) => found.filter((line) => line.includes(`/${file},`)).map((line) => line.slice(line.lastIndexOf('::') + 2));

  test.each(seeds)('$path: $text', ({ file, message }) => {
    expect(saidOf(file)).toEqual(message ? [message] : []);
  });
});
