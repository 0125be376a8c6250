import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { composeFolder, dockerCompose } from './harness/compose-file.js';
import { cleanEnvironment, removeTempFolders, root, tempFolder, testWhere, toolPath } from './harness/environment.js';

const compose = toolPath('TEST_DOCKER_COMPOSE');
const testScript = testWhere(compose, 'backups of volumes: docker-compose is missing');

const FILES: Record<string, string> = {
  'postgres-data/base/1': 'people',
  'influxdb-data/influxd.bolt': 'buckets',
  'influxdb-data/engine/with a blank/1.tsm': 'seconds '.repeat(10_000),
  'influxdb-config/influx-configs': 'login',
  'grafana-data/grafana.db': 'users',
};

let folder: string;
let volumes: string;
let volumeNames: string;
beforeAll(async () => {
  if (compose) volumeNames = (await dockerCompose(compose, await composeFolder(), ['--profile', 'demo', 'config', '--volumes'])).stdout;
});
beforeEach(async () => {
  folder = await composeFolder();
  volumes = tempFolder();
  for (const [path, text] of Object.entries(FILES)) write(join(volumes, `pulseboard_${path}`), text);
  mkdirSync(join(volumes, 'pulseboard_postgres-data', 'pg_notify'));
});
afterEach(removeTempFolders);

function write(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text, { mode: 0o640 });
}
const contents = () =>
  Object.fromEntries(Object.keys(FILES).map((path) => [path, readFileSync(join(volumes, `pulseboard_${path}`), 'utf8')]));

