/** Which files a build is made of, and what the compiler left behind of files that are gone. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const NOT_SOURCES = new Set(['node_modules', 'dist', 'build', 'coverage']);

/**
 * @param {string} folder
 * @param {(name: string) => boolean} wanted by file name
 * @returns {string[]} files below the folder, without those of build folders unless the folder is one, in a stable order
 */
export function listFiles(folder, wanted) {
  const found = [];
  const walk = (at) => {
    let entries = [];
    try {
      entries = readdirSync(at, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) {
        if (!NOT_SOURCES.has(entry.name) && !entry.name.startsWith('.')) walk(join(at, entry.name));
      } else if (!entry.name.startsWith('.') && wanted(entry.name)) found.push(join(at, entry.name));
    }
  };
  walk(folder);
  return found;
}

/**
 * Quick: names, sizes and times, not contents. A false alarm costs an incremental build.
 * @param {readonly string[]} files
 * @param {string} root
 * @returns {string}
 */
export function fingerprintOf(files, root) {
  const hash = createHash('sha256');
  for (const file of files) {
    const stat = statSync(file, { throwIfNoEntry: false });
    hash.update(`${relative(root, file)} ${stat?.size} ${stat?.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/**
 * The projects that the root tsconfig.json refers to.
 * @param {string} root
 */
export function buildProjects(root) {
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  return references.map(({ path }) => buildProject(join(root, path)));
}

function buildProject(folder) {
  const { compilerOptions } = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8'));
  const outDir = join(folder, compilerOptions.outDir);
  const hasSourceOf = (output) => {
    const base = join(folder, relative(outDir, output)).replace(/(\.d\.ts|\.js)(\.map)?$/, '');
    return ['.ts', '.tsx'].some((extension) => existsSync(base + extension));
  };
  return {
    folder,
    outDir,
    buildInfo: join(folder, compilerOptions.tsBuildInfoFile),
    /** A test whose source was deleted must not go on running. */
    removeStale() {
      for (const output of listFiles(outDir, (name) => /\.(js|d\.ts)(\.map)?$/.test(name))) {
        if (!hasSourceOf(output)) rmSync(output);
      }
    },
  };
}
