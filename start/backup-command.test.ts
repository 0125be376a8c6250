import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBackup, runRestore } from './backup-command.js';

let folder: string;
let before: NodeJS.ProcessEnv;
beforeEach(() => {
  before = process.env;
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-backup-'));
  process.env = { PULSEBOARD_DATA_DIR: join(folder, 'data') };
});
afterEach(() => {
  process.env = before;
  rmSync(folder, { recursive: true });
});

/** @returns what it said */
async function run(command: typeof runBackup, ...args: string[]): Promise<string[]> {
  const said: string[] = [];
  expect(await command(args, { version: '0.1.0', out: (line) => said.push(line) })).toBe(0);
  return said;
}

test.each([
  ['nothing to back up', runBackup, [], /^There is no data in \S+; PULSEBOARD_DATA_DIR names another folder\.$/],
  ['what is no backup', runRestore, ['/'], /^\/ is no backup: it has no manifest\.json\.$/],
  ['two folders', runRestore, ['a', 'b'], /^One folder is asked for, not 2: a, b\.$/],
])('%s: one sentence', async (_, command, args, said) => {
  await expect(run(command, ...args)).rejects.toThrow(said);
});

test.each([runBackup, runRestore])('--help tells how', async (command) => {
  expect((await run(command, '--help')).join('\n')).toMatch(/npm run (backup|restore) -- /);
});

test('a restore overwrites nothing: neither data nor what is no folder', async () => {
  const dataDir = process.env.PULSEBOARD_DATA_DIR!;
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, 'file'), 'x');
  await run(runBackup, join(folder, 'backups'));
  const backup = join(folder, 'backups', readdirSync(join(folder, 'backups'))[0]!);
  await expect(run(runRestore, backup)).rejects.toThrow(
    `${dataDir} holds data already, and a restore overwrites none: move it away first (mv ${dataDir} ${dataDir}.old).`,
  );
  rmSync(dataDir, { recursive: true });
  writeFileSync(dataDir, 'a wreck');
  await expect(run(runRestore, backup)).rejects.toThrow();
  expect(readFileSync(dataDir, 'utf8')).toBe('a wreck');
});

test('what is kept elsewhere is named, and no password with it', async () => {
  mkdirSync(process.env.PULSEBOARD_DATA_DIR!);
  writeFileSync(join(process.env.PULSEBOARD_DATA_DIR!, 'file'), 'x');
  process.env.PULSEBOARD_INFLUX_URL = 'http://127.0.0.1:8086';
  process.env.PULSEBOARD_DATABASE_URL = 'postgres://ada:secret@127.0.0.1:5432/pulseboard';
  const said = await run(runBackup, join(folder, 'backups'));
  expect(said).toEqual([
    expect.stringMatching(/^1 files, 0\.0 MB: /),
    'Not in it: readings and seconds, which are in InfluxDB (http://127.0.0.1:8086). That has backups of its own (docs/operations.md).',
    'Not in it: people, classes and books, which are in PostgreSQL. That has backups of its own (docs/operations.md).',
  ]);
  expect(readdirSync(join(folder, 'backups'))).toHaveLength(1);
});
