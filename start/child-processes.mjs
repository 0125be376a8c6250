/** Child processes of the preparation: their output is kept, and none of them outlives us. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

const KILL_AFTER_MS = 3000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The children of one piece of work. */
export class ChildProcesses {
  #running = new Set();
  #onSpawn;

  /** @param {{ onSpawn?(pid: number): void }} [hooks] */
  constructor({ onSpawn = () => {} } = {}) {
    this.#onSpawn = onSpawn;
  }

  /**
   * @param {string} command
   * @param {readonly string[]} args
   * @param {import('node:child_process').SpawnOptions & { onOutput?(text: string): void }} [options]
   * @returns {Promise<{ code: number, output: string }>} exit code, and stdout and stderr as they came
   */
  async run(command, args, { onOutput = () => {}, ...options } = {}) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.#running.add(child);
    if (child.pid) this.#onSpawn(child.pid);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
        onOutput(text);
      });
    try {
      const [code, signal] = await once(child, 'close');
      return { code: code ?? 128 + (constants.signals[signal] ?? 0), output };
    } catch (error) {
      return { code: 127, output: String(error) };
    } finally {
      this.#running.delete(child);
    }
  }

  /**
   * While `work` runs, a signal ends its children, then us.
   * @template T
   * @param {() => Promise<T>} work
   * @param {() => void} [cleanUp] called before the process ends by a signal
   * @returns {Promise<T>}
   */
  async endingOnSignals(work, cleanUp = () => {}) {
    const stop = async (signal) => {
      const children = [...this.#running];
      const ends = Promise.all(children.map((child) => once(child, 'close').catch(() => undefined)));
      for (const child of children) child.kill(signal);
      const force = setTimeout(() => children.forEach((child) => void child.kill('SIGKILL')), KILL_AFTER_MS);
      await ends;
      clearTimeout(force);
      cleanUp();
      process.exit(128 + constants.signals[signal]);
    };
    for (const signal of SIGNALS) process.on(signal, stop);
    try {
      return await work();
    } finally {
      for (const signal of SIGNALS) process.off(signal, stop);
    }
  }
}
