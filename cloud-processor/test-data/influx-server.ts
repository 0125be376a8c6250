import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** Path of InfluxDB 1 on this machine, or undefined. */
export const influxdPath: string | undefined =
  process.env.TEST_INFLUXD ?? FOLDERS.map((folder) => join(folder, 'influxd')).find(existsSync);

/** `describe`, or a skipped one with a word why where there is no influxd. */
export function describeOnInflux(name: string, tests: () => void): void {
  if (!influxdPath) process.stderr.write(`Skipped: ${name}: influxd is not installed (Debian package influxdb)\n`);
  (influxdPath ? describe : describe.skip)(name, tests);
}

/** One series of an answer. */
export interface Series {
  name: string;
  tags?: Record<string, string>;
  columns: string[];
  values: unknown[][];
}

const running = new Set<ChildProcess>();
// Whatever becomes of a test, no server outlives it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A real influxd in a folder of its own, on a free port; each start is a process of its own. */
export class InfluxServer {
  #child: ChildProcess | undefined;
  #port = 0;

  /** @param env settings of influxd: INFLUXDB_… */
  constructor(
    private readonly folder: string,
    private readonly env: Record<string, string> = {},
  ) {}

  static async start(folder: string, env?: Record<string, string>): Promise<InfluxServer> {
    const server = new InfluxServer(folder, env);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** @param port a certain one; 0: a free one */
  async start(port = 0): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const env = {
      PATH: process.env.PATH ?? '',
      INFLUXDB_REPORTING_DISABLED: 'true',
      INFLUXDB_BIND_ADDRESS: '127.0.0.1:0',
      INFLUXDB_META_DIR: join(this.folder, 'meta'),
      INFLUXDB_DATA_DIR: join(this.folder, 'data'),
      INFLUXDB_DATA_WAL_DIR: join(this.folder, 'wal'),
      INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
      INFLUXDB_HTTP_LOG_ENABLED: 'false',
      INFLUXDB_MONITOR_STORE_ENABLED: 'false',
      ...this.env,
    };
    const child = spawn(influxdPath!, ['run', '-config', '/dev/null'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    const said: string[] = [];
    const lines = createInterface({ input: child.stderr! });
    this.#port = await new Promise<number>((resolve, reject) => {
      lines.on('line', (line) => {
        said.push(line);
        const [, found] = /Listening on HTTP.* addr=127\.0\.0\.1:(\d+)/.exec(line) ?? [];
        if (found) resolve(Number(found));
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`influxd ended:\n${said.slice(-5).join('\n')}`)));
    });
    lines.removeAllListeners('line').on('line', () => {});
    // A test that fails before it ends its server must not keep its process.
    child.unref();
    (child.stderr as Socket).unref();
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Kills it and starts it again where it was. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start(this.#port);
  }

  freeze(): void {
    this.#child!.kill('SIGSTOP');
  }

  wake(): void {
    this.#child!.kill('SIGCONT');
  }

  /** Asks it directly. @throws Error with what InfluxDB says of a statement that it does not take */
  async query(database: string, statement: string): Promise<Series[]> {
    const body = new URLSearchParams({ q: statement });
    const response = await fetch(`${this.url}/query?epoch=ms&db=${encodeURIComponent(database)}`, { method: 'POST', body });
    type Answer = { results?: { error?: string; series?: Series[] }[]; error?: string };
    const { results = [], error } = (await response.json()) as Answer;
    const fault = error ?? results.find((result) => result.error)?.error;
    if (fault) throw new Error(`${statement}: ${fault}`);
    return results.flatMap(({ series = [] }) => series);
  }

  /** The same. @returns rows of all series, as objects, with their tags */
  async ask(database: string, statement: string): Promise<Record<string, unknown>[]> {
    return (await this.query(database, statement)).flatMap(({ tags, columns, values }) =>
      values.map((value) => ({ ...tags, ...Object.fromEntries(columns.map((column, i) => [column, value[i]])) })),
    );
  }

  /** Writes lines directly. @returns status and body */
  async put(database: string, lines: string): Promise<{ status: number; body: string }> {
    const response = await fetch(`${this.url}/write?db=${encodeURIComponent(database)}&precision=ns`, { method: 'POST', body: lines });
    return { status: response.status, body: await response.text() };
  }
}
