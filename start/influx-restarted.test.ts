import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { runInfluxRestarted, serveInfluxRestarted } from './influx-restarted.js';

const log = pino({ level: 'silent' });
let dataDir: string;
let stop: () => Promise<void> = async () => {};
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'pulseboard-restarted-'));
});
afterEach(async () => {
  await stop();
  rmSync(dataDir, { recursive: true });
});

async function run(noAnswerMs?: number): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runInfluxRestarted({ out: (line) => out.push(line), err: (line) => err.push(line) }, dataDir, noAnswerMs);
  return { code, out, err };
}

test('a person confirms to the running processor, and nothing of the request stays', async () => {
  let confirmed = 0;
  stop = await serveInfluxRestarted(dataDir, async () => void confirmed++, log);
  expect(await run()).toEqual({ code: 0, out: [expect.stringContaining('writes to InfluxDB again')], err: [] });
  expect(confirmed).toBe(1);
  expect(readdirSync(dataDir)).toEqual([]);
});

test('where there is nothing to confirm, the processor says why', async () => {
  stop = await serveInfluxRestarted(dataDir, () => Promise.reject(new Error('There is nothing to confirm.')), log);
  expect(await run()).toEqual({ code: 1, out: [], err: ['There is nothing to confirm.'] });
});

test('without a processor it says what to do, and confirms nothing to a later one', async () => {
  expect(await run(200)).toEqual({
    code: 1,
    out: [],
    err: [`No processor answers in the data folder ${dataDir}; start it, or set PULSEBOARD_DATA_DIR to its folder.`],
  });
  writeFileSync(join(dataDir, 'influx-restarted-request.json'), '{"id":"left by a killed command"}');
  let confirmed = 0;
  stop = await serveInfluxRestarted(dataDir, async () => void confirmed++, log);
  expect(readdirSync(dataDir)).toEqual([]);
  expect(confirmed).toBe(0);
});
