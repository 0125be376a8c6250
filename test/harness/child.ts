import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { cleanEnvironment, root } from './environment.js';
import { DEADLINE_MS, eventually } from './eventually.js';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  env?: Record<string, string>;
  ownGroup?: boolean;
  isBare?: boolean;
  cwd?: string;
  user?: { uid?: number; gid?: number };
}

const running = new Set<ChildProcess>();

/** A program of its own, with what it says, line by line. */
export class Child {
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  #exit: Exit | undefined;

  /**
   * @param ownGroup leads a process group, so that `groupIsEmpty` can tell whether it left somebody behind
   * @param isBare has the variables of `env` and no others
   * @param user whom it runs as; absent: as this process
   */
  constructor(
    readonly command: string,
    args: readonly string[],
    { env = {}, ownGroup = false, isBare = false, cwd = root, user = {} }: ChildOptions = {},
  ) {
    this.#process = spawn(command, args, {
      ...user,
      cwd,
      env: isBare ? env : { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: ownGroup,
    });
    running.add(this.#process);
    createInterface({ input: this.#process.stdout! }).on('line', (line) => this.stdout.push(line));
    createInterface({ input: this.#process.stderr! }).on('line', (line) => this.stderr.push(line));
    this.exited = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      // `close` comes when the output is complete; the readers of lines are then one turn behind.
      this.#process.once('close', (code, signal) => setImmediate(() => resolve({ code, signal })));
    });
    this.exited.then(
      (exit) => {
        running.delete(this.#process);
        this.#exit = exit;
      },
      () => {},
    );
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Waits for a line of stdout. @returns its match */
  async line(pattern: RegExp, deadlineMs = DEADLINE_MS): Promise<RegExpExecArray> {
    let ended = false;
    const found = await eventually(
      `${pattern} from ${this.command}`,
      () => {
        for (const line of this.stdout) {
          const match = pattern.exec(line);
          if (match) return match;
        }
        ended = this.#exit !== undefined;
        return ended ? 'ended' : undefined;
      },
      deadlineMs,
    );
    if (typeof found === 'string') throw new Error(`It ended without ${pattern}:\n${[...this.stdout, ...this.stderr].join('\n')}`);
    return found;
  }

  /** Nobody reads its standard output any more, as after `| head`. */
  closeOutput(): void {
    this.#process.stdout!.destroy();
  }

  /** Asks it to end and waits until it has. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    if (!this.#exit) this.#process.kill(signal);
    return this.exited;
  }

  /** Whether nobody is left of the process group that it led. */
  groupIsEmpty(): boolean {
    try {
      process.kill(-this.pid, 0);
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH';
    }
  }
}

/** For `afterAll`: whoever a failed test left behind. */
export async function killLeftChildren(): Promise<void> {
  const left = [...running];
  for (const child of left) child.kill('SIGKILL');
  await Promise.all(left.map((child) => child.exitCode ?? child.signalCode ?? new Promise((resolve) => child.once('exit', resolve))));
}
