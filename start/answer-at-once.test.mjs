import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerAtOnce } from './help/answer-at-once.mjs';
import { closest } from './help/closest.mjs';
import { wrapLine } from './help/wrap.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const help = JSON.parse(readFileSync(join(root, 'start/help/generated/help.json'), 'utf8'));

/** As `git clone` leaves it: nothing installed, nothing compiled. */
let clone;
beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'pulseboard-clone-'));
  cpSync(join(root, 'package.json'), join(clone, 'package.json'));
  for (const name of readdirSync(join(root, 'start'))) {
    if (name.endsWith('.mjs') || name === 'help') cpSync(join(root, 'start', name), join(clone, 'start', name), { recursive: true });
  }
});
afterAll(() => rmSync(clone, { recursive: true }));

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['start/bootstrap.mjs', ...args], { cwd: clone, encoding: 'utf8' });
  for (const made of ['node_modules', 'start/dist', 'data']) expect(existsSync(join(clone, made))).toBe(false);
  return { status, stdout, stderr };
}

describe('a fresh clone, without node_modules', () => {
  test.each([
    [['start', '--help'], /PULSEBOARD_HTTP_PORT=8080/],
    [['broker', '-h'], /PULSEBOARD_MQTT_PORT=1883/],
    [['processor', '--help'], /dead-letters/],
    [['gateway', '--help'], /PULSEBOARD_RADIO=\n/],
    [['gateway', 'doctor', '--help'], /repairs it/],
    [['gateway', 'scan', '--help'], /--seconds N/],
    [['gateway', 'scan', '--seconds', '3', '-h'], /--seconds N/],
    [['gateway', 'record', 'class.jsonl', '--help'], /npm run gateway -- record FILE/],
    [['gateway', 'decode', '--help'], /miband-steps/],
    [['gateway', 'decode', 'ant', '--help'], /miband-steps/],
    [['processor', 'dead-letters', '--help'], /dead-letters replay/],
    [['backup', '--help'], /npm run backup -- \/mnt\/usb/],
    [['restore', '--help'], /overwrites nothing/],
    [['build-only', '--help'], /npm run build/],
    [['start', 'help'], /npm run backup/],
  ])('%j is answered at once', (args, text) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(text);
  });

  test.each([['start'], ['gateway'], ['gateway', 'scan'], ['processor', 'dead-letters'], ['backup']])('%s --version', (...args) => {
    expect(run(...args, '--version')).toEqual({
      status: 0,
      stdout: `${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}\n`,
      stderr: '',
    });
  });

  test('what cannot be understood is refused at once', () => {
    expect(run('gateway', 'scna')).toEqual({
      status: 1,
      stdout: '',
      stderr: '`npm run gateway` does not know "scna"; did you mean scan? npm run gateway -- --help lists what it knows.\n',
    });
  });

  test('a pipe that is closed, as by `head`, is no fault', async () => {
    const child = spawn(process.execPath, ['start/bootstrap.mjs', 'start', '--help'], { cwd: clone, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

test.each([
  [['gateway', 'scna'], '`npm run gateway` does not know "scna"; did you mean scan?'],
  [['gateway', 'scan', '--second', '4'], '`npm run gateway -- scan` does not know "--second"; did you mean --seconds?'],
  [['gateway', 'scan', 'here'], '`npm run gateway -- scan` does not know "here"; npm run gateway -- scan --help lists what it knows.'],
  [['gateway', 'decode', 'ble-hz', '00'], 'did you mean ble-hr?'],
  [['gateway', 'record'], 'record: name the file'],
  [['gateway', 'record', 'a', 'b'], 'does not know "b"'],
  [['processor', 'dead-leters'], 'did you mean dead-letters?'],
  [['processor', 'dead-letters', 'repaly'], 'did you mean replay?'],
  [['start', '--hlep'], 'did you mean --help?'],
  [['backup', '--into', 'x'], 'does not know "--into"'],
  [['backup', 'a', 'b'], 'does not know "b"'],
  [['restore'], 'restore: name the backup'],
  [['broker', '\u001b[31mred\u009b'], String.raw`does not know "\u001b[31mred\u009b"`],
])('%j is refused in one sentence', (args, sentence) => {
  const { code, out, err } = answerAtOnce(args[0], args.slice(1));
  expect({ code, out, err }).toEqual({ code: 1, out: [], err: [expect.stringContaining(sentence)] });
});

test.each([30, 40, 60, 80, 100, 200])('help fits into %d columns', (columns) => {
  for (const args of [['start'], ['gateway'], ['gateway', 'decode'], ['processor', 'dead-letters'], ['restore']]) {
    const { out } = answerAtOnce(args[0], [...args.slice(1), '--help'], columns);
    expect(out.filter((line) => line.length > columns)).toEqual([]);
  }
});

test('help loses no word by wrapping', () => {
  const words = (columns) => answerAtOnce('gateway', ['--help'], columns).out.join(' ').split(/\s+/);
  expect(words(80)).toEqual(words(10_000));
});

test('the settings stand below the heading of their topic, those of other parts are left out', () => {
  const { out } = answerAtOnce('broker', ['--help'], 80);
  const headings = out.filter((line) => Object.values(help.topics).includes(line));
  expect(headings).toEqual(['Addresses and ports', 'Log']);
  const named = out.flatMap((line) => /^ {2}(PULSEBOARD_\w+)=/.exec(line)?.[1] ?? []);
  expect([...named].sort()).toEqual(help.settings.flatMap(({ name, parts }) => (parts.includes('broker') ? name : [])).sort());
});

test.each([
  ['a b', 80, ['a b']],
  [`  one    ${'word '.repeat(8).trim()}`, 30, ['  one    word word word word', '         word word word word']],
  [`  ${'x'.repeat(20)}  what it is for, in words`, 30, [`  ${'x'.repeat(20)}`, '      what it is for, in words']],
  ['x'.repeat(70), 30, ['x'.repeat(30), 'x'.repeat(30), 'x'.repeat(10)]],
])('%j in %d columns', (line, columns, lines) => expect(wrapLine(line, columns)).toEqual(lines));

test.each([
  ['scna', ['scan', 'record'], 'scan'],
  ['SCAN', ['scan'], 'scan'],
  ['elephant', ['scan', 'record'], undefined],
  ['', ['scan'], undefined],
  ['anything', [], undefined],
])('%j among %j is probably %j', (given, known, meant) => expect(closest(given, known)).toBe(meant));
