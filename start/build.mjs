/** `tsc -b` and `vite build`, when and only when their sources changed since the last time. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { buildProjects, fingerprintOf, listFiles } from './build-inputs.mjs';
import { PrepareError } from './prepare-error.mjs';
import { startProgress } from './progress.mjs';

/**
 * One build: what it is made of, how it is made, what it made.
 * @typedef {{ stamp: string, label: string, inputs(): string[], outputs(): string[], make(last: Stamp | undefined, children: import('./child-processes.mjs').ChildProcesses): Promise<{ code: number, output: string }> }} Step
 * @typedef {{ inputs: string, lock: string, outputs: string[] }} Stamp
 */

/** @returns {Step} */
function compileStep(root) {
  const projects = buildProjects(root);
  return {
    stamp: join(root, 'start', 'dist', '.compiled.json'),
    label: 'Compiling',
    inputs: () => [
      ...['tsconfig.json', 'tsconfig.base.json'].map((name) => join(root, name)),
      ...projects.flatMap((p) => listFiles(p.folder, (name) => /\.tsx?$|^(tsconfig.*|package)\.json$/.test(name))),
    ],
    outputs: () => projects.flatMap((p) => listFiles(p.outDir, (name) => /\.(js|ts)$/.test(name))),
    make(last, children) {
      for (const project of projects) project.removeStale();
      // `tsc -b` trusts its build info: it does not see that an output is gone, nor that a package changed.
      const missing = (last?.outputs ?? []).map((file) => join(root, file)).filter((file) => !existsSync(file));
      for (const project of projects) {
        if (missing.some((file) => file.startsWith(project.outDir + sep))) rmSync(project.buildInfo, { force: true });
      }
      const force = last && last.lock !== lockFingerprint(root) ? ['--force'] : [];
      return children.run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', ...force], { cwd: root });
    },
  };
}

const isShipped = (name) => !/\.test\.tsx?$/.test(name);

/** @returns {Step} */
function pagesStep(root) {
  const folder = join(root, 'leaderboard');
  return {
    stamp: join(root, 'start', 'dist', '.pages.json'),
    label: 'Building the web pages',
    inputs: () => [
      ...listFiles(folder, isShipped),
      ...listFiles(join(root, 'contract'), (name) => name.endsWith('.ts') && isShipped(name)),
    ],
    outputs: () => listFiles(join(folder, 'dist'), () => true),
    make(_last, children) {
      const vite = [folder, root].map((base) => join(base, 'node_modules', 'vite', 'bin', 'vite.js')).find(existsSync);
      if (!vite) return Promise.resolve({ code: 1, output: 'vite is not installed' });
      return children.run(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: folder });
    },
  };
}

/** @returns {Step[]} */
const steps = (root, { leaderboard }) => [
  compileStep(root),
  ...(leaderboard && existsSync(join(root, 'leaderboard', 'index.html')) ? [pagesStep(root)] : []),
];

const lockFingerprint = (root) =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

/** @returns {Stamp | undefined} */
function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isFresh(step, root) {
  const stamp = readStamp(step.stamp);
  return (
    stamp !== undefined &&
    stamp.lock === lockFingerprint(root) &&
    stamp.inputs === fingerprintOf(step.inputs(), root) &&
    stamp.outputs.every((file) => existsSync(join(root, file)))
  );
}

/** @param {string} root @param {{ leaderboard: boolean }} options @returns {boolean} */
export const isBuilt = (root, options) => steps(root, options).every((step) => isFresh(step, root));

/**
 * @param {string} root
 * @param {{ leaderboard: boolean }} options
 * @param {import('./child-processes.mjs').ChildProcesses} children
 * @throws {PrepareError} with the compiler's errors
 */
export async function build(root, options, children) {
  for (const step of steps(root, options)) {
    if (isFresh(step, root)) continue;
    const last = readStamp(step.stamp);
    // Taken before the build: what is saved meanwhile is built the next time.
    const inputs = fingerprintOf(step.inputs(), root);
    const progress = startProgress(step.label);
    const { code, output } = await step.make(last, children);
    progress.end(code === 0 ? 'done' : 'failed');
    if (code !== 0) throw new PrepareError(`${step.label} failed: fix the errors above, then start again.`, output);
    mkdirSync(dirname(step.stamp), { recursive: true });
    const outputs = step.outputs();
    writeFileSync(
      step.stamp,
      JSON.stringify({ inputs, lock: lockFingerprint(root), outputs: outputs.map((file) => relative(root, file)) }),
    );
  }
}
