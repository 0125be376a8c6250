import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootId, FolderInUseError, lockFolder } from './lock-folder.js';

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

/** A lock file as another process leaves it. */
const lockedBy = async (text: string) => {
  await (await lockFolder(folder, DATA))();
  writeFileSync(lock, text);
};

test('makes the folder, writes who has it, and gives it back', async () => {
  const giveBack = await lockFolder(folder, DATA);
  expect(readFileSync(lock, 'utf8')).toBe(`${process.pid} ${bootId()}\n`);
  await giveBack();
  expect(existsSync(lock)).toBe(false);
  await (await lockFolder(folder, DATA))();
});

test('the second one is told who has it and what to do', async () => {
  await lockedBy(`${process.ppid} ${bootId()}\n`);
  const taking = lockFolder(folder, DATA);
  await expect(taking).rejects.toThrow(FolderInUseError);
  await expect(taking).rejects.toThrow(
    `The data folder ${folder} is in use by another processor (process ${process.ppid}); stop that one, or set PULSEBOARD_DATA_DIR to another folder.`,
  );
  expect(readFileSync(lock, 'utf8')).toBe(`${process.ppid} ${bootId()}\n`);
});

test.each([
  ['of a process that is gone', () => `${spawnSync(process.execPath, ['--version']).pid}\n`],
  ['of this very process number, from before a restart of the container', () => `${process.pid}\n`],
  ['that a power cut left empty', () => ''],
])('a lock %s is taken over', async (_, text) => {
  await lockedBy(text());
  const giveBack = await lockFolder(folder, DATA);
  expect(readFileSync(lock, 'utf8')).toBe(`${process.pid} ${bootId()}\n`);
  await giveBack();
});

test('a folder that cannot be is named, with what to do', async () => {
  const file = join(parent, 'file');
  writeFileSync(file, '');
  const taking = lockFolder(join(file, 'data'), DATA);
  await expect(taking).rejects.toThrow(FolderInUseError);
  await expect(taking).rejects.toThrow(
    /^The data folder .*data cannot be written \(ENOTDIR\); set PULSEBOARD_DATA_DIR to a folder that can\.$/,
  );
});
