import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { bootId, claimFolder, FolderInUseError } from './claim-folder.js';

const DATA = { what: 'data folder', user: 'processor', setting: 'PULSEBOARD_DATA_DIR' };

let parent: string;
let folder: string;
let lock: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'pulseboard-lock-'));
  folder = join(parent, 'data', 'gym');
  lock = join(folder, 'processor.lock');
});
afterEach(() => rmSync(parent, { recursive: true }));

const MINE = `${process.pid} ${bootId()} ${hostname()}\n`;
/** Makes the lock look as if it was touched some time ago. */
const touched = (agoMs: number) => utimesSync(lock, new Date(Date.now() - agoMs), new Date(Date.now() - agoMs));

/** A lock file as another process leaves it. */
const lockedBy = async (text: string) => {
  await (await claimFolder(folder, DATA))();
  writeFileSync(lock, text);
};

test('makes the folder, writes who has it, and gives it back', async () => {
  const giveBack = await claimFolder(folder, DATA);
  expect(readFileSync(lock, 'utf8')).toBe(MINE);
  await giveBack();
  expect(existsSync(lock)).toBe(false);
  await (await claimFolder(folder, DATA))();
});

test.each([
  ['', ` ${hostname()}`],
  [', by a lock of a former release', ''],
])('the second one is told who has it and what to do%s', async (_, host) => {
  const text = `${process.ppid} ${bootId()}${host}\n`;
  await lockedBy(text);
  touched(3_600_000);
  const taking = claimFolder(folder, DATA);
  await expect(taking).rejects.toThrow(FolderInUseError);
  await expect(taking).rejects.toThrow(
    `The data folder ${folder} is in use by another processor (process ${process.ppid}); stop that one, or set PULSEBOARD_DATA_DIR to another folder.`,
  );
  expect(readFileSync(lock, 'utf8')).toBe(text);
});

test.each([
  ['of a process that is gone', () => `${spawnSync(process.execPath, ['--version']).pid}\n`],
  ['of this very process number, from before a restart of the container', () => `${process.pid}\n`],
  ['that a power cut left empty', () => ''],
  ['of another boot of this host', () => `${process.ppid} boot-1 ${hostname()}\n`],
])('a lock %s is taken over', async (_, text) => {
  await lockedBy(text());
  const giveBack = await claimFolder(folder, DATA);
  expect(readFileSync(lock, 'utf8')).toBe(MINE);
  await giveBack();
});

test.each([
  ['not long ago', 5000, true],
  ['long ago', 16_000, false],
  ['in the future, as a clock that was wrong said', -16_000, false],
])('a lock of another host, where processes have other numbers: touched %s', async (_, agoMs, isInUse) => {
  await lockedBy(`${process.pid} ${bootId()} web-2\n`);
  touched(agoMs);
  const taking = claimFolder(folder, DATA);
  if (isInUse)
    await expect(taking).rejects.toThrow(
      `The data folder ${folder} is in use by another processor (process ${process.pid} on the host web-2); stop that one, or set PULSEBOARD_DATA_DIR to another folder.`,
    );
  else await (await taking)();
  expect(existsSync(lock)).toBe(isInUse);
});

describe('the holder', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date'] }));
  afterEach(() => jest.useRealTimers());
  const isFresh = () => Date.now() - statSync(lock).mtimeMs < 15_000;

  test('touches its lock until it gives it back', async () => {
    const giveBack = await claimFolder(folder, DATA);
    for (let i = 0; i < 3; i++) {
      touched(60_000);
      jest.advanceTimersByTime(2000);
      expect(isFresh()).toBe(true);
    }
    await giveBack();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('that was stopped for so long that another one took over leaves the lock of that one', async () => {
    const giveBack = await claimFolder(folder, DATA);
    writeFileSync(lock, '7 boot-1 web-2\n');
    await giveBack();
    expect(readFileSync(lock, 'utf8')).toBe('7 boot-1 web-2\n');
  });
});

test('a folder that cannot be is named, with what to do', async () => {
  const file = join(parent, 'file');
  writeFileSync(file, '');
  const taking = claimFolder(join(file, 'data'), DATA);
  await expect(taking).rejects.toThrow(FolderInUseError);
  await expect(taking).rejects.toThrow(
    /^The data folder .*data cannot be written \(ENOTDIR\); set PULSEBOARD_DATA_DIR to a folder that can\.$/,
  );
});
