/** `node fresh-root.mjs <place> <checkout> <commit> [pattern]`, in namespaces of its own: makes the fresh root, and runs both commands in it. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const [place, checkout, commit, pattern] = process.argv.slice(2);
const layer = join(place, 'layer');
const root = join(place, 'root');
/** Beside the checkout, so that recordings that lie beside it are found. */
const clone = join(dirname(checkout), 'pulseboard-fresh');
const home = '/home/fresh';
const LAYER_SIZE = '8g';
/** A safety net: machines are shared. */
const BOARD_WITHIN_MS = 600_000;

const say = (line) => process.stderr.write(`${line}\n`);
const figures = [];

/** Says what begins, and how long it took. */
async function step(name, work) {
  say(`\n== ${name} ==`);
  const began = performance.now();
  try {
    await work();
  } finally {
    figures.push(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${name}`);
  }
}

function makeRoot() {
  for (const folder of [layer, root]) mkdirSync(folder);
  run('mount', ['-t', 'tmpfs', '-o', `size=${LAYER_SIZE}`, 'fresh-layer', layer]);
  for (const name of ['upper', 'work']) mkdirSync(join(layer, name));
  run('mount', ['-t', 'overlay', '-o', `lowerdir=/,upperdir=${layer}/upper,workdir=${layer}/work`, 'fresh-root', root]);
  for (const [type, folder, options] of [
    ['proc', 'proc', 'rw'],
    ['sysfs', 'sys', 'ro'],
    ['tmpfs', 'tmp', 'mode=1777'],
    ['tmpfs', 'run', 'mode=755'],
  ])
    run('mount', ['-t', type, '-o', options, `fresh-${folder}`, join(root, folder)]);
  run('mount', ['--rbind', '/dev', join(root, 'dev')]);
  inside('mkdir', ['-p', home]);
  inside('git', ['-c', 'safe.directory=*', 'clone', '--quiet', '--no-hardlinks', checkout, clone]);
  inside('git', ['checkout', '--quiet', '--detach', commit]);
  purge();
}

/** Not by name alone: what a package brought may be another package's, and somebody may have put a program there by hand. */
function purge() {
  for (let round = 0; ; round++) {
    const found = foundTools();
    if (found.length === 0) break;
    if (round > 5) throw new Error(`these programs cannot be removed: ${found.map(({ path }) => path).join(', ')}`);
    const packages = new Set(found.flatMap(({ path, debian }) => [...owners(path), ...(isInstalled(debian) ? [debian] : [])]));
    if (packages.size > 0) inside('apt-get', ['purge', '-y', '--auto-remove', ...packages]);
    else for (const { path } of found) inside('rm', ['-f', path]);
  }
  say(`removed; HOME is ${home}, empty; the clone of ${commit.slice(0, 9)} is ${clone}`);
}

function foundTools() {
  const script = "import('./start/test-tools.mjs').then(({ foundTools }) => console.log(JSON.stringify(foundTools())))";
  return JSON.parse(inside(process.execPath, ['-e', script]));
}

/** @returns {string[]} Debian packages that a program is of */
function owners(path) {
  const { stdout, status } = chroot('sh', ['-c', `dpkg -S "$(readlink -f ${path})" 2>/dev/null || dpkg -S ${path}`]);
  return status === 0 ? [stdout.split(':')[0]] : [];
}

const isInstalled = (name) => chroot('dpkg', ['-s', name]).status === 0;

async function start() {
  const began = performance.now();
  const child = spawnIn('npm', ['start'], { PULSEBOARD_HTTP_PORT: '0', PULSEBOARD_MQTT_PORT: '0', PULSEBOARD_MQTT_WS_PORT: '0' });
  const board = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      process.stderr.write(`  ${line}\n`);
      const [, url] = /^ *board +(http:\S+)/.exec(line) ?? [];
      if (url) resolve(new URL(url));
    });
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}`)));
  });
  const url = await board;
  for (;;) {
    const live = await liveMembers(url);
    if (live > 0) {
      say(`${live} members are live on the board ${((performance.now() - began) / 1000).toFixed(0)} s after the command`);
      break;
    }
    if (performance.now() - began > BOARD_WITHIN_MS) throw new Error('npm start showed no live member on the board');
    await sleep(200);
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // As a terminal does: to npm and to what it started.
  process.kill(-child.pid, 'SIGINT');
  const code = await ended;
  if (code !== 0) throw new Error(`npm start ended with ${code} after Ctrl-C`);
}

/** @returns {Promise<number>} members whose signal is live, as the API says */
async function liveMembers(url) {
  try {
    const response = await fetch(new URL('/api/v1/rooms/demo/main/board', url));
    const { members = [] } = await response.json();
    return members.filter(({ signal }) => signal === 'live').length;
  } catch {
    return 0;
  }
}

async function test() {
  const child = spawnIn('npm', ['test', ...(pattern ? ['--', pattern] : [])], { CI: 'true' });
  createInterface({ input: child.stdout }).on('line', (line) => process.stderr.write(`  ${line}\n`));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`npm test ended with ${code}`);
}

const environment = (more = {}) => ({ ...process.env, HOME: home, ...more });

function spawnIn(command, args, more) {
  const words = [root, '/usr/bin/env', '-C', clone, command, ...args];
  return spawn('chroot', words, { env: environment(more), stdio: ['ignore', 'pipe', 'inherit'], detached: true });
}

function chroot(command, args) {
  const folder = existsSync(join(root, clone)) ? clone : '/';
  return spawnSync('chroot', [root, '/usr/bin/env', '-C', folder, command, ...args], {
    env: environment({ DEBIAN_FRONTEND: 'noninteractive' }),
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
}

/** @returns {string} what it printed @throws with what it said when it fails */
function inside(command, args) {
  const { status, stdout, stderr } = chroot(command, args);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr || stdout}`);
  return stdout;
}

function run(command, args) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr.trim()}`);
}

try {
  await step('making a root without the packages of the tests', makeRoot);
  await step('npm start, until members are on the board', start);
  await step(`npm test${pattern ? ` -- ${pattern}` : ''}`, test);
  for (const line of figures) say(line);
  say('A fresh machine runs both commands.');
} catch (error) {
  for (const line of figures) say(line);
  say(`check:fresh failed: ${error.message}`);
  process.exitCode = 1;
}
