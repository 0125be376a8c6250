import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { answerParser, board, get, health } from './harness/api.js';
import { root, tempFolder, testWhere } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import {
  cleanUp,
  runCommand,
  type Settings,
  START_TIMEOUT_MS,
  type System,
  startChild,
  startSystem,
  startTerminal,
} from './harness/system.js';

const NOBODY = 65_534;
const testAsOther = testWhere(process.getuid?.() === 0, 'folders of somebody else: this user cannot start programs as another one');
const testInTerminal = testWhere(
  existsSync('/usr/bin/script') && existsSync('/proc/self/task'),
  'a terminal: there is no /usr/bin/script or no /proc',
);
const testDevFull = testWhere(existsSync('/dev/full'), 'a radio log that takes no more: there is no /dev/full');

let system: System;
beforeAll(async () => {
  system = await startSystem({ PULSEBOARD_DATA_DIR: join(tempFolder(), 'data') }, { ownGroup: true });
}, START_TIMEOUT_MS);
afterAll(cleanUp);

/** The process that a process started. */
const childOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);

/** Starts, expects exit code 1. @returns the lines of stderr, without the log */
async function refusal(settings: Settings, args: readonly string[] = ['start']): Promise<string[]> {
  const { code, stderr } = await runCommand(args, settings);
  expect({ code, stack: stderr.filter((line) => /^\s+at /.test(line)) }).toEqual({ code: 1, stack: [] });
  return stderr.filter((line) => !line.startsWith('{'));
}

const portOf = (url: string) => new URL(url).port;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

