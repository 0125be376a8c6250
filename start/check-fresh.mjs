/**
 * `npm run check:fresh [-- --test <pattern>]`: proves the two commands of the README on a machine that has nothing but Debian, Node and npm.
 *
 * The root of this machine is laid under an empty layer (overlay), in which the packages of the tests are purged. There, with an empty HOME and a clean clone
 * of the last commit, `npm start` must show members on the board, and `npm test` must pass. Nothing outside of the layer changes.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const INSIDE = fileURLToPath(new URL('./fresh-root.mjs', import.meta.url));

const USAGE = `npm run check:fresh [-- --test <pattern>]
Runs \`npm start\` and \`npm test\` in a clean clone on a fresh root: this machine without the Debian packages of the tests and with an empty HOME.
Needs Linux, root, git and the package registries. Takes some ten minutes, about two with one test file.

  --test <pattern>  only the tests that it names, as \`npm test -- <pattern>\``;

const say = (line) => process.stderr.write(`${line}\n`);
process.exitCode = await main();

/** @returns {Promise<number>} exit code */
async function main() {
  let options;
  try {
    ({ values: options } = parseArgs({ options: { test: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }));
  } catch (error) {
    say(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const obstacle = findObstacle();
  if (obstacle) {
    say(`check:fresh cannot run: ${obstacle}`);
    return 2;
  }
  if (git('status', '--porcelain')) say('What is not committed is not in the clone.');
  // The layer is in memory: its folder must not lie on the root that it is laid over.
  const place = mkdtempSync('/var/tmp/pulseboard-fresh-');
  try {
    // `fresh-root.mjs` is copied, since the layer shows another state of the checkout.
    mkdirSync(join(place, 'tools'));
    cpSync(INSIDE, join(place, 'tools', basename(INSIDE)));
    return await runInside(place, options.test);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** @returns {string | undefined} why it cannot run, and what to do */
function findObstacle() {
  if (process.platform !== 'linux') return 'it needs Linux; run it on a Debian machine.';
  if (process.getuid() !== 0) return 'it needs root to make a root file system of its own; run it as root.';
  for (const program of ['git', 'unshare', 'mount', 'chroot', 'apt-get'])
    if (spawnSync(program, ['--version'], { stdio: 'ignore' }).error) return `the program ${program} is missing; install it.`;
  if (spawnSync('unshare', ['--mount', '--pid', '--fork', 'true'], { stdio: 'ignore' }).status !== 0)
    return 'this system allows no mount namespaces; run it where root may mount, such as a virtual machine.';
  return undefined;
}

/** @returns {string} what git printed */
function git(...args) {
  return spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout.trim();
}

/** In a namespace of its own: whatever is mounted or started there ends with it. */
async function runInside(place, pattern) {
  const script = join(place, 'tools', basename(INSIDE));
  const args = ['--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc', process.execPath, script];
  const child = spawn('unshare', [...args, place, root, git('rev-parse', 'HEAD'), ...(pattern ? [pattern] : [])], {
    stdio: 'inherit',
    env: environment(),
    // Ctrl-C of a terminal goes to us, and from us on.
    detached: true,
  });
  const stop = () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  // Not once: Ctrl-C comes from the terminal and from npm, and the second must not end us before the folder is removed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 130)));
}

/** Without what npm told its scripts, and without settings of Pulseboard; with what this machine needs to reach its registries: HOME and its .npmrc are empty. */
function environment() {
  const dropped = /^(npm_|PULSEBOARD_|TEST_|INIT_CWD$|HOME$)/i;
  const kept = /^npm_config_(registry|noproxy|proxy|https?_proxy|cafile|ca|strict_ssl)$/i;
  const own = Object.entries(process.env).filter(([name]) => kept.test(name) || !dropped.test(name));
  const registry = spawnSync('npm', ['config', 'get', 'registry'], { cwd: root, encoding: 'utf8' }).stdout?.trim();
  return { ...(registry ? { npm_config_registry: registry } : {}), ...Object.fromEntries(own) };
}
