import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from '@pulseboard/contract';
import { type ComposeFile, composeFolder, dockerCompose, mountsOf, resolvedFile, type Service } from './harness/compose-file.js';
import { chainOf, copyOf, lastOf, parseDockerfile } from './harness/dockerfile.js';
import { removeTempFolders, root, testWhere, toolPath } from './harness/environment.js';
import { stageImage } from './harness/staged-image.js';

const compose = toolPath('TEST_DOCKER_COMPOSE');
const testCompose = testWhere(compose, 'docker-compose.yml: docker-compose is missing');

afterAll(removeTempFolders);

describe('compose-init.sh', () => {
  const secretsIn = (folder: string) =>
    Object.fromEntries(
      [...readFileSync(join(folder, '.env'), 'utf8').matchAll(/^([A-Z_]+)=([a-z0-9]{32})$/gm)].map(([, name, value]) => [name, value]),
    );

  test('makes secrets at random, for their owner only', async () => {
    const [one, other] = [await composeFolder(), await composeFolder()];
    expect(statSync(join(one, '.env')).mode & 0o777).toBe(0o600);
    expect(Object.keys(secretsIn(one))).toEqual([
      'POSTGRES_PASSWORD',
      'INFLUX_ADMIN_PASSWORD',
      'INFLUX_TOKEN',
      'INFLUX_GRAFANA_PASSWORD',
      'GRAFANA_ADMIN_PASSWORD',
      'GRAFANA_SECRET_KEY',
    ]);
    const made = [...Object.values(secretsIn(one)), ...Object.values(secretsIn(other))];
    expect(new Set(made).size).toBe(12);
  });

  test('refuses to overwrite, and leaves nothing beside', async () => {
    const folder = await composeFolder();
    const before = readFileSync(join(folder, '.env'), 'utf8');
    expect(() => execFileSync('sh', ['compose-init.sh'], { cwd: folder, stdio: 'pipe' })).toThrow(/There is an \.env already/);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before);
    expect(readdirSync(folder).filter((name) => name.startsWith('.env'))).toEqual(['.env']);
  });

  test('is what npm run compose:init runs', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(scripts['compose:init']).toBe('exec sh compose-init.sh');
  });
});