describe('npm start', () => {
  test('prints a line for each part, with its address', () => {
    const { stdout } = system.child;
    expect(stdout[0]).toBe(`Pulseboard ${version}`);
    expect(stdout.slice(1, 6)).toEqual([
      expect.stringMatching(/^ {2}broker +mqtt:\/\/127\.0\.0\.1:\d+ {2}ws:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^ {2}processor +http:\/\/127\.0\.0\.1:\d+\/api\/docs {2}data in \//),
      expect.stringMatching(/^ {2}board +http:\/\/127\.0\.0\.1:\d+\/$/),
      expect.stringMatching(/^ {2}gateway +gateway-1 in demo\/main {2}simulated class of 12, seed 1$/),
      'Ready. Ctrl-C stops everything.',
    ]);
  });

  test('the processor is well, and says so as its document promises', async () => {
    const parser = await answerParser(system.url, '/api/v1/health');
    expect(parser.parse(await get(system.url, '/api/v1/health'))).toMatchObject({ status: 'ok', version, broker: 'connected', epoch: 1 });
  });

  test('a dozen members with heart rates are on the board, as its document promises', async () => {
    const { members } = await eventually('a dozen members', async () => {
      const picture = await board(system.url);
      return picture.members.filter((row) => row.bpm !== undefined).length === 12 && picture;
    });
    expect(members.map((row) => row.rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(members.filter((row) => row.guest)).toHaveLength(1);
    const parser = await answerParser(system.url, '/api/v1/rooms/{gym}/{room}/board');
    expect(parser.check(await get(system.url, '/api/v1/rooms/demo/main/board?rankBy=bpm'))).toBe(true);
  });

  test('what the API does not know it says as problem details', async () => {
    const response = await fetch(`${system.url}/api/v1/members/nobody/heart-rate`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ status: 404, title: 'Not Found', instance: '/api/v1/members/nobody/heart-rate' });
  });
});

describe('a refused start leaves no folder', () => {
  const busy = () => portOf(system.url);
  test.each<[what: string, part: string, settings: () => Settings]>([
    ['npm start: the port of the board is in use', 'start', () => ({ PULSEBOARD_HTTP_PORT: busy() })],
    ['npm start: the port of the metrics is in use', 'start', () => ({ PULSEBOARD_GATEWAY_METRICS_PORT: busy() })],
    ['npm start: a recording that is not there', 'start', () => ({ PULSEBOARD_RADIO: 'replay', PULSEBOARD_REPLAY_FILE: '/no/such.jsonl' })],
    ['processor: readings are kept for less time than gateways keep them', 'processor', () => ({ PULSEBOARD_READINGS_DAYS: '1' })],
    [
      'gateway: the port of the metrics is in use',
      'gateway',
      () => ({ PULSEBOARD_GATEWAY_METRICS_PORT: busy(), PULSEBOARD_RADIO: 'simulated' }),
    ],
  ])('%s', async (_, part, settings) => {
    const at = tempFolder();
    const said = await refusal({ PULSEBOARD_DATA_DIR: join(at, 'new', 'data'), ...settings() }, [part]);
    expect(said).not.toEqual([]);
    expect(readdirSync(at)).toEqual([]);
  });
});

test('open to other machines: their addresses, each wall, and that there is no login', async () => {
  const { child, url } = await startSystem({ PULSEBOARD_HOST: '0.0.0.0', PULSEBOARD_STRAPS: '2' });
  expect(child.stdout.filter((line) => line.includes('0.0.0.0'))).toEqual([]);
  expect(child.stdout.filter((line) => /There is no login/.test(line))).toHaveLength(1);
  const wall = child.stdout.flatMap((line) => /^ {2}walls +(http:\S+\/wall\/demo\/main)$/.exec(line)?.[1] ?? [])[0]!;
  expect((await fetch(wall)).status).toBe(200);
  expect(wall.startsWith(url)).toBe(true);
  await child.stop();
});

describe('what stands in the way is one clear sentence', () => {
  test('a port in use', async () => {
    const port = portOf(system.mqttUrl);
    expect(await refusal({ PULSEBOARD_MQTT_PORT: port })).toEqual([
      expect.stringMatching(`Port ${port} .* in use by another Pulseboard .*PULSEBOARD_MQTT_PORT`),
    ]);
    const board = portOf(system.url);
    expect(await refusal({ PULSEBOARD_HTTP_PORT: board })).toEqual([
      expect.stringMatching(`Port ${board} .* in use by another Pulseboard \\(version ${version}\\).*PULSEBOARD_HTTP_PORT`),
    ]);
  });

  test.each([
    ['another Pulseboard', ['start']],
    ['dead-letters', ['processor', 'dead-letters']],
  ])('a data folder that a processor has: %s', async (_, args) => {
    const folder = system.settings.PULSEBOARD_DATA_DIR!;
    expect(await refusal({ PULSEBOARD_DATA_DIR: folder }, args)).toEqual([
      `The data folder ${folder} is in use by another processor (process ${system.child.pid}); stop that one, or set PULSEBOARD_DATA_DIR to another folder.`,
    ]);
  });

  test('a data folder that cannot be written', async () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    expect(await refusal({ PULSEBOARD_DATA_DIR: join(file, 'data') })).toEqual([
      expect.stringMatching(/^The data folder \S+ cannot be written.* \(ENOTDIR\).*; set PULSEBOARD_DATA_DIR/),
    ]);
  });

  test('a file where a folder is expected, a folder where a file is', async () => {
    const at = tempFolder();
    const file = join(at, 'file');
    writeFileSync(file, '');
    for (const [name, inIt] of [
      ['people', 'registry'],
      ['readings', 'pulseboard.duckdb'],
    ] as const) {
      mkdirSync(join(at, name));
      if (name === 'people') writeFileSync(join(at, name, inIt), '');
      else mkdirSync(join(at, name, inIt));
    }
    const said = await Promise.all([
      refusal({ PULSEBOARD_DATA_DIR: join(at, 'people') }, ['processor']),
      refusal({ PULSEBOARD_DATA_DIR: join(at, 'readings') }, ['processor']),
      refusal({ PULSEBOARD_DATA_DIR: join(at, 'people') }, ['backup', file]),
      refusal({ PULSEBOARD_DATA_DIR: file }, ['backup']),
      refusal({ PULSEBOARD_DATA_DIR: join(at, 'new') }, ['restore', file]),
    ]);
    expect(said).toEqual([
      [expect.stringMatching(/^The registry \S+registry cannot be opened: a part of its path is a file, not a folder \(ENOTDIR\);/)],
      [expect.stringMatching(/^The store \S+pulseboard\.duckdb cannot be opened: /)],
      [`The backup cannot be made, ${file} cannot be used: it is there already (EEXIST).`],
      [expect.stringMatching(/^The data folder \S+file cannot be read: /)],
      [`The backup ${file} cannot be read: a part of its path is a file, not a folder (ENOTDIR).`],
    ]);
  });

  testAsOther('folders that belong to somebody else', async () => {
    const at = tempFolder();
    chmodSync(at, 0o755);
    const closed = join(at, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    mkdirSync(join(at, 'data'), { mode: 0o777 });
    chmodSync(join(at, 'data'), 0o777);
    writeFileSync(join(at, 'data', 'file'), '', { mode: 0o666 });
    const said = [];
    for (const [args, settings] of [
      [['backup', join(closed, 'backups')], { PULSEBOARD_DATA_DIR: join(at, 'data') }],
      [['restore', join(closed, 'backup')], { PULSEBOARD_DATA_DIR: join(at, 'new') }],
      [['processor'], { PULSEBOARD_DATA_DIR: join(closed, 'data') }],
      [['gateway'], { PULSEBOARD_RADIO: 'replay', PULSEBOARD_REPLAY_DIR: join(closed, 'workouts') }],
      [['gateway'], { PULSEBOARD_RADIO: 'replay', PULSEBOARD_REPLAY_FILE: join(closed, 'class.jsonl') }],
    ] as [string[], Settings][]) {
      const child = startChild(args, settings, { user: { uid: NOBODY, gid: NOBODY } });
      expect(await child.exited).toEqual({ code: 1, signal: null });
      said.push(child.stderr.filter((line) => !line.startsWith('{')));
    }
    expect(said).toEqual(Array.from({ length: 5 }, () => [expect.stringMatching(/^[A-Z].*closed.*\(?EACCES\)?.*\.$/)]));
  });

  test('a spool folder that another gateway has', async () => {
    const folder = join(system.settings.PULSEBOARD_DATA_DIR!, 'spool');
    expect(await refusal({ PULSEBOARD_SPOOL_DIR: folder }, ['gateway'])).toEqual([
      `The spool folder ${folder} is in use by another gateway (process ${system.child.pid}); stop that one, or set PULSEBOARD_SPOOL_DIR to another folder.`,
    ]);
  });

  test('a spool folder, and a radio log, that cannot be written', async () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    const below = join(file, 'below');
    const said = await Promise.all([
      refusal({ PULSEBOARD_SPOOL_DIR: below }, ['gateway']),
      refusal({ PULSEBOARD_RADIO_LOG: below }, ['gateway']),
    ]);
    expect(said).toEqual([
      [expect.stringMatching(/^The spool folder \S+ cannot be written.*\(ENOTDIR\).*; set PULSEBOARD_SPOOL_DIR/)],
      [expect.stringMatching(/^The radio log \S+ cannot be written: .* \(ENOTDIR\); set PULSEBOARD_RADIO_LOG/)],
    ]);
  });

  test('readings that the store would forget before the spool does', async () => {
    expect(await refusal({ PULSEBOARD_SPOOL_HOURS: '72', PULSEBOARD_READINGS_DAYS: '3' }, ['processor'])).toEqual([
      expect.stringMatching(/PULSEBOARD_SPOOL_HOURS.*PULSEBOARD_READINGS_DAYS/),
    ]);
  });

  test('unknown settings and bad values, all of them at once', async () => {
    const said = await refusal({ PULSEBOARD_HTP_PORT: '80', PULSEBOARD_SEED: 'one', PULSEBOARD_ROOM: 'Main Hall', PULSEBOARD_RADIO: 'fm' });
    expect(said).toEqual([
      'PULSEBOARD_HTP_PORT is no setting of Pulseboard; did you mean PULSEBOARD_HTTP_PORT?',
      'PULSEBOARD_ROOM is "Main Hall"; it must be lower-case letters, digits, - and _, at most 63.',
      'PULSEBOARD_RADIO is "fm"; it must be one of auto, ant, ble, ant,ble, simulated, replay.',
      expect.stringMatching(/^PULSEBOARD_SEED is "one"; it must be a whole number from 0 to \d+\.$/),
    ]);
  });

  test('recordings that are not there', async () => {
    const replay = { PULSEBOARD_RADIO: 'replay' };
    const missing = join(tempFolder(), 'none');
    const [unnamed, absent] = await Promise.all([refusal(replay), refusal({ ...replay, PULSEBOARD_REPLAY_DIR: missing })]);
    expect(unnamed).toEqual([expect.stringMatching(/^A replay needs recordings: set PULSEBOARD_REPLAY_DIR/)]);
    expect(absent).toEqual([`Cannot read workouts from ${missing}: there is no such folder.`]);
    const data = join(tempFolder(), 'data');
    await refusal({ ...replay, PULSEBOARD_REPLAY_DIR: missing, PULSEBOARD_DATA_DIR: data });
    expect(existsSync(data)).toBe(false);
  });

  test('a recording that would end in the future', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'a.csv'), 'elapsed_s,heart_rate_bpm,cadence_rpm,distance_m\n0,90,,\n600,90,,\n');
    const startAt = String(Date.now() - 60_000);
    expect(await refusal({ PULSEBOARD_RADIO: 'replay', PULSEBOARD_REPLAY_DIR: folder, PULSEBOARD_START_AT: startAt })).toEqual([
      expect.stringMatching(/^PULSEBOARD_START_AT would let the recording end in the future/),
    ]);
  });

  test('an argument that means nothing', async () => {
    expect(await refusal({}, ['start', '--fast'])).toEqual([expect.stringMatching(/^`npm start` does not know "--fast"; /)]);
  });
});

