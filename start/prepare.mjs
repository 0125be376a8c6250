/** Installs what is missing and builds what is stale; when nothing is, it costs a few milliseconds. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, isBuilt } from './build.mjs';
import { install, isInstalled } from './install.mjs';
import { PrepareError } from './prepare-error.mjs';
import { endingChildrenOnSignals } from './run-command.mjs';
import { waitForLock } from './wait-for-lock.mjs';

/** The checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Ends the process with one sentence, and what the tool printed, when something fails.
 * @param {{ leaderboard: boolean }} options whether the web pages are wanted too
 */
export async function prepare(options) {
  try {
    await prepareOrThrow(options);
  } catch (error) {
    if (!(error instanceof PrepareError) && !error.syscall) throw error;
    if (error.output) process.stderr.write(`${error.output.trimEnd()}\n\n`);
    const sentence = error instanceof PrepareError ? error.message : `Pulseboard cannot prepare itself in ${root}: ${error.message}.`;
    process.stderr.write(`${sentence}\n`);
    process.exit(1);
  }
}

async function prepareOrThrow({ leaderboard }) {
  if (isInstalled(root) && isBuilt(root, { leaderboard })) return;
  let lock;
  await endingChildrenOnSignals(
    async () => {
      lock = await waitForLock(join(root, 'start', 'dist', 'preparing.lock'));
      try {
        if (!isInstalled(root)) await install(root);
        if (!isBuilt(root, { leaderboard })) await build(root, { leaderboard });
      } finally {
        lock.release();
      }
    },
    { cleanUp: () => lock?.release(), onSpawn: (pid) => lock?.addChild(pid) },
  );
}
