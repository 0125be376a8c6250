/**
 * A lock that two processes in one checkout share: a folder, since making one is atomic everywhere. Its holder keeps touching it.
 * Another lock than that of `claim-folder.ts`, which refuses: here the second one waits until the first has installed and built, in children that count as holders,
 * too. Nor can that one be this: it is there only once it is compiled.
 */
import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProgress } from './progress.mjs';

const BEAT_MS = 2000;
/** The holder and its children are gone, and it missed several beats. */
const DEAD_AFTER_MS = 8000;
/** The holder cannot be asked: another machine or container. */
const SILENT_AFTER_MS = 120_000;
/** Its number now belongs to another process. */
const ALIVE_BUT_SILENT_AFTER_MS = 900_000;
const POLL_MS = 200;

/**
 * Waits for the lock, saying so, then takes it.
 * @param {string} folder the folder that is the lock; its parents are made
 * @returns {Promise<{ release(): void, addChild(pid: number): void }>} a child that outlives its killed parent still holds the lock
 */
export async function waitForLock(folder) {
  mkdirSync(dirname(folder), { recursive: true });
  let progress;
  while (!tryTake(folder)) {
    progress ??= startProgress('Another Pulseboard is being prepared here; waiting for it');
    if (isAbandoned(folder)) removeAbandoned(folder);
    else await sleep(POLL_MS);
  }
  progress?.end('done');
  const beat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(folder, now, now);
    } catch {
      // Taken away while this process slept: what it guards is checked again by whoever took it.
    }
  }, BEAT_MS);
  const pids = [process.pid];
  writeHolder(folder, pids);
  return {
    release() {
      clearInterval(beat);
      rmSync(folder, { recursive: true, force: true });
    },
    addChild(pid) {
      pids.push(pid);
      writeHolder(folder, pids);
    },
  };
}

const writeHolder = (folder, pids) => writeFileSync(join(folder, 'holder.json'), JSON.stringify({ host: hostname(), pids }));

function tryTake(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  return true;
}

function isAbandoned(folder) {
  let age;
  try {
    age = Date.now() - statSync(folder).mtimeMs;
  } catch {
    return false;
  }
  const patience = { dead: DEAD_AFTER_MS, elsewhere: SILENT_AFTER_MS, alive: ALIVE_BUT_SILENT_AFTER_MS };
  return age > patience[stateOfHolder(folder)];
}

function stateOfHolder(folder) {
  try {
    const { host, pids } = JSON.parse(readFileSync(join(folder, 'holder.json'), 'utf8'));
    if (host !== hostname()) return 'elsewhere';
    return pids.some(isAlive) ? 'alive' : 'dead';
  } catch {
    return 'dead';
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Of several who wait, one removes it, and looks once more before: it may be a new holder's by now. */
function removeAbandoned(folder) {
  const turn = `${folder}.removal`;
  try {
    mkdirSync(turn);
  } catch {
    if (ageOf(turn) > DEAD_AFTER_MS) rmSync(turn, { recursive: true, force: true });
    return;
  }
  try {
    if (isAbandoned(folder)) rmSync(folder, { recursive: true, force: true });
  } finally {
    rmdirSync(turn);
  }
}

function ageOf(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
