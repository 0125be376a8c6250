import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { readSettings } from '@pulseboard/contract';
import { loadRecording } from '../radio/recording.js';
import { runRecordCommand } from './record-command.js';
import { runScanCommand } from './scan-command.js';

const simulated = readSettings({ PULSEBOARD_RADIO: 'simulated', PULSEBOARD_STRAPS: '3' });
let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-record-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const newFile = () => join(folder, `class-${++files}.jsonl`);

function rig(terminal?: { columns: number; rows: number }) {
  const out: string[] = [];
  const err: string[] = [];
  const drawn: string[] = [];
  let stop: () => void = () => {};
  const stopping = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const io = {
    out: (line: string) => out.push(line),
    err: (line: string) => err.push(line),
    stopping,
    ...(terminal ? { terminal: { ...terminal, write: (text: string) => void drawn.push(text) } } : {}),
  };
  return { io, out, err, stop, drawn: () => drawn.join('') };
}

test('scan prints the straps of the room and ends by itself', async () => {
  const { io, out } = rig();
  expect(await runScanCommand(['--seconds', '1.5'], simulated, io)).toBe(0);
  expect(out[0]).toBe('simulated: receiving');
  expect(out.filter((line) => /^(ant|ble)-/.test(line)).length).toBeGreaterThanOrEqual(3);
});

test('scan into a pipe prints each strap when it is heard, not at its end', async () => {
  const { io, out, stop } = rig();
  const ended = runScanCommand([], simulated, io);
  while (!out.some((line) => line.startsWith('ant-hr-'))) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(out.some((line) => line.startsWith('STRAP'))).toBe(false);
  stop();
  expect(await ended).toBe(0);
  expect(out.some((line) => line.startsWith('STRAP'))).toBe(true);
});

test('scan draws on a terminal, no wider and no higher than it is, until it is asked to stop', async () => {
  const { io, stop, drawn } = rig({ columns: 40, rows: 5 });
  setTimeout(stop, 1500);
  expect(await runScanCommand([], simulated, io)).toBe(0);
  const lines = stripVTControlCharacters(drawn()).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  expect(drawn()).toMatch(/… and \d+ more lines/);
});

test('record writes what replay plays, and tells how', async () => {
  const { io, out, err } = rig();
  const file = newFile();
  expect(await runRecordCommand([file, '--seconds', '1.5'], simulated, io)).toBe(0);
  const { frames } = loadRecording(file);
  expect(out).toEqual([
    expect.stringMatching(new RegExp(`^${file}: ${frames} frames of \\d straps in [12] s, 0\\.0 MB\\.$`)),
    `Play it: PULSEBOARD_RADIO=replay PULSEBOARD_REPLAY_FILE=${file} npm start`,
  ]);
  expect(err).toEqual([]);

  const before = readFileSync(file, 'utf8');
  expect(await runRecordCommand([file], simulated, io)).toBe(1);
  expect(err).toEqual([`${file} is there already: choose another name, or delete it first.`]);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test.each([
  [[], /^record: name the file/],
  [['a', 'b'], /"b" means nothing to it/],
  [['a', '--seconds', 'ten'], /--seconds is "ten"; it must be a number above 0/],
  [['a', '--seconds', '-3'], /^record: --seconds is "-3"; it must be a number above 0\.$/],
  [['a', '--loud'], /Unknown option '--loud'/],
] as const)('record %j is refused', async (args, sentence) => {
  const { io, err } = rig();
  expect(await runRecordCommand([...args], simulated, io)).toBe(1);
  expect(err).toEqual([expect.stringMatching(sentence)]);
  expect(existsSync('a')).toBe(false);
});

test.each([
  ['scan', runScanCommand],
  ['record', runRecordCommand],
] as const)('%s --help', async (name, run) => {
  const { io, out } = rig();
  expect(await run(['--help'], simulated, io)).toBe(0);
  expect(out[0]).toMatch(new RegExp(`^Usage: npm run gateway -- ${name}`));
});
