/** Child processes of the preparation: their output is kept, and none of them outlives us. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

const KILL_AFTER_MS = 3000;
const running = new Set();
let onSpawn = (_pid) => {};

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} exit code, and stdout and stderr as they came
 */
export async function runCommand(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  running.add(child);
  if (child.pid) onSpawn(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text));
  try {
    const [code, signal] = await once(child, 'close');
    return { code: code ?? 128 + (constants.signals[signal] ?? 0), output };
  } catch (error) {
    return { code: 127, output: String(error) };
  } finally {
    running.delete(child);
  }
}

/**
 * While `work` runs, a signal ends its children, then us.
 * @template T
 * @param {() => Promise<T>} work
 * @param {{ cleanUp(): void, onSpawn(pid: number): void }} hooks `cleanUp` is called before the process ends by a signal
 * @returns {Promise<T>}
 */
export async function endingChildrenOnSignals(work, hooks) {
  onSpawn = hooks.onSpawn;
  const stop = async (signal) => {
    const children = [...running];
    const ends = Promise.all(children.map((child) => once(child, 'close').catch(() => undefined)));
    for (const child of children) child.kill(signal);
    const force = setTimeout(() => children.forEach((child) => void child.kill('SIGKILL')), KILL_AFTER_MS);
    await ends;
    clearTimeout(force);
    hooks.cleanUp();
    process.exit(128 + constants.signals[signal]);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
