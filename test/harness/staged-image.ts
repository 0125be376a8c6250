import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { chainOf, copyOf, lastOf, type Stage } from './dockerfile.js';
import { root, tempFolder } from './environment.js';
import { productionPackages } from './locked-packages.js';

/** A folder that holds what a target's image has below its working directory, and how it is started. */
export interface StagedImage {
  folder: string;
  /** Words of `CMD`. */
  command: string[];
  environment: Record<string, string>;
}

const isLeftBehind = /\.test\.|\.contract\.js$|\.d\.ts$|\.map$/;

/** Folders that the stage `build` removes. */
const removedFolders = (stages: readonly Stage[]): string[] =>
  stages
    .filter(({ name }) => name === 'build')
    .flatMap(({ instructions }) => instructions.flatMap(({ text }) => /rm -rf (.+)$/.exec(text)?.[1]?.split(/\s+/) ?? []));

/**
 * Follows the `COPY`s of a target, from this checkout, which is built, in the place of its build stage. Packages are links to those that
 * are installed here: of each stage of packages just those that `npm ci --omit=dev` would install there by the lock file.
 */
export function stageImage(stages: readonly Stage[], target: string): StagedImage {
  const folder = join(tempFolder(), target);
  const chain = chainOf(stages, target);
  const removed = removedFolders(stages);
  for (const instruction of chain.flatMap(({ instructions }) => instructions).filter(({ word }) => word === 'COPY')) {
    const { from, sources, target: to } = copyOf(instruction);
    for (const source of sources) {
      const path = from === undefined ? source : source.replace(/^\/app\//, '');
      const isInto = to.endsWith('/') || sources.length > 1;
      const at = join(folder, isInto ? join(to, basename(path)) : to);
      if (path.endsWith('node_modules')) linkPackages(stages, from!, path, at);
      else copyTree(path, at, removed);
    }
  }
  const environment = Object.fromEntries(
    chain.flatMap(({ instructions }) =>
      instructions.filter(({ word }) => word === 'ENV').map(({ text }) => text.split('=') as [string, string]),
    ),
  );
  return { folder, command: JSON.parse(lastOf(chain, 'CMD') ?? '[]') as string[], environment };
}

/** @throws when it is not there: an image would not be built either */
function copyTree(path: string, to: string, removed: readonly string[]): void {
  const from = join(root, path);
  if (!existsSync(from)) throw new Error(`${from} is copied into an image, and is not there`);
  mkdirSync(dirname(to), { recursive: true });
  const filter = (file: string) => !removed.includes(relative(root, file)) && (!isLeftBehind.test(file) || statSync(file).isDirectory());
  cpSync(from, to, { recursive: true, filter });
}

function linkPackages(stages: readonly Stage[], stage: string, path: string, to: string): void {
  const install = lastOf(chainOf(stages, stage), 'RUN') ?? '';
  const workspaces = [...install.matchAll(/--workspace (\S+)/g)].map(([, name]) => name!);
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const name of productionPackages(packages, workspaces)) {
    if (!name.startsWith(`${path}/`) || name.slice(path.length + 1).includes('/node_modules/')) continue;
    const at = join(to, name.slice(path.length + 1));
    mkdirSync(dirname(at), { recursive: true });
    const { link, resolved } = packages[name];
    // A workspace is the image's own copy.
    if (link) symlinkSync(join(dirname(to), resolved), at);
    else if (existsSync(join(root, name))) symlinkSync(join(root, name), at);
  }
  if (readdirSync(to).length === 0) throw new Error(`${stage} installs nothing into ${path}`);
}
