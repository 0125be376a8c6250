/** Programs that some tests need beside Node: found, installed where that is allowed, or named as missing. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { startProgress } from './progress.mjs';
import { runCommand } from './run-command.mjs';

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

const folders = () =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin'].filter(Boolean);

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const find = (tool) =>
  [...folders().flatMap((folder) => tool.names.map((name) => join(folder, name))), ...tool.elsewhere].find(isExecutable);
const missing = () => tools.filter((tool) => !find(tool));
const say = (text) => process.stderr.write(`${text}\n`);

/**
 * @param {{ ci: boolean }} options in CI a missing tool ends the run
 * @returns {Promise<Record<string, string>>} the path of each tool that is there, by variable
 */
export async function provideTools({ ci }) {
  if (missing().length > 0) await installDebianPackages(missing().map((tool) => tool.debian));
  const absent = missing();
  for (const tool of absent)
    say(`${tool.names[0]} is missing: ${tool.skipped} are ${ci ? 'impossible' : 'skipped'}. Install it with: ${howTo(tool)}`);
  if (ci && absent.length > 0) {
    say('With CI=true every tool must be there.');
    process.exit(1);
  }
  return Object.fromEntries(tools.map((tool) => [tool.variable, find(tool)]).filter(([, path]) => path));
}

const howTo = (tool) => (process.platform === 'darwin' ? `brew install ${tool.brew}` : `sudo apt-get install ${tool.debian}`);

async function installDebianPackages(packages) {
  const asRoot = await rootPrefix();
  if (!asRoot) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args) => runCommand(asRoot[0] ?? args[0], [...asRoot.slice(1), ...(asRoot.length ? args : args.slice(1))], { env });
  const progress = startProgress(`Installing ${packages.join(', ')} for the tests (apt-get)`);
  await run('apt-get', 'update');
  const { code, output } = await run('apt-get', '-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...packages);
  progress.end(code === 0 ? 'done' : 'failed');
  if (code !== 0) return say(output.trimEnd());
  const hasSystemd = existsSync('/run/systemd/system');
  for (const name of packages.map((each) => services[each]).filter(Boolean))
    await (hasSystemd ? run('systemctl', 'disable', '--now', `${name}.service`) : run('service', name, 'stop'));
}

/** What goes before a command to run it as root: nothing, sudo that does not ask, or undefined when neither is possible. */
async function rootPrefix() {
  if (!folders().some((folder) => isExecutable(join(folder, 'apt-get')))) return undefined;
  if (process.getuid?.() === 0) return [];
  const { code } = await runCommand('sudo', ['-n', 'true']);
  return code === 0 ? ['sudo', '-n'] : undefined;
}
