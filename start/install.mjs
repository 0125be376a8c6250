/** `npm ci`, when and only when node_modules is not what package-lock.json says. */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { PrepareError } from './prepare-error.mjs';
import { startProgress } from './progress.mjs';

const stampFile = (root) => join(root, 'node_modules', '.pulseboard-installed');

/** What node_modules is for: this lock file on this kind of machine. Our binaries are Node-API ones, so Node's version is not in it. */
function wantedStamp(root) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  return `${lock} ${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}\n`;
}

const isMusl = () => process.platform === 'linux' && existsSync('/etc/alpine-release');

/** @param {string} root @returns {boolean} */
export function isInstalled(root) {
  const wanted = wantedStamp(root);
  try {
    return readFileSync(stampFile(root), 'utf8') === wanted;
  } catch {
    // No stamp of ours: somebody may have run npm by hand.
  }
  if (!installedByHand(root)) return false;
  try {
    writeFileSync(stampFile(root), wanted);
  } catch {
    // Read-only checkout: looked at again next time.
  }
  return true;
}

function installedByHand(root) {
  const lock = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  return (
    lock !== undefined &&
    installed !== undefined &&
    matchesLock(lock, installed, { platform: process.platform, arch: process.arch, musl: isMusl() })
  );
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * @param {Record<string, any>} lock `packages` of package-lock.json
 * @param {Record<string, any>} installed `packages` of node_modules/.package-lock.json
 * @param {{ platform: string, arch: string, musl: boolean }} machine
 * @returns {boolean} whether everything that this machine needs is installed in the version of the lock
 */
export function matchesLock(lock, installed, machine) {
  const allows = (list, value) =>
    !list || (list.includes(value) && !list.includes(`!${value}`)) || (list.every((l) => l.startsWith('!')) && !list.includes(`!${value}`));
  const fits = (entry) =>
    allows(entry.os, machine.platform) && allows(entry.cpu, machine.arch) && allows(entry.libc, machine.musl ? 'musl' : 'glibc');
  return Object.entries(lock)
    .filter(([path, entry]) => path.includes('node_modules/') && fits(entry))
    .every(([path, entry]) => {
      const there = installed[path];
      if (!there) return entry.optional === true && !entry.os;
      return (
        there.version === entry.version &&
        there.link === entry.link &&
        (!entry.integrity || !there.integrity || there.integrity === entry.integrity)
      );
    });
}

/**
 * @param {string} root
 * @param {import('./child-processes.mjs').ChildProcesses} children
 * @throws {PrepareError} with one sentence on what to do
 */
export async function install(root, children) {
  // Gone first: an install that is cut short must not look like one that was finished.
  rmSync(stampFile(root), { force: true });
  const npm = npmCommand();
  const home = homeless() ? mkdtempSync(join(tmpdir(), 'pulseboard-npm-')) : undefined;
  const progress = startProgress('Installing packages, once (npm ci, about a minute)');
  const result = await children.run(npm.command, [...npm.args, ...ciArguments], {
    cwd: root,
    env: npmEnvironment(root, home),
    shell: npm.shell,
  });
  if (home) rmSync(home, { recursive: true, force: true });
  progress.end(result.code === 0 ? 'done' : 'failed');
  if (result.code !== 0) throw new PrepareError(explainNpm(result.output, result.code, root), result.output);
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stampFile(root), wantedStamp(root));
}

/** Whatever the person's npm is set to: building needs the development packages, and no package needs its install script. */
const ciArguments = [
  'ci',
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--no-update-notifier',
  '--loglevel=error',
];

/** The npm that started us, else the one beside this Node, else the one of the path. */
function npmCommand() {
  const bin = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath ?? '',
    join(bin, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(bin, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const cli = candidates.find((path) => basename(path) === 'npm-cli.js' && existsSync(path));
  return cli ? { command: process.execPath, args: [cli], shell: false } : { command: 'npm', args: [], shell: process.platform === 'win32' };
}

/** Without a home that can be written to, npm would put its cache into the checkout, or fail. */
function homeless() {
  const home = process.env.HOME ?? process.env.USERPROFILE;
  try {
    accessSync(home ?? '', constants.W_OK);
    return !home;
  } catch {
    return true;
  }
}

function npmEnvironment(root, home) {
  const env = { ...process.env };
  if (!home) return env;
  for (const [name, value] of Object.entries(env)) {
    if (name.toLowerCase().startsWith('npm_config_') && value?.startsWith(join(root, '~') + sep)) delete env[name];
  }
  return {
    ...env,
    HOME: home,
    npm_config_cache: process.env.npm_config_cache?.includes('~') === false ? process.env.npm_config_cache : join(home, 'cache'),
  };
}

/**
 * @param {string} output what npm printed
 * @param {number} code its exit code
 * @param {string} root
 * @returns {string} one sentence on what to do
 */
export function explainNpm(output, code, root) {
  const causes = [
    [/ENOSPC|no space left|EDQUOT/i, 'The disk is full: free about 1 GB, then start again.'],
    [/EACCES|EPERM|EROFS/, `npm may not write here: make ${root} and npm's cache writable for this user, then start again.`],
    [
      /EUSAGE|can only install packages when/i,
      'package.json and package-lock.json do not fit together: undo your change of them, or run `npm install`, then start again.',
    ],
    [
      /EINTEGRITY/,
      'A package is not the one that package-lock.json names: run `npm cache clean --force`, then start again; if it stays, do not trust the registry.',
    ],
    [/E401|E403|ENEEDAUTH/, 'The package registry refuses access: look at the registry and login in your .npmrc, then start again.'],
    [
      /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/,
      "The registry's certificate is not trusted: set NODE_EXTRA_CA_CERTS to your network's certificate, then start again.",
    ],
    [
      /EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|EIDLETIMEOUT|ERR_SOCKET|network/i,
      'The package registry cannot be reached: connect this machine to the internet (needed once only), then start again.',
    ],
    [/ETARGET|E404/, 'The registry lacks a package that package-lock.json names: look at the registry in your .npmrc, then start again.'],
  ];
  if (code === 127) return 'npm is not there: install Node.js with npm, then start again.';
  return (
    causes.find(([pattern]) => pattern.test(output))?.[1] ??
    `npm ci failed with exit code ${code}: fix what it says above, then start again.`
  );
}