/** Runs compose/volumes.sh, or another script, with the stand-ins in the place of Docker. @returns what it said, and what it asked Docker for */
async function script(
  args: readonly string[],
  { file = 'compose/volumes.sh', ...env }: Record<string, string> = {},
): Promise<{ code: number; said: string; asked: string[] }> {
  const bin = tempFolder();
  for (const name of ['docker', 'docker-compose']) symlinkSync(join(root, 'test', 'stand-ins', name), join(bin, name));
  const log = join(tempFolder(), 'log');
  writeFileSync(log, '');
  const environment = {
    ...cleanEnvironment(),
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    VOLUME_NAMES: volumeNames,
    VOLUMES: volumes,
    LOG: log,
    RUNNING: 'broker\nprocessor',
    ...env,
  };
  const done = promisify(execFile)('sh', [file, ...args], { cwd: folder, env: environment });
  const { code, stdout, stderr } = await done.then(
    (out) => ({ code: 0, ...out }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  return { code, said: `${stdout}${stderr}`, asked: readFileSync(log, 'utf8').split('\n').filter(Boolean) };
}

/** @returns the folder of the backup */
async function backUp(): Promise<string> {
  expect((await script(['backup', 'with a blank'])).code).toBe(0);
  const [name] = readdirSync(join(folder, 'with a blank'));
  return join('with a blank', name!);
}

testScript('a backup holds every volume and .env, and is made while nothing runs', async () => {
  const { code, asked } = await script(['backup']);
  expect(code).toBe(0);
  const [image] = [...new Set(asked.filter((line) => line.startsWith('run in')))];
  expect(image).toMatch(/^run in node:\d+\.\d+\.\d+-bookworm-slim$/);
  expect(asked).toEqual(['stop', ...new Array(4).fill(image), 'start broker processor']);
  const [name] = readdirSync(join(folder, 'backups'));
  const backup = join(folder, 'backups', name!);
  expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/);
  // The demo never ran: it has no volume.
  expect(readdirSync(backup).sort()).toEqual([
    'SHA256SUMS',
    'env',
    'grafana-data.tar.gz',
    'influxdb-config.tar.gz',
    'influxdb-data.tar.gz',
    'postgres-data.tar.gz',
  ]);
  expect(readFileSync(join(backup, 'env'), 'utf8')).toBe(readFileSync(join(folder, '.env'), 'utf8'));
  expect(statSync(backup).mode & 0o777).toBe(0o700);
});

testScript('wrecked, restored: every volume is as it was, and what came since is gone', async () => {
  const backup = await backUp();
  writeFileSync(join(volumes, 'pulseboard_grafana-data', 'grafana.db'), 'a wreck');
  writeFileSync(join(volumes, 'pulseboard_grafana-data', 'later'), 'later');
  rmSync(join(volumes, 'pulseboard_influxdb-data'), { recursive: true });
  const { code, asked } = await script(['restore', backup]);
  expect(code).toBe(0);
  expect(asked.filter((line) => !line.startsWith('run in'))).toEqual(['stop', 'up --no-start', 'start broker processor']);
  expect(contents()).toEqual(FILES);
  expect(existsSync(join(volumes, 'pulseboard_grafana-data', 'later'))).toBe(false);
  expect(existsSync(join(volumes, 'pulseboard_postgres-data', 'pg_notify'))).toBe(true);
  expect(statSync(join(volumes, 'pulseboard_influxdb-data', 'influxd.bolt')).mode & 0o777).toBe(0o640);
});

testScript('an upgrade builds while the old ones run, backs up, and starts everything anew', async () => {
  const { code, asked } = await script(['elsewhere'], { file: 'compose/upgrade.sh' });
  expect(code).toBe(0);
  expect(asked.filter((line) => !line.startsWith('run in'))).toEqual([
    'build --pull',
    'pull postgres influxdb grafana',
    'stop',
    'start broker processor',
    'up -d --remove-orphans',
  ]);
  expect(readdirSync(join(folder, 'elsewhere'))).toHaveLength(1);
});

testScript('an upgrade without its backup does not begin', async () => {
  const { code, asked } = await script([], { file: 'compose/upgrade.sh', FAIL_AT: 'pulseboard_influxdb-data' });
  expect(code).not.toBe(0);
  expect(asked.at(-1)).toBe('start broker processor');
});

testScript('nothing runs, nothing is stopped or started', async () => {
  const { code, asked } = await script(['backup'], { RUNNING: '' });
  expect({ code, rest: asked.filter((line) => !line.startsWith('run in')) }).toEqual({ code: 0, rest: [] });
});

testScript('a backup that breaks off is none; what ran runs again', async () => {
  const { code, asked } = await script(['backup'], { FAIL_AT: 'pulseboard_influxdb-data' });
  expect(code).not.toBe(0);
  expect(asked.at(-1)).toBe('start broker processor');
  expect(readdirSync(join(folder, 'backups'))).toEqual([expect.stringMatching(/\.partial$/)]);
});

testScript('a damaged backup changes nothing', async () => {
  const backup = await backUp();
  appendFileSync(join(folder, backup, 'grafana-data.tar.gz'), 'x');
  const { code, said, asked } = await script(['restore', backup]);
  expect(code).toBe(1);
  expect(said).toMatch(/is damaged: nothing was changed/);
  expect(asked.filter((line) => !line.startsWith('run in'))).toEqual([]);
  expect(contents()).toEqual(FILES);
});

testScript('a restore that breaks off starts nothing, and says so', async () => {
  const backup = await backUp();
  const { code, said, asked } = await script(['restore', backup], { FAIL_AT: 'pulseboard_influxdb-data' });
  expect(code).not.toBe(0);
  expect(said).toMatch(/Not everything was restored, so nothing was started/);
  expect(asked.some((line) => line.startsWith('start'))).toBe(false);
});

testScript.each([
  ['no backup', ['restore', '.'], () => {}, /is no backup of volumes: it has no SHA256SUMS/],
  ['no name', ['restore'], () => {}, /Which backup\?/],
  ['no .env', ['backup'], () => rmSync(join(folder, '.env')), /There is no \.env: nothing was ever started here/],
  ['a project without a name', ['backup'], () => writeFileSync(join(folder, '.env'), 'A=1\n'), /COMPOSE_PROJECT_NAME is missing in \.env/],
  ['no volumes', ['backup'], () => rmSync(volumes, { recursive: true }), /There are no volumes of the project pulseboard/],
  ['another word', ['copy'], () => {}, /sh compose\/volumes\.sh backup \[folder\]/],
])('%s: one sentence', async (_, args, before, said) => {
  before();
  const answer = await script(args);
  expect(answer.code).toBeGreaterThan(0);
  expect(answer.said).toMatch(said);
});

testScript('secrets that are not those of the volumes: it says which file is theirs', async () => {
  const backup = await backUp();
  appendFileSync(join(folder, '.env'), 'PULSEBOARD_GYM=annex\n');
  const { code, said } = await script(['restore', backup]);
  expect(code).toBe(1);
  expect(said).toContain(`cp '${backup}/env' .env`);
});
