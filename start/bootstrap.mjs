/**
 * Runs before anything is installed: `node start/bootstrap.mjs <entry> [args…]`.
 * Checks Node, answers at once what needs no more, installs what is missing, builds what is stale, then becomes the entry.
 * Everything that preparing says goes to stderr.
 */
import { requireSupportedNode } from './node-version.mjs';

requireSupportedNode();

/** Whether an entry needs the web pages; all but the last become `start/dist/main.js`. */
const entries = {
  start: { leaderboard: true },
  broker: { leaderboard: false },
  gateway: { leaderboard: false },
  processor: { leaderboard: true },
  backup: { leaderboard: false },
  restore: { leaderboard: false },
  'build-only': { leaderboard: true },
};

async function main(name, args) {
  if (!Object.hasOwn(entries, String(name))) {
    process.stderr.write(`Usage: node start/bootstrap.mjs ${Object.keys(entries).join('|')} [arguments]\n`);
    process.exit(2);
  }
  const { ignoreClosedPipes } = await import('./help/closed-pipes.mjs');
  ignoreClosedPipes();
  const { hasAnsweredAtOnce } = await import('./help/answer-at-once.mjs');
  if (hasAnsweredAtOnce(name, args)) return;
  const { prepare, root } = await import('./prepare.mjs');
  await prepare(entries[name]);
  if (name === 'build-only') return;
  const { join } = await import('node:path');
  const { pathToFileURL } = await import('node:url');
  process.argv = [process.argv[0], join(root, 'start', 'dist', 'main.js'), name, ...args];
  await import(pathToFileURL(process.argv[1]).href);
}

main(process.argv[2], process.argv.slice(3));
