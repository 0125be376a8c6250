/** Programs that some tests need beside Node: found, installed where that is allowed, or named as missing. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ChildProcesses } from './child-processes.mjs';
import { startProgress } from './progress.mjs';

/** Each tool: the variable that tells the tests where it is, the names it goes by, its package, what is skipped without it. */
const tools = [
  {
    variable: 'TEST_CHROMIUM',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    elsewhere: ['/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
    debian: 'chromium',
    brew: '--cask chromium',
    skipped: 'tests of the pages in a browser',
  },
  {
    variable: 'TEST_MOSQUITTO',
    names: ['mosquitto'],
    elsewhere: [],
    debian: 'mosquitto',
    brew: 'mosquitto',
    skipped: 'tests against another broker',
  },
  {
    variable: 'TEST_MOSQUITTO_SUB',
    names: ['mosquitto_sub'],
    elsewhere: [],
    debian: 'mosquitto-clients',
    brew: 'mosquitto',
    skipped: 'tests with another MQTT client',
  },
  {
    variable: 'TEST_DOCKER_COMPOSE',
    names: ['docker-compose'],
    elsewhere: [],
    debian: 'docker-compose',
    brew: 'docker-compose',
    skipped: 'tests of docker-compose.yml',
  },
  {
    variable: 'TEST_INFLUXD',
    names: ['influxd'],
    elsewhere: [],
    debian: 'influxdb',
    brew: 'influxdb@1',
    skipped: 'tests of the store on InfluxDB',
  },
  {
    variable: 'TEST_POSTGRES',
    names: ['postgres'],
    // Debian has its versions beside each other, and none of them where programs are; `npm test` may have to install one first.
    get elsewhere() {
      return postgresPlaces();
    },
    debian: 'postgresql',
    brew: 'postgresql@17',
    skipped: 'tests of the registry on PostgreSQL',
  },
  {
    variable: 'TEST_FAKETIME',
    names: ['faketime'],
    elsewhere: [],
    debian: 'faketime',
    brew: 'libfaketime',
    skipped: 'tests with a wall clock that is stepped',
  },
  {
    variable: 'TEST_DBUS_DAEMON',
    names: ['dbus-daemon'],
    elsewhere: [],
    debian: 'dbus-daemon',
    brew: 'dbus',
    skipped: 'tests of the Bluetooth driver',
  },
];

/** Debian starts these at once, on ports that Pulseboard's own, its InfluxDB and its PostgreSQL want; the tests start theirs themselves. */
const services = { mosquitto: 'mosquitto', influxdb: 'influxdb', postgresql: 'postgresql' };

/** The newest first. */
function postgresPlaces() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return [...versions.map((version) => join(debian, version, 'bin')), '/opt/homebrew/opt/postgresql@17/bin'].map((bin) =>
    join(bin, 'postgres'),
  );
}

/** Where programs are looked for. */
const searchPath = () =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin'].filter(Boolean);

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns {string | undefined} its path on this machine */
const find = (tool, folders = searchPath()) =>
  [...folders.flatMap((folder) => tool.names.map((name) => join(folder, name))), ...tool.elsewhere].find(isExecutable);

/** @returns {{ path: string, debian: string }[]} the programs that this machine has, with the package that brings each */
export const foundTools = () => tools.flatMap((tool) => (find(tool) ? [{ path: find(tool), debian: tool.debian }] : []));

/**
 * Finds the programs; installs those that are missing where it may, after saying so.
 * @param {{ ci: boolean, mayInstall: boolean, say?(line: string): void, folders?: readonly string[] }} options in CI a missing program ends the run
 * @returns {Promise<Record<string, string>>} the path of each program that is there, by variable
 */
export async function provideTools({ ci, mayInstall, say = (line) => process.stderr.write(`${line}\n`), folders }) {
  const missing = () => tools.filter((tool) => !find(tool, folders));
  if (missing().length > 0) await installOrExplain(missing(), mayInstall, say);
  const absent = missing();
  if (absent.length > 0) {
    say(ci ? 'With CI=true every program must be there; these are missing:' : 'Skipped, because a program is missing:');
    for (const line of listOf(absent, (tool) => `${tool.skipped}. Install it with: ${howTo(tool)}`)) say(line);
    if (ci) process.exit(1);
  }
  return Object.fromEntries(tools.map((tool) => [tool.variable, find(tool, folders)]).filter(([, path]) => path));
}

/** One line a program. */
const listOf = (some, text) => some.map((tool) => `  ${tool.names[0].padEnd(16)} ${text(tool)}`);

const howTo = (tool) => (process.platform === 'darwin' ? `brew install ${tool.brew}` : `sudo apt-get install ${tool.debian}`);

async function installOrExplain(missing, mayInstall, say) {
  if (!mayInstall) return say('PULSEBOARD_TEST_INSTALL=no: nothing is installed.');
  const children = new ChildProcesses();
  await children.endingOnSignals(async () => {
    const asRoot = await rootPrefix(children);
    if (!asRoot) return;
    say('Some tests need programs that this machine does not have:');
    for (const line of listOf(missing, (tool) => tool.skipped)) say(line);
    const packages = missing.map((tool) => tool.debian);
    say(`Installing the Debian packages ${packages.join(', ')} (PULSEBOARD_TEST_INSTALL=no skips those tests instead).`);
    await installPackages(packages, asRoot, children, say);
  });
}

async function installPackages(packages, asRoot, children, say) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...words) => {
    const [command, ...args] = [...asRoot, ...words];
    return children.run(command, args, { env });
  };
  const progress = startProgress('apt-get install');
  await run('apt-get', 'update');
  const { code, output } = await run('apt-get', '-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...packages);
  progress.end(code === 0 ? 'done' : 'failed');
  if (code !== 0) return say(output.trimEnd());
  const hasSystemd = existsSync('/run/systemd/system');
  for (const name of packages.map((each) => services[each]).filter(Boolean))
    await (hasSystemd ? run('systemctl', 'disable', '--now', `${name}.service`) : run('service', name, 'stop'));
}

/** What goes before a command to run it as root: nothing, sudo that does not ask, or undefined when neither is possible. */
async function rootPrefix(children) {
  if (!searchPath().some((folder) => isExecutable(join(folder, 'apt-get')))) return undefined;
  if (process.getuid?.() === 0) return [];
  const { code } = await children.run('sudo', ['-n', 'true']);
  return code === 0 ? ['sudo', '-n'] : undefined;
}