describe('commands that answer and end', () => {
  test('--help names the settings', async () => {
    for (const { code, stdout, stderr } of await Promise.all(['start', 'gateway'].map((part) => runCommand([part, '--help'])))) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: [] });
      expect(stdout.join('\n')).toContain('PULSEBOARD_LOG_LEVEL');
    }
  });

  test('npm start -- --help names the other commands', async () => {
    const said = (await runCommand(['start', '--help'])).stdout.join('\n');
    for (const name of ['broker', 'processor', 'gateway', 'backup', 'restore']) expect(said).toContain(`npm run ${name} `);
  });

  test('--version', async () => {
    expect(await runCommand(['start', '--version'])).toEqual({ code: 0, signal: null, stdout: [version], stderr: [] });
  });

  test('gateway decode prints one line of JSON, or one line of what is wrong', async () => {
    const frame = 'a40e4e0284ffa5e2a5e6ca3c8052627871';
    const [right, wrong] = await Promise.all([`${frame}d6`, `${frame}d7`].map((bytes) => runCommand(['gateway', 'decode', 'ant', bytes])));
    expect({ code: right!.code, lines: right!.stdout.length }).toEqual({ code: 0, lines: 1 });
    expect(JSON.parse(right!.stdout[0]!)).toMatchObject({ heartRateBpm: 60, beatCount: 202 });
    expect({ code: wrong!.code, stdout: wrong!.stdout, lines: wrong!.stderr.length }).toEqual({ code: 1, stdout: [], lines: 1 });
  });
});

