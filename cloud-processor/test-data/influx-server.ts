import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { InfluxStandIn, type StandInVersion, TEST_TOKEN } from './influx-stand-in.js';
import { influxd, influxdArgs, influxdEnvironment, influxdPort, makeBucket, setUp } from './influxd.js';

export { InfluxStandIn, TEST_TOKEN } from './influx-stand-in.js';
export { influxd, influxdArgs, influxdEnvironment, influxdPort, makeBucket, setUp } from './influxd.js';

/** `describe`, or a skipped one with a word why where there is no influxd. */
export function describeOnInflux(name: string, tests: () => void): void {
  if (!influxd) process.stderr.write(`Skipped: ${name}: influxd is not installed (Debian package influxdb)\n`);
  (influxd ? describe : describe.skip)(name, tests);
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

/** How to log in to a server of tests. */
export interface TestLogin {
  url: string;
  /** Of version 2. */
  token?: string;
}

/** A real influxd in a folder of its own, on a free port; each start is a process of its own. A stand-in may give it the words of another version. */
export class InfluxServer {
  #child: ChildProcess | undefined;
  #port = 0;
  #standIn: InfluxStandIn | undefined;

  /** @param env settings of influxd: INFLUXDB_… @param version answers like this one; absent: like itself */
  constructor(
    private readonly folder: string,
    private readonly env: Record<string, string> = {},
    private readonly version: StandInVersion | undefined = influxd?.standIn,
  ) {}

  static async start(folder: string, env?: Record<string, string>, version?: StandInVersion): Promise<InfluxServer> {
    const server = new InfluxServer(folder, env, version);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return this.#standIn?.port ?? this.#port;
  }

  get login(): TestLogin {
    return { url: this.url, ...(this.#isVersion2 ? { token: TEST_TOKEN } : {}) };
  }

  get #isVersion2(): boolean {
    return this.version ? this.version.startsWith('2') : influxd?.major === 2;
  }

  get standIn(): InfluxStandIn {
    if (!this.#standIn) throw new Error('This server has no stand-in');
    return this.#standIn;
  }

  /** @param port a certain one; 0: a free one */
  async start(port = 0): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const env = { PATH: process.env.PATH ?? '', ...influxdEnvironment(this.folder, this.#standIn ? 0 : port), ...this.env };
    if (this.version && !this.#standIn) this.#standIn = await InfluxStandIn.open(this.version, () => this.#port);
    const child = spawn(influxd!.path, influxdArgs(influxd!), { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    const said: string[] = [];
    const lines = createInterface({ input: child.stderr! });
    this.#port = await new Promise<number>((resolve, reject) => {
      lines.on('line', (line) => {
        said.push(line);
        const found = influxdPort(line);
        if (found) resolve(found);
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`influxd ended:\n${said.slice(-5).join('\n')}`)));
    });
    lines.removeAllListeners('line').on('line', () => {});
    this.#standIn?.onServerStart();
    // A test that fails before it ends its server must not keep its process.
    child.unref();
    (child.stderr as Socket).unref();
    if (this.#isVersion2) await setUp(this.url);
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Kills it for good, and with it its stand-in. */
  async close(): Promise<void> {
    await this.kill();
    await this.#standIn?.close();
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

  /** Makes a database, of version 2 a bucket. @param retentionS undefined: it keeps everything */
  async create(name: string, retentionS?: number): Promise<void> {
    if (this.login.token === undefined) {
      await this.query(
        '',
        `CREATE DATABASE "${name}"${retentionS ? ` WITH DURATION ${retentionS}s SHARD DURATION 1h NAME "autogen"` : ''}`,
      );
      return;
    }
    await makeBucket(this.url, name, retentionS);
  }

  get #headers(): Record<string, string> {
    const { token } = this.login;
    return token === undefined ? {} : { authorization: `Token ${token}` };
  }

  /** Asks it directly. @throws Error with what InfluxDB says of a statement that it does not take */
  async query(database: string, statement: string): Promise<Series[]> {
    const body = new URLSearchParams({ q: statement });
    const response = await fetch(`${this.url}/query?epoch=ms&db=${encodeURIComponent(database)}`, {
      method: 'POST',
      body,
      headers: this.#headers,
    });
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
    const response = await fetch(`${this.url}/write?db=${encodeURIComponent(database)}&precision=ns`, {
      method: 'POST',
      body: lines,
      headers: this.#headers,
    });
    return { status: response.status, body: await response.text() };
  }
}
