import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildProjects, fingerprintOf, listFiles } from './build-inputs.mjs';
import { countsOf } from './count-reporter.mjs';
import { isSupportedNode } from './node-version.mjs';
import { startProgress } from './progress.mjs';
import { compiledPattern, testEnvironment } from './run-jest.mjs';

let folder;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pulseboard-prepare-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const write = (path, text = '') => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

test.each(['20.19.0', '20.20.2', '22.12.0', '22.30.1', '23.0.0', '26.1.0'])('Node %s is taken', (version) =>
  expect(isSupportedNode(version)).toBe(true),
);
test.each(['12.22.0', '14.21.3', '18.20.0', '20.18.9', '21.7.0', '22.11.9'])('Node %s is refused', (version) =>
  expect(isSupportedNode(version)).toBe(false),
);

describe('the compiled files', () => {
  test('of a source that is gone are removed, and no others', () => {
    write('tsconfig.json', JSON.stringify({ references: [{ path: 'a' }] }));
    write('a/tsconfig.json', JSON.stringify({ compilerOptions: { outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo' } }));
    for (const path of [
      'a/kept.ts',
      'a/page.tsx',
      'a/dist/kept.js',
      'a/dist/kept.d.ts',
      'a/dist/kept.js.map',
      'a/dist/page.js',
      'a/dist/.tsbuildinfo',
    ])
      write(path);
    for (const path of ['a/dist/gone.test.js', 'a/dist/gone.test.d.ts', 'a/dist/deep/gone.js.map']) write(path);
    for (const project of buildProjects(folder)) project.removeStale();
    expect(listFiles(join(folder, 'a', 'dist'), () => true).map((file) => file.slice(folder.length + 8))).toEqual([
      'kept.d.ts',
      'kept.js',
      'kept.js.map',
      'page.js',
    ]);
  });

  test('are stale when a source changes, comes or goes, and only then', () => {
    write('src/a.ts', 'one');
    write('src/node_modules/x.ts');
    write('src/dist/a.js');
    const now = () =>
      fingerprintOf(
        listFiles(join(folder, 'src'), () => true),
        folder,
      );
    const first = now();
    write('src/dist/b.js');
    expect(now()).toBe(first);
    write('src/a.ts', 'three');
    const second = now();
    expect(second).not.toBe(first);
    write('src/b.ts');
    expect(now()).not.toBe(second);
    rmSync(join(folder, 'src/b.ts'));
    expect(now()).toBe(second);
  });
});

test.each([
  { isTTY: true, expected: '\r\x1b[2KWork: done after 2 s\n' },
  { isTTY: false, expected: 'Work: done after 2 s\n' },
])('progress ends with one line (terminal: $isTTY)', ({ isTTY, expected }) => {
  const written = [];
  const times = [0, 2000];
  startProgress('Work', { stream: { isTTY, write: (text) => written.push(text) }, now: () => times.shift() }).end('done');
  expect(written.at(-1)).toBe(expected);
});

test.each([
  ['contract/ids.test.ts', 'contract/(dist|build)/ids.test'],
  ['./edge-gateway/decode', 'edge-gateway/(dist|build)/decode'],
  ['contract/dist/ids.test.js', 'contract/dist/ids.test.js'],
  ['start/prepare.test.mjs', 'start/prepare.test.mjs'],
  ['ids', 'ids'],
  ['--verbose', '--verbose'],
])('the pattern %s finds the compiled %s', (given, pattern) => expect(compiledPattern(given)).toBe(pattern));

test("the caller's settings do not reach the tests", () => {
  expect(testEnvironment({ PATH: '/bin', PULSEBOARD_HOST: '0.0.0.0', TEST_CHROMIUM: '/old' })).toEqual({ PATH: '/bin' });
});

test('a suite that cannot run counts as a failure', () => {
  expect(countsOf({ numPassedTests: 5, numFailedTests: 1, numRuntimeErrorTestSuites: 2, numPendingTests: 3, numTodoTests: 1 })).toEqual({
    passed: 5,
    failed: 3,
    skipped: 4,
  });
});
