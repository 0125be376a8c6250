import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { get, health, type MemberHeartRate, memberHeartRate } from './harness/api.js';
import { dataFolder } from './harness/data-folder.js';
import { tempFolder } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { freePort } from './harness/free-port.js';
import { ledger, ledgerFaults } from './harness/ledger.js';
import { cleanUp, runCommand, type Settings, START_TIMEOUT_MS, type System, startChild, startSystem } from './harness/system.js';

let system: System;
let settings: Settings;
let dataDir: string;
const backups = join(tempFolder(), 'with a blank', 'backups');
const liveBackups = join(tempFolder(), 'backups');
/** Figures of seconds that are derived, which nothing changes any more. */
let span: { from: number; to: number };
let before: { members: MemberHeartRate[]; room: unknown };

beforeAll(async () => {
  dataDir = await dataFolder();
  settings = { PULSEBOARD_DATA_DIR: dataDir };
  system = await startSystem(settings);
}, START_TIMEOUT_MS);
afterAll(cleanUp);

const figures = async (url: string) => ({
  members: await Promise.all(['ada', 'bruno'].map((member) => memberHeartRate(url, member, { ...span, gym: 'demo' }))),
  room: await get(url, `/api/v1/rooms/demo/main/heart-rate/by-second?from=${span.from}&to=${span.to}`),
});

test(
  'while a system runs it is backed up, and goes on; what it had stored by then is restored, and the ledger balances',
  async () => {
    const from = Date.now() - 60_000;
    await eventually('some seconds of everybody', async () => {
      span = { from, to: (await health(system.url)).derivedUntil - 1000 };
      before = await figures(system.url);
      return before.members.every(({ seconds }) => seconds > 1);
    });
    const { stored } = (await ledger(system.url)).totals;
    const [made, second] = await Promise.all([
      runCommand(['backup', liveBackups], settings),
      runCommand(['backup', liveBackups], settings),
    ]);
    // One at a time: the other one says so.
    const [whole, refused] = made.code === 0 ? [made, second] : [second, made];
    expect(whole).toMatchObject({ code: 0, stderr: [] });
    expect(whole.stdout).toEqual([
      expect.stringMatching(/^A processor uses the data folder and goes on/),
      expect.stringMatching(/^The stores are copied/),
      expect.stringMatching(/^\d+ files, \d+\.\d MB: .*\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/),
    ]);
    expect(refused.stderr).toEqual([expect.stringMatching(/^The data folder \S+ is in use by another backup \(process \d+\)/)]);
    expect((await health(system.url)).status).toBe('ok');
    expect(readdirSync(dataDir).filter((name) => name.startsWith('backup'))).toEqual([]);
    await eventually('it goes on', async () => (await ledger(system.url)).totals.stored > stored);

    const restored = { PULSEBOARD_DATA_DIR: join(tempFolder(), 'restored') };
    const [name] = readdirSync(liveBackups);
    expect(readdirSync(liveBackups)).toHaveLength(1);
    expect(await runCommand(['restore', join(liveBackups, name!)], restored)).toMatchObject({ code: 0, stderr: [] });
    const again = await startSystem(restored);
    expect(await figures(again.url)).toEqual(before);
    await eventually('the spool of the backup is stored, too', async () => {
      const { spools } = await ledger(again.url);
      return spools.length > 1 && spools.filter(({ open }) => open > 0).length <= 1;
    });
    const after = await ledger(again.url);
    expect(ledgerFaults(after)).toEqual([]);
    expect(after.totals.stored).toBeGreaterThanOrEqual(stored);
    await again.child.stop();
  },
  START_TIMEOUT_MS,
);

/** Rows of the store, as no part of ours tells it. */
async function storedRows(): Promise<number> {
  const instance = await DuckDBInstance.create(join(dataDir, 'pulseboard.duckdb'), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const rows = await connection.runAndReadAll('SELECT count(*)::INTEGER FROM readings');
  connection.closeSync();
  instance.closeSync();
  return rows.getRows()[0]![0] as number;
}

test('stopped, backed up, lost, restored, started: the same figures, and the ledger balances', async () => {
  expect(await system.child.stop()).toEqual({ code: 0, signal: null });
  const rows = await storedRows();
  expect(rows).toBeGreaterThan(50);
  const made = await runCommand(['backup', backups], settings);
  expect(made).toMatchObject({ code: 0, stderr: [] });
  const backup = join(backups, readdirSync(backups)[0]!);
  expect(made.stdout).toEqual([expect.stringMatching(/^\d+ files, \d+\.\d MB: .*backups\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/)]);

  rmSync(dataDir, { recursive: true });
  expect(await runCommand(['restore', backup], settings)).toMatchObject({
    code: 0,
    stdout: [expect.stringMatching(/^\d+ files of .* are in /)],
  });

  const noBroker = `mqtt://127.0.0.1:${await freePort()}`;
  const processor = startChild(['processor'], { ...settings, PULSEBOARD_RADIO: 'simulated', PULSEBOARD_BROKER_URL: noBroker });
  const [, url] = await processor.line(/^ {2}board +(http:\S+)\/$/);
  expect(await figures(url!)).toEqual(before);
  const restored = await ledger(url!);
  expect(ledgerFaults(restored, true)).toEqual([]);
  expect(restored.totals.stored).toBe(rows);
  await processor.stop();
});
