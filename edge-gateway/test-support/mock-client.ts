import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A fixture: the mock in a process of its own. */
export interface MockProcess {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  /** @returns what the method of MockBluez returns */
  do(method: string, ...values: unknown[]): Promise<unknown>;
  signal(name: NodeJS.Signals): void;
}

export async function startMockProcess(busAddress: string): Promise<MockProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('mock-bluez-process.js', import.meta.url)), busAddress], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { result, error } = JSON.parse((await lines.next()).value ?? '{"error": "the mock has ended"}');
    if (error) throw new Error(error);
    return result;
  };
  const exited = once(child, 'exit');
  await answer();
  return {
    pid: child.pid!,
    exited,
    do(method, ...values) {
      child.stdin.write(`${JSON.stringify([method, ...values])}\n`);
      return answer();
    },
    signal: (name) => child.kill(name),
  };
}
