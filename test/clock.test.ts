import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { board, health, memberHeartRate } from './harness/api.js';
import { Child } from './harness/child.js';
import { mainScript, tempFolder, testWhere, toolPath } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { cleanUp, START_TIMEOUT_MS } from './harness/system.js';

afterAll(cleanUp);

const faketime = toolPath('TEST_FAKETIME');
const LATE_MS = 120_000;

/** libfaketime, as the program that belongs to it finds it. */
const library = (): string => spawnSync(faketime!, ['-f', '+0', 'sh', '-c', 'printf %s "$LD_PRELOAD"'], { encoding: 'utf8' }).stdout;

testWhere(process.platform === 'linux' && faketime, 'a wall clock that is stepped: faketime is missing')(
  'npm start on a machine whose clock is ten hours slow until NTP sets it: nothing is stored before, then all of it with its right time',
  async () => {
    const folder = tempFolder();
    const shift = join(folder, 'shift');
    writeFileSync(shift, '-10h\n');
    const began = Date.now();
    const env = {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: shift,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      PULSEBOARD_HTTP_PORT: '0',
      PULSEBOARD_MQTT_PORT: '0',
      PULSEBOARD_MQTT_WS_PORT: '0',
      PULSEBOARD_STRAPS: '3',
      PULSEBOARD_DATA_DIR: join(folder, 'data'),
    };
    const child = new Child(process.execPath, [mainScript, 'start'], { env });
    const [, url] = await child.line(/^ {2}board +(http:\S+)\/$/, LATE_MS);
    await child.line(/^Ready/, LATE_MS);
    const before = await health(url!);
    expect(before.readings).toMatchObject({ received: 0, stored: 0, deadLettered: 0 });

    writeFileSync(shift, '+0\n');
    const shown = await eventually(
      'live members by the right clock',
      async () => {
        const { at, members } = await board(url!);
        return Math.abs(at - Date.now()) < 60_000 && members.length === 3 && members.every(({ signal }) => signal === 'live') && members;
      },
      LATE_MS,
    );
    const seconds = await eventually('stored seconds', async () => {
      const { perSecond } = await memberHeartRate(url!, shown[0]!.member, { from: 0, to: Date.now() + 86_400_000 });
      return perSecond.length > 0 && perSecond;
    });
    for (const { at } of seconds) {
      expect(at).toBeGreaterThanOrEqual(began - 2000);
      expect(at).toBeLessThanOrEqual(Date.now() + 10_000);
    }
    expect((await health(url!)).readings.deadLettered).toBe(0);
    expect(await child.stop()).toEqual({ code: 0, signal: null });
  },
  START_TIMEOUT_MS * 4,
);
