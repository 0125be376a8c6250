import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { requestCopies, serveBackups } from './backup-requests.js';

const log = pino({ level: 'silent' });
let dataDir: string;
let stop: () => Promise<void> = async () => {};
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'pulseboard-request-'));
});
afterEach(async () => {
  await stop();
  rmSync(dataDir, { recursive: true });
});
const serve = async (copyStores: (folder: string) => Promise<void>) => {
  stop = await serveBackups(dataDir, copyStores, log);
};

test('a running processor copies its stores, and nothing of it stays', async () => {
  await serve(async (folder) => writeFileSync(join(folder, 'store'), 'readings'));
  const { folder, remove } = await requestCopies(dataDir, 'It is in use.');
  expect(folder.startsWith(dataDir)).toBe(true);
  expect(readFileSync(join(folder, 'store'), 'utf8')).toBe('readings');
  await remove();
  expect(readdirSync(dataDir)).toEqual([]);
});

test('the copies are found although the processor has the data folder under another path, as in a container', async () => {
  await serve(async (folder) => writeFileSync(join(folder, 'store'), 'readings'));
  const elsewhere = mkdtempSync(join(tmpdir(), 'pulseboard-mount-'));
  const mounted = join(elsewhere, 'data');
  symlinkSync(dataDir, mounted);
  const { folder, remove } = await requestCopies(mounted, 'It is in use.');
  expect(folder.startsWith(`${mounted}/`)).toBe(true);
  expect(readFileSync(join(folder, 'store'), 'utf8')).toBe('readings');
  await remove();
  rmSync(elsewhere, { recursive: true });
});

test('a copy that fails is one sentence, and nothing of it stays', async () => {
  await serve(async (folder) => {
    writeFileSync(join(folder, 'half'), '');
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  });
  await expect(requestCopies(dataDir, 'It is in use.')).rejects.toThrow(
    'The processor could not copy its stores: the disk is full (ENOSPC).',
  );
  expect(readdirSync(dataDir)).toEqual([]);
});

test('a holder that does not answer: who it is, and what to do', async () => {
  await expect(requestCopies(dataDir, 'It is in use by process 7.', 300)).rejects.toThrow(
    'It is in use by process 7. It was asked for copies of its stores and does not answer; stop it, and try again.',
  );
  expect(readdirSync(dataDir)).toEqual([]);
});

test('what a killed backup left behind is removed by the next processor', async () => {
  mkdirSync(join(dataDir, 'backup-copies', 'old'), { recursive: true });
  writeFileSync(join(dataDir, 'backup-answer.json'), '{');
  await serve(async () => {});
  expect(existsSync(join(dataDir, 'backup-copies'))).toBe(false);
  expect(readdirSync(dataDir)).toEqual([]);
});
