/** Runs Jest over the compiled tests and counts what came of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @param {{ root: string, args: readonly string[], tools: Record<string, string> }} options
 * @returns {Promise<{ passed: number, failed: number, skipped: number, code: number }>} a suite that cannot run counts as a failed test
 */
export async function runJest({ root, args, tools }) {
  const folder = mkdtempSync(join(tmpdir(), 'pulseboard-test-'));
  const counts = join(folder, 'counts.json');
  const child = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      '--reporters=default',
      `--reporters=${join(root, 'start', 'count-reporter.mjs')}`,
      // After the reporters: Jest takes what follows those for more of them.
      // One more than the cores of a small machine: tests of whole systems wait more than they reckon.
      '--maxWorkers=3',
      ...args.map(compiledPattern),
    ],
    { cwd: root, stdio: 'inherit', env: { ...testEnvironment(process.env), ...tools, TEST_COUNTS_FILE: counts } },
  );
  const forward = (signal) => void child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, forward);
  const [code, signal] = await once(child, 'close');
  const none = { passed: 0, failed: 0, skipped: 0 };
  const result = readCounts(counts) ?? none;
  rmSync(folder, { recursive: true, force: true });
  return { ...result, code: code ?? 128 + (constants.signals[signal] ?? 0) };
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The caller's settings and tools must not decide what a test sees. */
export function testEnvironment(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(PULSEBOARD_|TEST_)/.test(name)));
}

/** The name of a source as the name of its compiled test: `contract/ids.test.ts` is `contract/(dist|build)/ids.test.js`. */
export function compiledPattern(arg) {
  const source = /^(?:\.\/)?([\w-]+)\/(?!dist\/|build\/)(.*?)(?:\.tsx?)?$/.exec(arg);
  if (!source || source[2].endsWith('.mjs')) return arg;
  return `${source[1]}/(dist|build)/${source[2]}`;
}
