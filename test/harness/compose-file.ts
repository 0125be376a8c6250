import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment, root, tempFolder } from './environment.js';

const run = promisify(execFile);

/** What is looked at of a service, as docker-compose resolves it. */
export interface Service {
  image: string;
  build?: { context: string; target: string };
  user?: string;
  profiles?: string[];
  environment: Record<string, string>;
  healthcheck: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  ports?: (string | { published: string; host_ip?: string })[];
  /** `source:target[:mode]`, or the same as an object. */
  volumes?: (string | { source: string; target: string; read_only?: boolean })[];
  tmpfs?: string[];
  mem_limit?: string | number;
  read_only?: boolean;
  restart?: string;
  cap_drop?: string[];
  security_opt?: string[];
}

export interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

/** Everything that a host without a checkout's rest needs to run the services. */
const FILES = ['docker-compose.yml', 'compose-init.sh', 'compose', 'Dockerfile'];

/** A folder with the compose file and its scripts, as an owner has it after the first command. */
export async function composeFolder({ init = true } = {}): Promise<string> {
  const folder = tempFolder();
  for (const name of FILES) cpSync(join(root, name), join(folder, name), { recursive: true });
  if (init) await run('sh', ['compose-init.sh'], { cwd: folder });
  return folder;
}

const environment = () => ({ ...cleanEnvironment(), COMPOSE_PROFILES: '' });

/** `docker-compose <args>` in a folder; throws what it says. @returns stderr, which holds its warnings */
export async function dockerCompose(command: string, folder: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return run(command, [...args], { cwd: folder, env: environment() });
}

/** docker-compose 1.29 cannot say it in JSON; the library that it reads YAML with can. */
const YAML_TO_JSON = 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)';

/** The file with everything in it resolved, and all profiles on. */
export async function resolvedFile(command: string, folder: string): Promise<ComposeFile> {
  const args = ['--profile', 'demo', 'config'];
  const { stdout: text } = await dockerCompose(command, folder, args);
  const converting = run('python3', ['-c', YAML_TO_JSON]);
  converting.child.stdin!.end(text);
  const json = await converting.then(
    ({ stdout }) => stdout,
    async () => (await dockerCompose(command, folder, [...args, '--format', 'json'])).stdout,
  );
  return JSON.parse(json) as ComposeFile;
}

/** A mount of a service: what is mounted, and where. */
export function mountsOf({ volumes = [] }: Service): { source: string; target: string; isReadOnly: boolean }[] {
  return volumes.map((volume) => {
    if (typeof volume !== 'string') return { source: volume.source, target: volume.target, isReadOnly: volume.read_only === true };
    const [source, target, mode] = volume.split(':') as [string, string, string?];
    return { source, target, isReadOnly: mode === 'ro' };
  });
}
