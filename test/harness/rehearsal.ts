import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { besidePostgres, postgresPath } from '@pulseboard/cloud-processor/postgres-server';
import { Child } from './child.js';
import { type ComposeFile, mountsOf, type Service } from './compose-file.js';
import { parseDockerfile } from './dockerfile.js';
import { root, tempFolder } from './environment.js';
import { freePort } from './free-port.js';
import { type StagedImage, stageImage } from './staged-image.js';
import { standIns } from './stand-ins.js';

/** What a health check said. */
export interface Checked {
  isHealthy: boolean;
  said: string;
}

/**
 * Services of a compose file as processes of this machine: each with the variables that the file and its image give it and no others, in a folder
 * with what its image holds. Names of services are 127.0.0.1, their ports free ones, their volumes folders.
 */
export class Rehearsal {
  readonly #images = new Map<string, StagedImage>();
  readonly #ports = new Map<string, number>();
  readonly #folders = new Map<string, string>();

  constructor(private readonly file: ComposeFile) {
    const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
    for (const [name, { build }] of Object.entries(file.services)) if (build) this.#images.set(name, stageImage(stages, build.target));
  }

  /** Where a service listens here with what is this port in its container. */
  async portOf(service: string, port: number | string): Promise<number> {
    const key = `${service}:${port}`;
    const known = this.#ports.get(key) ?? (await freePort());
    this.#ports.set(key, known);
    return known;
  }

  /** The folder in the place of what is mounted there. */
  folderOf(service: string, target: string): string {
    const { source } = this.#mountsOf(service).find((mount) => mount.target === target)!;
    const known = this.#folders.get(source) ?? join(tempFolder(), 'volume');
    this.#folders.set(source, known);
    return known;
  }

  /** Starts what the image of a service starts, or what stands here for an image of others. */
  async start(service: string): Promise<Child> {
    const variables = await this.variablesOf(service);
    const image = this.#images.get(service);
    if (image) {
      const [program, ...args] = image.command;
      return new Child(programPath(program!), args, { env: variables, isBare: true, cwd: image.folder });
    }
    const { program, args, env, ...options } = await standIns[service]!({
      portOf: (port) => this.portOf(service, port),
      folderOf: (target) => this.folderOf(service, target),
      variables,
    });
    return new Child(program, args, { env: { ...variables, ...env }, isBare: true, ...options });
  }

  /** Runs the health check of a service. */
  async check(service: string): Promise<Checked> {
    const [, program, ...args] = this.#service(service).healthcheck.test;
    const here = await Promise.all(args.map((arg) => this.#here(service, arg)));
    const options = { env: await this.variablesOf(service), cwd: this.#images.get(service)?.folder ?? root };
    return promisify(execFile)(programPath(program!), here, options).then(
      ({ stdout }) => ({ isHealthy: true, said: stdout }),
      ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ isHealthy: false, said: stdout + stderr }),
    );
  }

  /** What a service is told, as it is here. */
  async variablesOf(service: string): Promise<Record<string, string>> {
    const variables: Record<string, string> = { ...this.#images.get(service)?.environment };
    for (const [name, value] of Object.entries(this.#service(service).environment))
      variables[name] = name.endsWith('_PORT') ? String(await this.portOf(service, value)) : await this.#here(service, value);
    return variables;
  }

  /** A text of the compose file as it is here. */
  async #here(service: string, text: string): Promise<string> {
    const mount = this.#mountsOf(service).find(({ target }) => text === target || text.startsWith(`${target}/`));
    if (mount) return this.folderOf(service, mount.target) + text.slice(mount.target.length);
    let here = text;
    for (const [address, host, port] of text.matchAll(/\b([a-z]+|127\.0\.0\.1):(\d+)\b/g))
      if (host === '127.0.0.1' || this.file.services[host!])
        here = here.replace(address, `127.0.0.1:${await this.portOf(host === '127.0.0.1' ? service : host!, port!)}`);
    return here;
  }

  /** Whether its image is built here. */
  isOurs(service: string): boolean {
    return this.#images.has(service);
  }

  /** Folders that it can write, and what is mounted from the checkout stays what it is. */
  #mountsOf(service: string): { source: string; target: string }[] {
    const { tmpfs = [] } = this.#service(service);
    const volumes = mountsOf(this.#service(service)).filter(({ source }) => !source.includes('/'));
    return [...volumes, ...tmpfs.map((target) => ({ source: `${target} of ${service}`, target }))];
  }

  #service(name: string): Service {
    return this.file.services[name]!;
  }
}

/** The Node of this process in the place of the image's; PostgreSQL's programs stand beside its server. */
function programPath(name: string): string {
  if (name === 'node') return process.execPath;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const path = [...folders.map((folder) => join(folder, name)), ...(postgresPath ? [besidePostgres(name)] : [])].find(existsSync);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}
