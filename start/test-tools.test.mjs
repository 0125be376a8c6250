import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProcesses } from './child-processes.mjs';
import { foundTools, provideTools } from './test-tools.mjs';

describe('programs that tests need', () => {
  let empty;
  beforeEach(() => (empty = mkdtempSync(join(tmpdir(), 'pulseboard-path-'))));
  afterEach(() => rmSync(empty, { recursive: true }));

  test('are listed as skipped, with how to install them, where nothing may be installed', async () => {
    const said = [];
    const tools = await provideTools({ ci: false, mayInstall: false, say: (line) => said.push(line), folders: [empty] });
    expect(tools).not.toHaveProperty('TEST_MOSQUITTO');
    expect(said[0]).toBe('PULSEBOARD_TEST_INSTALL=no: nothing is installed.');
    expect(said[1]).toBe('Skipped, because a program is missing:');
    expect(said.slice(2).join('\n')).toMatch(/mosquitto_sub +tests with another MQTT client\. Install it with: /);
    expect(said.slice(2).join('\n')).toMatch(/mosquitto +tests against another broker/);
  });

  test('are found with the package that brings each', () => {
    for (const { path: program, debian } of foundTools())
      expect([program, debian]).toEqual([expect.stringMatching(/^\//), expect.any(String)]);
  });
});

describe('child processes of the preparation', () => {
  test('report each start only to the work that started them', async () => {
    const spawned = [];
    const children = new ChildProcesses({ onSpawn: (pid) => spawned.push(pid) });
    const { code, output } = await children.endingOnSignals(() =>
      children.run(process.execPath, ['-e', 'console.log("hi"); process.exit(3)']),
    );
    expect([code, output, spawned.length]).toEqual([3, 'hi\n', 1]);
    await new ChildProcesses().run(process.execPath, ['--version']);
    expect(spawned).toHaveLength(1);
  });

  test('of a program that is not there end with 127', async () => {
    expect(await new ChildProcesses().run(join(tmpdir(), 'no-such-program'), [])).toMatchObject({ code: 127 });
  });
});
