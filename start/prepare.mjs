/** Installs what is missing and builds what is stale; when nothing is, it costs a few milliseconds. */
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build, isBuilt } from './build.mjs';
import { ChildProcesses } from './child-processes.mjs';
import { install, isInstalled } from './install.mjs';
import { LockHeldError, takeLock } from './lock.mjs';
import { PrepareError } from './prepare-error.mjs';
import { startProgress } from './progress.mjs';

/** The checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const ASK_AGAIN_MS = 200;

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
  // A child that outlives us holds the lock, too: npm must not be joined by another npm.
  const children = new ChildProcesses({ onSpawn: (pid) => lock?.addChild(pid) });
  await children.endingOnSignals(
    async () => {
      lock = await waitForLock(join(root, 'start', 'dist', 'preparing.lock'), () => {
        process.stderr.write(`\nAnother Pulseboard took over the preparation while this one did not run; this one ends.\n`);
        // Its own handler ends the children first.
        process.kill(process.pid, 'SIGTERM');
      });
      try {
        if (!isInstalled(root)) await install(root, children);
        if (!isBuilt(root, { leaderboard })) await build(root, { leaderboard }, children);
      } finally {
        lock.release();
      }
    },
    () => lock?.release(),
  );
}

/**
 * Waits for the lock, saying so, then takes it.
 * @param {string} folder
 * @param {() => void} [onLost] another process took it while this one was suspended
 */
export async function waitForLock(folder, onLost) {
  let progress;
  for (;;)
    try {
      const lock = await takeLock(folder, { onLost });
      progress?.end('done');
      return lock;
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      progress ??= startProgress('Another Pulseboard is being prepared here; waiting for it');
      await sleep(ASK_AGAIN_MS);
    }
}