test('Ctrl-C while it starts: no word of being ready after it', async () => {
  const child = startChild(['start']);
  await child.line(/^ {2}broker/);
  expect(await child.stop('SIGINT')).toEqual({ code: 0, signal: null });
  expect(child.stdout.filter((line) => /^Ready/.test(line))).toEqual([]);
  expect(child.stdout.filter((line) => /^Stop/.test(line))).toEqual(['Stopping … (Ctrl-C again ends it at once)', 'Stopped.']);
});

test('a second Ctrl-C ends at once', async () => {
  const child = startChild(['start']);
  await child.line(/^ {2}broker/);
  process.kill(child.pid, 'SIGINT');
  await child.line(/^Stopping/);
  expect(await child.stop('SIGINT')).toEqual({ code: 130, signal: null });
  expect(child.stdout).not.toContain('Stopped.');
});

testInTerminal('in a terminal: a log to read, nothing twice, Ctrl-C acknowledged', async () => {
  // `script` gives it a terminal; what the terminal shows comes out of it.
  const folder = join(tempFolder(), 'data');
  const shown = startTerminal(['start'], { PULSEBOARD_DATA_DIR: folder });
  await shown.line(/^Ready/);
  await shown.line(/connected to the broker/);
  process.kill(childOf(shown.pid), 'SIGINT');
  expect(await shown.exited).toEqual({ code: 0, signal: null });
  const lines = shown.stdout.map((line) => stripVTControlCharacters(line).trim());
  expect(lines.filter((line) => line.startsWith('{'))).toEqual([]);
  expect(lines.filter((line) => /^\[\d\d:\d\d:\d\d\] INFO: gateway: /.test(line))).not.toEqual([]);
  expect(lines.slice(-1)).toEqual(['Stopped.']);
  const sentences = lines.filter((line) => line !== '').map((line) => line.replace(/^\[[\d:]+\] \w+: \w+: /, ''));
  expect(sentences).toEqual([...new Set(sentences)]);
});

