import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PostgresServer, postgresPath } from '@pulseboard/cloud-processor/postgres-server';
import { board, health } from './harness/api.js';
import { tempFolder, testWhere } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { cleanUp, runCommand, START_TIMEOUT_MS, startChild, startSystem } from './harness/system.js';

const testPostgres = testWhere(postgresPath, 'people in PostgreSQL: postgres is not installed (Debian package postgresql)');

let server: PostgresServer | undefined;
afterAll(async () => {
  await cleanUp();
  await server?.close();
});

/** Who of a gym is heard just now. */
const heard = async (url: string, gym = 'demo') => (await board(url, gym)).members.filter(({ bpm }) => bpm !== undefined);

testPostgres(
  'npm start with its people in PostgreSQL: one processor alone, a server that is killed and back, and a restart',
  async () => {
    server = await PostgresServer.start();
    const dataDir = join(tempFolder(), 'data');
    const settings = {
      PULSEBOARD_DATABASE_URL: await server.create('pulseboard'),
      PULSEBOARD_DATA_DIR: dataDir,
      PULSEBOARD_STRAPS: '4',
    };
    const first = await startSystem(settings);
    await eventually('Ada on the board', async () => (await heard(first.url)).some(({ member }) => member === 'ada'));
    expect(existsSync(join(dataDir, 'registry'))).toBe(false);
    expect(first.child.stdout.join('\n')).toMatch(/people in PostgreSQL at 127\.0\.0\.1:\d+\/pulseboard, all else in /);

    const second = await runCommand(['processor'], { ...settings, PULSEBOARD_DATA_DIR: join(tempFolder(), 'data') });
    expect(second.code).toBe(1);
    expect(second.stderr.at(-1)).toMatch(
      /^The registry cannot be opened: the database at \S+ is in use by another processor \(process \d+ on the host \S+\);/,
    );

    await server.kill();
    await eventually('the registry missed, although nobody needs it', async () => (await fetch(`${first.url}/healthz`)).status === 503);
    expect(await health(first.url)).toMatchObject({ status: 'degraded', store: 'ok', registry: 'away' });
    const annex = startChild(['gateway'], {
      PULSEBOARD_BROKER_URL: first.mqttUrl,
      PULSEBOARD_GYM: 'annex',
      PULSEBOARD_RADIO: 'simulated',
      PULSEBOARD_STRAPS: '3',
    });
    await eventually('a room that cannot be made known', async () => {
      const { status, store, readings } = await health(first.url);
      return status === 'degraded' && store === 'ok' && readings.turnedAway > 0;
    });
    expect((await heard(first.url)).length).toBeGreaterThan(0);
    await server.resume();
    await eventually('the room after all', async () => (await heard(first.url, 'annex')).length === 3);
    await eventually('the registry back', async () => (await health(first.url)).status === 'ok');
    expect(await health(first.url)).toMatchObject({ registry: 'ok', failedFlushes: 0 });
    await annex.stop();
    expect(await first.child.stop()).toEqual({ code: 0, signal: null });

    await server.sql('pulseboard', `UPDATE members SET nickname = 'Ada L.' WHERE member = 'ada'`);
    const again = await startSystem(settings);
    await eventually('her name as PostgreSQL has it', async () => (await heard(again.url)).some(({ nickname }) => nickname === 'Ada L.'));
    expect((await board(again.url, 'annex')).gym).toBe('annex');
    expect(await again.child.stop()).toEqual({ code: 0, signal: null });

    const said = [first.child, second, again.child].flatMap(({ stdout, stderr }) => [...stdout, ...stderr]).join('\n');
    const { username, password } = new URL(settings.PULSEBOARD_DATABASE_URL);
    for (const secret of [username, password]) for (const form of [secret, decodeURIComponent(secret)]) expect(said).not.toContain(form);
  },
  START_TIMEOUT_MS,
);
