import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkBackup, demandEmpty, makeBackup, restoreBackup } from './backup-files.js';

const about = { version: '0.1.0', madeAt: '2026-01-31T18:00:00.000Z' };
const FILES: Record<string, string> = {
  'pulseboard.duckdb': 'store '.repeat(50_000),
  'pulseboard.duckdb.wal': '',
  'registry/base/1/1247': 'people',
  'spool/4f1c9a/000000000000001.segment': 'readings',
};

let folder: string;
let backup: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-backup-'));
  for (const [path, text] of Object.entries(FILES)) write(join(folder, 'data', path), text);
  mkdirSync(join(folder, 'data', 'registry', 'pg_notify'));
  for (const lock of ['processor.lock', 'spool/gateway.lock']) write(join(folder, 'data', lock), '1 boot host\n');
  write(join(folder, 'data', 'replay-2026', 'pulseboard.duckdb'), 'of another processor');
  backup = join(folder, 'backups', 'one');
  mkdirSync(dirname(backup));
  await makeBackup([{ folder: join(folder, 'data') }], backup, about);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const restored = () => join(folder, 'restored');
const textsOf = (root: string, paths: readonly string[]) =>
  Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));

test('what is put back is what was there, empty folders too; locks and replays stay behind', async () => {
  const manifest = await checkBackup(backup);
  expect(manifest).toMatchObject({ format: 1, ...about, files: Object.keys(FILES).map((path) => ({ path, bytes: FILES[path]!.length })) });
  await restoreBackup(backup, manifest, restored());
  expect(textsOf(restored(), Object.keys(FILES))).toEqual(FILES);
  expect(readdirSync(join(restored(), 'registry')).sort()).toEqual(['base', 'pg_notify']);
  expect(readdirSync(join(restored(), 'spool'))).toEqual(['4f1c9a']);
  expect(readdirSync(restored()).sort()).toEqual(['pulseboard.duckdb', 'pulseboard.duckdb.wal', 'registry', 'spool']);
  expect(readdirSync(folder).sort()).toEqual(['backups', 'data', 'restored']);
});

test('only its owner may read it', async () => {
  await restoreBackup(backup, await checkBackup(backup), restored());
  for (const root of [backup, restored()]) expect(statSync(root).mode & 0o777).toBe(0o700);
  expect(statSync(join(backup, 'files', 'pulseboard.duckdb')).mode & 0o777).toBe(0o600);
});

const manifestOf = (change: (manifest: Record<string, unknown>) => void) => () => {
  const path = join(backup, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  change(manifest);
  writeFileSync(path, JSON.stringify(manifest));
};
const stored = (path: string) => join(backup, 'files', path);
const oneByte = () => {
  const bytes = readFileSync(stored('pulseboard.duckdb'));
  bytes[123_456]! ^= 1;
  writeFileSync(stored('pulseboard.duckdb'), bytes);
};
test.each([
  ['one bit is another', oneByte, /pulseboard\.duckdb is missing or not as it was/],
  ['a file is cut short', () => writeFileSync(stored('registry/base/1/1247'), 'peop'), /1247 is missing or not as it was/],
  ['a file is gone', () => rmSync(stored('pulseboard.duckdb.wal')), /wal is missing or not as it was/],
  ['it says nothing of itself', () => rmSync(join(backup, 'manifest.json')), /is no backup: it has no manifest\.json/],
  ['what it says is cut short', () => writeFileSync(join(backup, 'manifest.json'), '{"format":1'), /is damaged; use another backup/],
  ['it is of another format', manifestOf((manifest) => Object.assign(manifest, { format: 2 })), /with the version that made it/],
  ['it leads elsewhere', manifestOf((manifest) => Object.assign(manifest, { folders: ['../elsewhere'] })), /leads out of its folder/],
  ['it is not there', () => rmSync(backup, { recursive: true }), /There is no folder/],
])('a backup is refused when %s', async (_, harm, said) => {
  harm();
  await expect(checkBackup(backup)).rejects.toMatchObject({ code: 'BACKUP_UNUSABLE', message: expect.stringMatching(said) });
});

test('an interrupted backup is none, and stands in nobody’s way', async () => {
  rmSync(backup, { recursive: true });
  write(join(`${backup}.partial`, 'files', 'half'), 'half');
  await makeBackup([{ folder: join(folder, 'data') }], backup, about);
  expect(readdirSync(dirname(backup))).toEqual(['one']);
  expect(existsSync(stored('half'))).toBe(false);
});

test('data are never overwritten, also such that come while it copies', async () => {
  const manifest = await checkBackup(backup);
  await expect(demandEmpty(join(folder, 'data'))).rejects.toThrow(/holds data already/);
  await expect(restoreBackup(backup, manifest, join(folder, 'data'))).rejects.toThrow(/holds data already/);
  expect(textsOf(join(folder, 'data'), Object.keys(FILES))).toEqual(FILES);
});

test('a folder that is there and empty, or that a former process locked, is as good as none', async () => {
  mkdirSync(restored());
  await demandEmpty(restored());
  await restoreBackup(backup, await checkBackup(backup), restored());
  write(join(folder, 'locked', 'processor.lock'), '1 boot host\n');
  await demandEmpty(join(folder, 'locked'));
  await demandEmpty(join(folder, 'not-there'));
});
