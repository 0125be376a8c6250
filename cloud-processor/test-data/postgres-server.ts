import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const DEBIAN = '/usr/lib/postgresql';
const PLACES = [...debianPlaces(), '/usr/local/bin/postgres', '/opt/homebrew/bin/postgres'];

/** Path of `postgres` on this machine, or undefined; `initdb` and `psql` stand beside it. */
export const postgresPath: string | undefined = process.env.TEST_POSTGRES ?? PLACES.find(isExecutable);

/** `describe`, or a skipped one with a word why where there is no PostgreSQL. */
export const describeOnPostgres = (name: string, tests: () => void): void => (isThere(name) ? describe : describe.skip)(name, tests);

/** Likewise `test`. */
export const testOnPostgres = (name: string, work: () => Promise<void>): void => (isThere(name) ? test : test.skip)(name, work);

function isThere(name: string): boolean {
  if (!postgresPath) process.stderr.write(`Skipped: ${name}: postgres is not installed (Debian package postgresql)\n`);
  return Boolean(postgresPath);
}

/** Characters that an address must have as %-codes among them. */
const USER = 'ada@gym';
const PASSWORD = 'p/a#s:s w%rd';
const START_ATTEMPTS = 200;

const running = new Set<ChildProcess>();
// Whatever becomes of a test, no server outlives it: its processes end with the first of them.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A real PostgreSQL in a folder of its own, on a free port of 127.0.0.1, with a user and a password; each start is a process of its own. */
export class PostgresServer {
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(private readonly folder: string) {}

  /** Makes the folder, and in it an empty server that runs. */
  static async start(): Promise<PostgresServer> {
    const folder = await mkdtemp(join(tmpdir(), 'pulseboard-postgres-'));
    const { uid, gid } = postgresOwner();
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, PASSWORD);
    if (uid !== undefined && gid !== undefined) for (const path of [folder, passwordFile]) await chown(path, uid, gid);
    const asked = ['--no-sync', '--no-locale', '--encoding=UTF8', '--auth=scram-sha-256', `--username=${USER}`, `--pwfile=${passwordFile}`];
    await run(besidePostgres('initdb'), [...asked, `--pgdata=${join(folder, 'data')}`], { ...postgresOwner(), cwd: folder });
    const server = new PostgresServer(folder);
    server.#port = await freePort();
    await server.resume();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** Address of one of its databases. */
  url(database: string, { user = USER, password = PASSWORD, port = this.#port } = {}): string {
    return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  }

  /** Makes an empty database. @param options as in CREATE DATABASE; @returns its address */
  async create(database: string, options = ''): Promise<string> {
    await this.sql('postgres', `CREATE DATABASE "${database}" ${options}`);
    return this.url(database);
  }

  /** Asks it directly. @returns what it prints: a line for each row, | between columns */
  async sql(database: string, statement: string): Promise<string> {
    const { stdout } = await run(besidePostgres('psql'), ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', statement, this.url(database)]);
    return stdout.trim();
  }

  /** Starts it where it was. What a killed predecessor left may still be ending. */
  async resume(): Promise<void> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.#launch();
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error;
        await sleep(50);
      }
  }

  /** SIGKILL: all its processes at once. SIGQUIT: it ends at once, and cleans up. */
  async kill(signal: 'SIGKILL' | 'SIGQUIT' = 'SIGKILL'): Promise<void> {
    const child = this.#child!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const exited = once(child, 'exit');
    for (const pid of signal === 'SIGKILL' ? this.#pids() : [child.pid!]) signalTo(pid, signal);
    await exited;
  }

  freeze(): void {
    for (const pid of this.#pids()) signalTo(pid, 'SIGSTOP');
  }

  wake(): void {
    for (const pid of this.#pids()) signalTo(pid, 'SIGCONT');
  }

  async close(): Promise<void> {
    await this.kill('SIGQUIT');
    await rm(this.folder, { recursive: true });
  }

  async #launch(): Promise<void> {
    const settings = { listen_addresses: '127.0.0.1', port: this.#port, unix_socket_directories: '', fsync: 'off', max_connections: 30 };
    const args = ['-D', join(this.folder, 'data'), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' };
    const child = spawn(postgresPath!, args, { ...postgresOwner(), cwd: this.folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const said: string[] = [];
    const lines = createInterface({ input: child.stderr! });
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        said.push(line);
        if (line.includes('ready to accept connections')) resolve();
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`postgres ended:\n${said.slice(-5).join('\n')}`)));
    });
    lines.removeAllListeners('line').on('line', () => {});
    // A test that fails before it ends its server must not keep its process.
    child.unref();
    (child.stderr as Socket).unref();
    this.#child = child;
  }

  /** The first process and those that it started: each leads a group of its own. */
  #pids(): number[] {
    const first = this.#child!.pid!;
    const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    const children = all.split('\n').flatMap((line) => {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      return parent === first ? [pid!] : [];
    });
    return [first, ...children];
  }
}

/** What stands beside `postgres`. */
export const besidePostgres = (name: string): string => join(dirname(realpathSync(postgresPath!)), name);

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** It refuses to run as root: then as the user that Debian's package brings, or as nobody. */
export function postgresOwner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  const [, , uid, gid] = ['postgres', 'nobody']
    .map((name) => users.find((line) => line.startsWith(`${name}:`)))
    .find(Boolean)!
    .split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** PostgreSQL cannot pick one by itself. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

/** The newest first. */
function debianPlaces(): string[] {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, 'bin', 'postgres'));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
