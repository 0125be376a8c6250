import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { influxd as found, influxdEnvironment } from '@pulseboard/cloud-processor/influx-server';
import { besidePostgres, postgresOwner, postgresPath } from '@pulseboard/cloud-processor/postgres-server';

/** Where a service of a compose file is on this machine, and what it is told. */
export interface Place {
  portOf(port: number): Promise<number>;
  folderOf(target: string): string;
  variables: Readonly<Record<string, string>>;
}

/** A program, and what it is told beside the variables of the compose file, since it is not the image's. */
export interface Launch {
  program: string;
  args: string[];
  env: Record<string, string>;
  cwd?: string;
  user?: { uid?: number; gid?: number };
}

/** What is missing here of those programs, or undefined. */
export const missingStandIn: string | undefined = found ? (postgresPath ? undefined : 'postgres') : 'influxd';

/** Programs of this machine in the place of images that are fetched, by the name of the service. */
export const standIns: Readonly<Record<string, (place: Place) => Promise<Launch>>> = { influxdb, postgres };

/** InfluxDB 1 in the place of 2. */
async function influxdb({ portOf, folderOf }: Place): Promise<Launch> {
  const folder = folderOf('/var/lib/influxdb2');
  mkdirSync(folder, { recursive: true });
  return {
    program: found!.path,
    args: ['run', '-config', '/dev/null'],
    env: influxdEnvironment(folder, await portOf(8086)),
  };
}

/** Makes what the image makes of the same variables when its volume is empty: docker-entrypoint.sh of docker-library/postgres. */
async function postgres({ portOf, folderOf, variables }: Place): Promise<Launch> {
  const folder = folderOf('/var/lib/postgresql/data');
  const user = postgresOwner();
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, variables.POSTGRES_PASSWORD!);
  if (user.uid !== undefined && user.gid !== undefined)
    for (const path of [join(folder, '..'), folder, passwordFile]) chownSync(path, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder, env: {}, stdio: 'pipe' as const };
  const asked = ['--auth-host=scram-sha-256', '--auth-local=trust', `--username=${variables.POSTGRES_USER}`, `--pwfile=${passwordFile}`];
  const given = variables.POSTGRES_INITDB_ARGS!.split(' ');
  execFileSync(besidePostgres('initdb'), ['--no-sync', ...asked, ...given, `--pgdata=${data}`], options);
  execFileSync(postgresPath!, ['--single', '-D', data, 'postgres'], { ...options, input: `CREATE DATABASE ${variables.POSTGRES_DB}` });
  const settings = { listen_addresses: '127.0.0.1', port: await portOf(5432), unix_socket_directories: '' };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return { program: postgresPath!, args: ['-D', data, ...args], env: {}, cwd: folder, user };
}
