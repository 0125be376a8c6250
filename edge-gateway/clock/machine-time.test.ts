import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNtpSynchronized, monotonicMs, readMachineBoot, uptimeMs } from './machine-time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-clock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const node = (script: string) => [process.execPath, '-e', script] as const;
const HANGS = 'setInterval(() => {}, 1000)';

test.each([
  { name: 'the program says yes', command: node('console.log("yes")'), is: true },
  { name: 'it says no', command: node('console.log("no")'), is: false },
  { name: 'it says nothing', command: node(''), is: false },
  { name: 'it says yes and fails', command: node('console.log("yes"); process.exitCode = 1'), is: false },
  { name: 'it does not end', command: node(HANGS), timeoutMs: 50, is: false },
  { name: 'it is not there', command: ['pulseboard-no-such-program'] as const, is: false },
  { name: 'the flag is there, whatever it says', flag: true, command: node('console.log("no")'), is: true },
])('synchronized when $name: $is', async ({ command, flag, timeoutMs = 60_000, is }) => {
  const flagFile = join(folder, 'synchronized');
  if (flag) writeFileSync(flagFile, '');
  expect(await isNtpSynchronized(false, { flagFile, command, timeoutMs })).toBe(is);
});

test('after a step the flag of before says nothing', async () => {
  const flagFile = join(folder, 'synchronized');
  writeFileSync(flagFile, '');
  const check = (word: string) => isNtpSynchronized(true, { flagFile, command: node(`console.log("${word}")`), timeoutMs: 60_000 });
  expect([await check('no'), await check('yes')]).toEqual([false, true]);
});

test('the boot has one name; without a name of its own each asking is another boot', () => {
  const path = join(folder, 'boot_id');
  expect(readMachineBoot(path)).not.toBe(readMachineBoot(path));
  writeFileSync(path, '\n');
  expect(readMachineBoot(path)).not.toBe(readMachineBoot(path));
  writeFileSync(path, '1f2e\n');
  expect(readMachineBoot(path)).toBe('1f2e');
});

test('both clocks go on', () => {
  const [monotonic, uptime] = [monotonicMs(), uptimeMs()];
  for (let i = 0; i < 1000; i++) {
    expect(monotonicMs()).toBeGreaterThanOrEqual(monotonic);
    expect(uptimeMs()).toBeGreaterThanOrEqual(uptime);
  }
});
