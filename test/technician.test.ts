import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { get } from './harness/api.js';
import { tempFolder } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { cleanUp, runCommand, type Settings, START_TIMEOUT_MS, startChild, startSystem } from './harness/system.js';

const simulated: Settings = { PULSEBOARD_RADIO: 'simulated', PULSEBOARD_STRAPS: '4', PULSEBOARD_SEED: '9' };
afterAll(cleanUp);

test(
  'doctor says what is missing and what mends it, and is content when it is there',
  async () => {
    const nobody = await runCommand(['gateway', 'doctor'], { ...simulated, PULSEBOARD_BROKER_URL: 'mqtt://127.0.0.1:1' });
    expect(nobody.code).toBe(1);
    expect(nobody.stdout).toEqual(
      expect.arrayContaining([
        'This is gateway-1 in demo/main.',
        expect.stringMatching(/^FAIL {2}broker {5}mqtt:\/\/127\.0\.0\.1:1 cannot be reached: nothing listens there\.$/),
        expect.stringMatching(/^ +→ npm run broker/),
        '1 to mend.',
      ]),
    );

    const confused = await runCommand(['gateway', 'doctor', 'nonsense'], simulated);
    expect({ code: confused.code, first: confused.stderr[0] }).toEqual({
      code: 1,
      first: expect.stringContaining('does not know "nonsense"'),
    });

    const broker = startChild(['broker']);
    const [, url] = await broker.line(/^ {2}broker +(mqtt:\S+)/);
    const somebody = await runCommand(['gateway', 'doctor'], { ...simulated, PULSEBOARD_BROKER_URL: url! });
    expect({ code: somebody.code, last: somebody.stdout.at(-1) }).toEqual({ code: 0, last: 'A gateway can run here.' });
    await broker.stop();
  },
  START_TIMEOUT_MS,
);

test(
  'a gateway whose list leaves out everybody who is heard says so',
  async () => {
    const gateway = startChild(['gateway'], {
      ...simulated,
      PULSEBOARD_ALLOW_SENSORS: 'ant-hr-1',
      PULSEBOARD_BROKER_URL: 'mqtt://127.0.0.1:1',
    });
    await gateway.line(/^ {4}Nobody is taken: \d straps heard, \d left out by PULSEBOARD_ALLOW_SENSORS\./);
    await gateway.stop();
  },
  START_TIMEOUT_MS,
);

test(
  'what is recorded is played: the same straps, every reading stored',
  async () => {
    const file = join(tempFolder(), 'class.jsonl');
    const recorder = startChild(['gateway', 'record', file, '--seconds', '4'], simulated);
    expect(await recorder.exited).toEqual({ code: 0, signal: null });
    const frames = readFileSync(file, 'utf8').split('\n').length - 2;
    expect(recorder.stdout[0]).toMatch(new RegExp(`^${file}: ${frames} frames of \\d+ straps in \\d+ s`));

    const { child, url } = await startSystem({ PULSEBOARD_RADIO: 'replay', PULSEBOARD_REPLAY_FILE: file, PULSEBOARD_REPLAY_SPEED: '20' });
    await child.line(/^The recording has ended/);
    expect(child.stdout.find((line) => /^ {2}gateway/.test(line))).toContain(`replay of ${frames} frames of ${file}`);
    await eventually('all of it stored', async () => {
      const { totals } = await get<{ totals: { decoded: number; stored: number } }>(url, '/api/v1/ledger');
      return totals.decoded > 0 && totals.stored === totals.decoded;
    });
    await child.stop();
  },
  START_TIMEOUT_MS,
);
