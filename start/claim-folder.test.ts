import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimFolder, FolderInUseError } from './claim-folder.js';

const DATA = { what: 'data folder', user: 'processor', setting: 'PULSEBOARD_DATA_DIR' };

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'pulseboard-claim-'));
  folder = join(parent, 'data', 'gym');
});
afterEach(() => rmSync(parent, { recursive: true }));

test('makes the folder, takes it, and gives it back', async () => {
  const claim = await claimFolder(folder, DATA);
  expect(readdirSync(folder)).toEqual(['processor.lock']);
  await claim.release();
  expect(readdirSync(folder)).toEqual([]);
  await (await claimFolder(folder, DATA)).release();
});

test('a folder in use is refused with who has it and what to do', async () => {
  const claim = await claimFolder(folder, DATA);
  const taking = claimFolder(folder, DATA);
  await expect(taking).rejects.toThrow(FolderInUseError);
  await expect(taking).rejects.toThrow(
    `The data folder ${folder} is in use by another processor (process ${process.pid}); stop that one, or set PULSEBOARD_DATA_DIR to another folder.`,
  );
  await claim.release();
});

test('two parts have a lock each in one folder', async () => {
  const [data, spool] = await Promise.all([claimFolder(folder, DATA), claimFolder(folder, { ...DATA, user: 'gateway' })]);
  await data.release();
  await spool.release();
});

test('a refused start leaves nothing of a folder that it made, but what belongs to another part', async () => {
  const claim = await claimFolder(folder, { ...DATA, others: ['spool'] });
  mkdirSync(join(folder, 'registry'));
  writeFileSync(join(folder, 'registry', 'file'), 'text');
  await claim.discard();
  expect(readdirSync(parent)).toEqual([]);
  const again = await claimFolder(folder, { ...DATA, others: ['spool'] });
  mkdirSync(join(folder, 'spool'));
  await again.discard();
  expect(readdirSync(folder)).toEqual(['spool']);
});

test('a refused start leaves nothing in a folder that it found empty', async () => {
  mkdirSync(folder, { recursive: true });
  const claim = await claimFolder(folder, DATA);
  writeFileSync(join(folder, 'readings.duckdb'), 'text');
  await claim.discard();
  expect(readdirSync(folder)).toEqual([]);
});

test('a refused start keeps all of a folder that was there', async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'data'), 'text');
  await (await claimFolder(folder, DATA)).discard();
  expect(readdirSync(folder)).toEqual(['data']);
});

test('a folder that cannot be is named with what to do, and nothing that was made for it stays', async () => {
  mkdirSync(join(parent, 'data'));
  writeFileSync(join(parent, 'data', 'file'), '');
  const path = join(parent, 'data', 'file', 'gym');
  const taking = claimFolder(path, DATA);
  await expect(taking).rejects.toThrow(FolderInUseError);
  await expect(taking).rejects.toThrow(
    `The data folder ${path} cannot be written (ENOTDIR); set PULSEBOARD_DATA_DIR to a folder that can.`,
  );
  expect(readdirSync(join(parent, 'data'))).toEqual(['file']);
});

test('a folder that is made and cannot be locked is removed again', async () => {
  const tooLong = join(parent, 'new', 'x'.repeat(20));
  await expect(claimFolder(tooLong, { ...DATA, user: 'u'.repeat(300) })).rejects.toThrow('cannot be written (ENAMETOOLONG)');
  expect(existsSync(join(parent, 'new'))).toBe(false);
});
