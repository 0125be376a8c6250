import { readFileSync } from 'node:fs';
import type { Child } from '../harness/child.js';

/** What a process took at most, MB; undefined where the system does not tell. */
export function peakMemoryMb(pid: number): number | undefined {
  try {
    const [, kb] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kb === undefined ? undefined : Number(kb) / 1000;
  } catch {
    return undefined;
  }
}

/** A part that is started again after it ended: each start is a process of its own. */
export class Part {
  readonly #children: Child[] = [];
  #isRunning = false;
  #peakMb = 0;

  /**
   * @param launch a new process
   * @param onReady is given the child when it said that it is ready
   */
  constructor(
    readonly name: string,
    private readonly launch: () => Child,
    private readonly onReady: (child: Child) => Promise<unknown> = (child) => child.line(/^Ready/),
  ) {}

  async start(): Promise<void> {
    const child = this.launch();
    this.#children.push(child);
    this.#isRunning = true;
    const ended = () => {
      if (child === this.#children.at(-1)) this.#isRunning = false;
    };
    child.exited.then(ended, ended);
    await this.onReady(child);
  }

  /** The process that runs, or ran last. */
  get child(): Child {
    const child = this.#children.at(-1);
    if (!child) throw new Error(`${this.name} was never started`);
    return child;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  async kill(): Promise<void> {
    this.notePeak();
    await this.child.stop('SIGKILL');
  }

  /** In order, as Ctrl-C does. */
  async stop(): Promise<void> {
    this.notePeak();
    const { code, signal } = await this.child.stop();
    if (code !== 0) throw new Error(`${this.name} ended with ${code ?? signal}:\n${this.child.stderr.slice(-20).join('\n')}`);
  }

  freeze(): void {
    process.kill(this.child.pid, 'SIGSTOP');
  }

  wake(): void {
    process.kill(this.child.pid, 'SIGCONT');
  }

  notePeak(): void {
    this.#peakMb = Math.max(this.#peakMb, peakMemoryMb(this.child.pid) ?? 0);
  }

  /** Most of all its processes, MB; 0 where the system does not tell. */
  get peakMb(): number {
    return this.#peakMb;
  }

  /** All that its processes said, a text each. */
  get logs(): string[] {
    return this.#children.map(({ stdout, stderr }) => [...stdout, ...stderr].join('\n'));
  }
}