test('a closed pipe ends doctor, and does not end a system', async () => {
  const doctor = startChild(['gateway', 'doctor'], { PULSEBOARD_BROKER_URL: 'mqtt://127.0.0.1:1' });
  doctor.closeOutput();
  expect((await doctor.exited).signal).toBe(null);
  expect(doctor.stderr).toEqual([]);

  const { child, url } = await startSystem({ PULSEBOARD_STRAPS: '2' });
  child.closeOutput();
  expect((await health(url)).broker).toBe('connected');
  expect(await child.stop()).toEqual({ code: 0, signal: null });
  expect(child.stderr.filter((line) => !line.startsWith('{'))).toEqual([]);
});

testDevFull('a radio log that takes no more is told once, and the gateway goes on', async () => {
  const settings = {
    PULSEBOARD_GYM: 'tower',
    PULSEBOARD_RADIO: 'simulated',
    PULSEBOARD_STRAPS: '2',
    PULSEBOARD_BROKER_URL: system.mqttUrl,
  };
  const gateway = startChild(['gateway'], { ...settings, PULSEBOARD_RADIO_LOG: '/dev/full' });
  await eventually('both straps on the board', async () => (await board(system.url, 'tower')).members.length === 2);
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  expect(gateway.stderr.filter((line) => line.includes('the radio log takes no more (ENOSPC)'))).toHaveLength(1);
});

/** From here on the system of this file has ended. */
test('SIGTERM stops everything: exit code 0, no process and no open port left, the data folder free', async () => {
  expect((await health(system.url)).failedFlushes).toBe(0);
  expect(await system.child.stop()).toEqual({ code: 0, signal: null });
  expect(system.child.groupIsEmpty()).toBe(true);
  for (const url of [system.url, system.mqttUrl]) await expect(opens(portOf(url))).resolves.toBe(false);
  expect(existsSync(join(system.settings.PULSEBOARD_DATA_DIR!, 'processor.lock'))).toBe(false);
});

test('dead-letters, when the processor has ended', async () => {
  const { PULSEBOARD_DATA_DIR } = system.settings;
  const empty = { code: 0, signal: null, stdout: ['There are no dead letters.'], stderr: [] };
  // Twice: it gives the folder back.
  for (let i = 0; i < 2; i++) expect(await runCommand(['processor', 'dead-letters'], { PULSEBOARD_DATA_DIR })).toEqual(empty);
});

test('the port of the board in use: one clear sentence, in a data folder that was used before', async () => {
  // It says nothing to whoever asks who it is, but hears when they hang up.
  const other = createServer((socket) => socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const port = String((other.address() as AddressInfo).port);
  const said = await refusal({ PULSEBOARD_HTTP_PORT: port, PULSEBOARD_DATA_DIR: system.settings.PULSEBOARD_DATA_DIR! });
  expect(said).toEqual([expect.stringMatching(`${port}.*PULSEBOARD_HTTP_PORT`)]);
  await new Promise((resolve) => other.close(resolve));
});

const opens = (port: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
