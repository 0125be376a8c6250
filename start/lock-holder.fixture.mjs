/** `node lock-holder.fixture.mjs <folder> [spawn]`: a process that takes a lock. Prints `taken`, `held: …` or `lost`, and keeps the lock until it is killed. */
import { spawn } from 'node:child_process';
import { takeLock } from './lock.mjs';

const [folder, wantsChild] = process.argv.slice(2);
const say = (text) => process.stdout.write(`${text}\n`);
try {
  const lock = await takeLock(folder, {
    silentMs: 4000,
    onLost: () => {
      say('lost');
      process.exit(3);
    },
  });
  if (wantsChild) {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'], { stdio: 'ignore' });
    lock.addChild(child.pid);
    say(`child ${child.pid}`);
  }
  say('taken');
  setInterval(() => {}, 60_000);
} catch (error) {
  say(error.code === 'LOCK_HELD' ? error.message : String(error));
  process.exit(2);
}