describe('docker-compose.yml', () => {
  let file: ComposeFile;
  let folder: string;
  beforeAll(async () => {
    folder = await composeFolder();
    if (compose) file = await resolvedFile(compose, folder);
  });
  const services = () => Object.entries(file.services);
  /** The services for which something does not hold. */
  const without = (holds: (service: Service) => unknown) =>
    services()
      .filter(([, service]) => !holds(service))
      .map(([name]) => name);

  testCompose.each([[[]], [['--profile', 'demo']]])('docker-compose %j config -q says nothing', async (args) => {
    expect(await dockerCompose(compose!, folder, [...args, 'config', '-q'])).toEqual({ stdout: '', stderr: '' });
  });

  testCompose('without an .env it says what to do', async () => {
    const bare = await composeFolder({ init: false });
    await expect(dockerCompose(compose!, bare, ['config', '-q'])).rejects.toThrow(/run compose-init\.sh first/);
  });

  testCompose('the demo is a gateway, which is not there without its profile', () => {
    expect(Object.keys(file.services).sort()).toEqual(['broker', 'gateway', 'grafana', 'influxdb', 'postgres', 'processor']);
    expect(file.services.gateway!.profiles).toEqual(['demo']);
  });

  testCompose('every service may little: no root, nothing to write but its volumes, no privileges, a limit of memory', () => {
    const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
    const userOf = ({ user, build }: Service) => user ?? lastOf(chainOf(stages, build?.target ?? ''), 'USER');
    expect(without((service) => /^(node|[1-9]\d*:\d+)$/.test(userOf(service) ?? 'root'))).toEqual([]);
    expect(without(({ read_only }) => read_only)).toEqual([]);
    expect(without(({ cap_drop }) => cap_drop?.includes('ALL'))).toEqual([]);
    expect(without(({ security_opt }) => security_opt?.includes('no-new-privileges:true'))).toEqual([]);
    expect(without(({ mem_limit }) => mem_limit)).toEqual([]);
    expect(without(({ restart }) => restart === 'unless-stopped')).toEqual([]);
    expect(without(({ healthcheck }) => healthcheck.test[0] === 'CMD')).toEqual([]);
  });

  testCompose('images have exact versions, and nothing listens but on this machine', () => {
    expect(without(({ image }) => /:\d+\.\d+(\.\d+|-bookworm)$/.test(image))).toEqual([]);
    const published = services().flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${typeof port === 'string' ? port : `${port.host_ip}:${port.published}`}`),
    );
    expect(published.map((port) => port.replace(/:\d+\/tcp$/, '')).sort()).toEqual([
      'broker 127.0.0.1:1883',
      'grafana 127.0.0.1:3000',
      'processor 127.0.0.1:8080',
    ]);
  });

  testCompose('what .env says is where they listen', async () => {
    const env = readFileSync(join(folder, '.env'), 'utf8');
    const other = await composeFolder({ init: false });
    writeFileSync(join(other, '.env'), env.replace('MQTT_BIND=127.0.0.1:1883', 'MQTT_BIND=0.0.0.0:11883'));
    const { services } = await resolvedFile(compose!, other);
    expect(JSON.stringify(services.broker!.ports)).toMatch(/0\.0\.0\.0.*11883/);
  });

  testCompose('volumes are named ones, and what is mounted from the checkout is there, to read only', () => {
    const mounts = services().flatMap(([, service]) => mountsOf(service));
    const isNamed = ({ source }: { source: string }) => !source.includes('/');
    const used = mounts.filter(isNamed).map(({ source }) => source.replace(/^pulseboard_/, ''));
    expect(used.sort()).toEqual(Object.keys(file.volumes).sort());
    const bound = mounts.filter((mount) => !isNamed(mount));
    expect(bound.filter(({ isReadOnly }) => !isReadOnly)).toEqual([]);
    expect(bound.map(({ source }) => source.replace(folder, root)).filter((path) => !existsSync(path))).toEqual([]);
  });

  testCompose('what Grafana’s files take from its environment is there, and the dashboard that it opens with', () => {
    const { environment } = file.services.grafana!;
    const mounted = (target: string) =>
      mountsOf(file.services.grafana!)
        .find((mount) => mount.target === target)!
        .source.replace(folder, root);
    const provisioning = mounted('/etc/grafana/provisioning');
    const texts = readdirSync(provisioning, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => readFileSync(join(provisioning, path), 'utf8'));
    const named = texts.flatMap((text) => [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!));
    expect(named).toContain('PULSEBOARD_INFLUX_URL');
    expect(named.filter((name) => !environment[name])).toEqual([]);
    const home = environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH!;
    expect(existsSync(home.replace('/etc/grafana/dashboards', mounted('/etc/grafana/dashboards')))).toBe(true);
  });

  testCompose('what a part of ours is told are settings of that part', () => {
    const known = Object.values(settings);
    const unknown = services()
      .filter(([, { build }]) => build)
      .flatMap(([name, { environment }]) =>
        Object.keys(environment).filter(
          (variable) => !known.some((s) => s.name === variable && (s.parts as readonly string[]).includes(name)),
        ),
      );
    expect(unknown).toEqual([]);
  });
});

describe('Dockerfile', () => {
  const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  const names = stages.map(({ name }) => name);
  const copies = stages.flatMap(({ instructions }) => instructions.filter(({ word }) => word === 'COPY').map(copyOf));

  test('stands on one Node, by its exact version, for which the packages say they are made', () => {
    const images = new Set(stages.map(({ from }) => from).filter((from) => !names.includes(from)));
    expect([...images]).toEqual([expect.stringMatching(/^node:(20\.(19|[2-9]\d)|22\.(1[2-9]|[2-9]\d))\.\d+-bookworm-slim$/)]);
  });

  test('copies what is there: from the checkout, which is built, and from stages that come before', () => {
    const fromCheckout = copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources);
    expect(fromCheckout.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const fromStages = copies.filter(({ from }) => from !== undefined);
    expect(fromStages.filter(({ from }) => !names.includes(from!))).toEqual([]);
    const paths = fromStages.flatMap(({ sources }) => sources.map((path) => path.replace(/^\/app/, '.')));
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test.each(['broker', 'processor', 'gateway'])('%s: starts what is there, as nobody’s root, with packages of its own', (target) => {
    const chain = chainOf(stages, target);
    const command = JSON.parse(lastOf(chain, 'CMD')!) as string[];
    expect(command).toEqual(['node', 'start/dist/main.js', target]);
    expect(existsSync(join(root, command[1]!))).toBe(true);
    expect(lastOf(chain, 'USER')).toBe('node');
    expect(
      chain.flatMap(({ instructions }) => instructions).some(({ text }) => text.includes(`--from=${target}-packages /app/node_modules`)),
    ).toBe(true);
  });

  test('npm runs no package’s scripts, and what an image keeps is without what only developers need', () => {
    const installs = stages.flatMap(({ instructions }) =>
      instructions.filter(({ text }) => text.includes('npm ci')).map(({ text }) => text),
    );
    expect(installs).toHaveLength(4);
    expect(installs.filter((text) => !text.includes('--ignore-scripts'))).toEqual([]);
    expect(installs.filter((text) => !text.includes('--omit=dev'))).toHaveLength(1);
  });

  test.each(['broker', 'processor', 'gateway'])('%s: holds no test, no double and no bench', (target) => {
    const { folder } = stageImage(stages, target);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => !path.includes('node_modules'));
    expect(files).toContain('start/dist/main.js');
    expect(files.filter((path) => /(^|[/.])(test|mock|fake|fixture|stand-in|bench|private-bus)([-./]|$)/.test(path))).toEqual([]);
  });

  test('what is nobody’s business stays out of it', () => {
    const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.git', '.env*', 'data', 'backups', '**/node_modules', '**/dist']));
  });
});
