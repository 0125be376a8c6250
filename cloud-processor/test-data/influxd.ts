import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { STAND_INS, type StandInVersion, TEST_TOKEN } from './influx-stand-in.js';

const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** What runs where a test wants an InfluxDB. */
export interface Influxd {
  path: string;
  /** Gives its answers instead; absent: it answers for itself. */
  standIn?: StandInVersion;
  /** 1 or 2: how it is started and logged in to. */
  major: number;
}

/** @param wanted path of an `influxd`, of any version, or one of the stand-ins; absent: Debian's */
function findInfluxd(wanted: string | undefined): Influxd | undefined {
  const standIn = STAND_INS.find((version) => version === wanted);
  const found = FOLDERS.map((folder) => join(folder, 'influxd')).find(existsSync);
  const path = standIn ? found : (wanted ?? found);
  if (path === undefined) return undefined;
  return standIn ? { path, standIn, major: Number(standIn[0]) } : { path, major: majorOf(path) };
}

/** `InfluxDB v1.6.7 (git: …)`, `InfluxDB v2.7.12 (git: …)`. */
function majorOf(path: string): number {
  const [, major] = /v(\d+)\./.exec(execFileSync(path, ['version'], { encoding: 'utf8' })) ?? [];
  return Number(major ?? 1);
}

/** On this machine; undefined: there is none. `TEST_INFLUXD` chooses another one by its path, or a stand-in by its version. */
export const influxd: Influxd | undefined = findInfluxd(process.env.TEST_INFLUXD);

/** @returns its arguments */
export const influxdArgs = ({ path, major, standIn }: Influxd): string[] =>
  path && (major === 1 || standIn) ? ['run', '-config', '/dev/null'] : ['run'];

/** Settings for a server that has all in one folder, of version 1 (`INFLUXDB_…`) and of version 2 (`INFLUXD_…`). @param port 0: a free one */
export const influxdEnvironment = (folder: string, port = 0): Record<string, string> => ({
  INFLUXDB_REPORTING_DISABLED: 'true',
  INFLUXDB_BIND_ADDRESS: '127.0.0.1:0',
  INFLUXDB_META_DIR: join(folder, 'meta'),
  INFLUXDB_DATA_DIR: join(folder, 'data'),
  INFLUXDB_DATA_WAL_DIR: join(folder, 'wal'),
  INFLUXDB_DATA_QUERY_LOG_ENABLED: 'false',
  INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
  INFLUXDB_HTTP_LOG_ENABLED: 'false',
  INFLUXDB_MONITOR_STORE_ENABLED: 'false',
  INFLUXD_REPORTING_DISABLED: 'true',
  INFLUXD_BOLT_PATH: join(folder, 'influxd.bolt'),
  INFLUXD_SQLITE_PATH: join(folder, 'influxd.sqlite'),
  INFLUXD_ENGINE_PATH: join(folder, 'engine'),
  INFLUXD_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
});

/** @param line of its log @returns the port that it says there that it listens on */
export function influxdPort(line: string): number | undefined {
  const [, one] = /Listening on HTTP.* addr=127\.0\.0\.1:(\d+)/.exec(line) ?? [];
  // 2: `… info Listening {"log_id": …, "transport": "http", "addr": "127.0.0.1:0", "port": 40123}`
  const [, two] = /Listening.*"transport": ?"http".*"port": ?(\d+)/.exec(line) ?? [];
  return Number(one ?? two) || undefined;
}

/** Of a new server of version 2: makes its first user, with the token of the tests. */
export async function setUp(url: string): Promise<void> {
  const body = JSON.stringify({ username: 'tests', password: 'only-in-tests', org: 'pulseboard', bucket: 'first', token: TEST_TOKEN });
  const response = await fetch(`${url}/api/v2/setup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  // 422: it was set up by an earlier start.
  if (response.status !== 201 && response.status !== 422) throw new Error(`InfluxDB cannot be set up: ${response.status}`);
}

/** Makes a bucket of version 2. @param retentionS undefined: it keeps everything */
export async function makeBucket(url: string, name: string, retentionS?: number): Promise<void> {
  const headers = { authorization: `Token ${TEST_TOKEN}`, 'content-type': 'application/json' };
  const { orgs } = (await (await fetch(`${url}/api/v2/orgs`, { headers })).json()) as { orgs: { id: string }[] };
  const retentionRules = retentionS ? [{ type: 'expire', everySeconds: retentionS }] : [];
  const body = JSON.stringify({ name, orgID: orgs[0]!.id, retentionRules });
  const { status } = await fetch(`${url}/api/v2/buckets`, { method: 'POST', headers, body });
  // 422: it is there.
  if (status !== 201 && status !== 422) throw new Error(`The bucket ${name} cannot be made: ${status}`);
}
