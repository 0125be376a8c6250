/**
 * The one lock of Pulseboard: for a data folder, a spool folder, and the preparation of a checkout.
 *
 * The lock is a folder. Each process that wants it puts files of its own there, named after a random id, and touches them while it lives. It has the lock once
 * it sees no other living process there. Nobody ever renames or replaces a file of another process, so two can never both succeed:
 * - A process first announces itself (`<id>.claim`), then looks. Of two at the same time at least one sees the other.
 * - It sees a `<id>.owner`: the lock is held. It sees other claims only: the smallest id goes on, the others give up.
 * - Files of a dead process are removed. They have a name that never comes back, so nothing newer can be hit.
 *
 * A process is dead when this machine proves it (same boot and same process numbers, and no such process), or when nothing has touched its files for
 * 15 s of our own monotonic time. Clocks, process numbers, host names and machine ids alone decide nothing: containers and cloned machines have equal ones.
 */
import { randomUUID } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const BEAT_MS = 1000;
/** Longer than an event loop may be blocked. */
const SILENT_MS = 15_000;
const POLL_MS = 100;
/** Of Linux: process numbers here are those of the whole machine. */
const MACHINE_NAMESPACE = 'pid:[4026531836]';
/** File systems that one kernel alone can have mounted: ext, XFS, Btrfs, F2FS, tmpfs. Those of a network, FUSE and overlays are not among them. */
const LOCAL_FILE_SYSTEMS = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994]);
const NAME = /^([0-9a-f-]{36})\.(claim|owner)$/;

/** Somebody else has the lock. */
export class LockHeldError extends Error {
  code = 'LOCK_HELD';

  /** @param {{ pid: number, host: string } | undefined} holder undefined: it did not say */
  constructor(holder) {
    super(`held by ${describeHolder(holder)}`);
    this.holder = holder;
  }
}

/** @param {{ pid: number, host: string } | undefined} holder */
export const describeHolder = (holder) =>
  holder ? `process ${holder.pid}${holder.host === hostname() ? '' : ` on the host ${holder.host}`}` : 'an unknown process';

/**
 * Takes the lock, or says who has it.
 * @param {string} folder the lock; made, with its parents
 * @param {{ onLost?(): void, onDoubt?(holder: string, mostMs: number): void, silentMs?: number }} [options] `onLost`: another process took the lock while this one was suspended: it
 * must write no more. `onDoubt`: it takes a while to find out whether the holder is alive
 * @returns {Promise<{ release(): void, addChild(pid: number): void }>} children that outlive us hold the lock, too
 * @throws {LockHeldError} when another process has it; errors of the file system
 */
export async function takeLock(folder, { onLost = () => {}, onDoubt = () => {}, silentMs = SILENT_MS } = {}) {
  await removeFormerLock(folder, onDoubt, silentMs);
  const claim = new Claim(folder);
  const keep = setInterval(() => {
    if (claim.touch()) return;
    release();
    onLost();
  }, BEAT_MS).unref();
  const release = () => {
    clearInterval(keep);
    claim.remove();
  };
  try {
    claim.announce();
    for (let others = claim.others(); others.length > 0; others = claim.others()) {
      for (const other of others) {
        if (await isDead(other, onDoubt, silentMs)) other.remove();
        else if (other.isOwner || other.id < claim.id) throw new LockHeldError(other.holder());
      }
      if (claim.others().length > 0) await sleep(POLL_MS);
    }
    claim.own();
  } catch (error) {
    release();
    throw error;
  }
  return { release, addChild: (pid) => claim.addChild(pid) };
}

/** What one process has in the folder. */
class Claim {
  #processes = [describeProcess(process.pid)];

  constructor(folder, id = randomUUID()) {
    this.folder = folder;
    this.id = id;
  }

  get #claimFile() {
    return join(this.folder, `${this.id}.claim`);
  }

  get #ownerFile() {
    return join(this.folder, `${this.id}.owner`);
  }

  announce() {
    for (;;) {
      mkdirSync(this.folder, { recursive: true });
      try {
        return this.#write();
      } catch (error) {
        // Somebody gave the lock back, and the folder with it.
        if (error.code !== 'ENOENT') throw error;
      }
    }
  }

  /** Whole or not at all. */
  #write() {
    const draft = join(this.folder, `${this.id}.draft`);
    try {
      writeFileSync(draft, JSON.stringify({ ...machine, pid: process.pid, processes: this.#processes }));
      renameSync(draft, this.#claimFile);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }

  /** @throws {LockHeldError} when another process took the lock while this one was suspended */
  own() {
    writeFileSync(this.#ownerFile, '');
    if (!this.touch()) throw new LockHeldError(undefined);
  }

  addChild(pid) {
    const child = describeProcess(pid);
    // A child that has ended already holds nothing; a claim that was removed must not come back.
    if (child.startedAt === undefined || !this.touch()) return;
    this.#processes.push(child);
    this.#write();
  }

  /** @returns {boolean} whether it is still there */
  touch() {
    try {
      const now = new Date();
      utimesSync(this.#claimFile, now, now);
    } catch (error) {
      // Another fault is of the disk, and says nothing of others.
      return error.code !== 'ENOENT';
    }
    return true;
  }

  /** @returns {Claim[]} of other processes */
  others() {
    const found = new Map();
    for (const name of namesIn(this.folder)) {
      const [, id, kind] = NAME.exec(name) ?? [];
      if (!id || id === this.id) continue;
      const other = found.get(id) ?? new Claim(this.folder, id);
      other.isOwner ||= kind === 'owner';
      found.set(id, other);
    }
    return [...found.values()];
  }

  /** @returns who made it; undefined when it cannot be read */
  holder() {
    try {
      return JSON.parse(readFileSync(this.#claimFile, 'utf8'));
    } catch {
      return undefined;
    }
  }

  /** @returns {number | undefined} undefined: it is gone */
  touchedAt() {
    return statSync(this.#claimFile, { throwIfNoEntry: false })?.mtimeMs ?? statSync(this.#ownerFile, { throwIfNoEntry: false })?.mtimeMs;
  }

  remove() {
    for (const file of [this.#claimFile, this.#ownerFile]) rmSync(file, { force: true });
    try {
      rmdirSync(this.folder);
    } catch {
      // Others have files there.
    }
  }
}

/** Asks this machine first, then watches whether the process touches its files. */
async function isDead(claim, onDoubt, silentMs) {
  const holder = claim.holder();
  const proof = proofOf(holder, { ...machine, isLocal: isOnLocalFileSystem(claim.folder) });
  return proof ? proof === 'dead' : isSilent(() => claim.touchedAt(), { holder, onDoubt, silentMs });
}

/**
 * @param {() => number | undefined} touchedAt undefined: it is gone
 * @returns {Promise<boolean>} whether nothing touches it for `silentMs`
 */
async function isSilent(touchedAt, { holder, onDoubt, silentMs }) {
  const first = touchedAt();
  let watchedMs = 0;
  let hasDoubted = false;
  for (let last = performance.now(); watchedMs < silentMs; ) {
    await sleep(POLL_MS);
    const now = performance.now();
    // If we were suspended, the holder may have been, too: that time proves nothing.
    watchedMs += Math.min(now - last, BEAT_MS);
    last = now;
    const touched = touchedAt();
    if (touched === undefined) return true;
    if (touched !== first) return false;
    if (!hasDoubted && watchedMs > 2 * BEAT_MS) {
      hasDoubted = true;
      onDoubt(describeHolder(holder), silentMs);
    }
  }
  return true;
}

/**
 * A former release had a file for a lock, and touched it every 2 s. What a killed process left must not refuse the start after an upgrade.
 * @throws {LockHeldError} when a process still touches it
 */
async function removeFormerLock(file, onDoubt, silentMs) {
  const touchedAt = () => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found?.isFile() ? found.mtimeMs : undefined;
  };
  if (touchedAt() === undefined) return;
  const [pid, , host = hostname()] = textOf(file).split(' ');
  const holder = Number(pid) > 0 ? { pid: Number(pid), host } : undefined;
  if (!(await isSilent(touchedAt, { holder, onDoubt, silentMs }))) throw new LockHeldError(holder);
  try {
    unlinkSync(file);
  } catch (error) {
    // Another start removed it first, and may have made the folder.
    if (!['ENOENT', 'EISDIR', 'EPERM'].includes(error.code) || touchedAt() !== undefined) throw error;
  }
}

/**
 * @param {{ boot?: string, namespace?: string, processes?: { pid: number, startedAt?: string }[] } | undefined} holder what its claim says
 * @param {{ boot: string, namespace: string, isLocal: boolean }} here this process, and whether no other machine can have the lock's file system mounted
 * @returns {'dead' | 'alive' | undefined} undefined: this machine cannot tell
 */
export function proofOf(holder, here) {
  if (!holder?.boot || !here.boot) return undefined;
  const { boot, namespace, processes } = holder;
  if (boot === here.boot && namespace === here.namespace) return processes.some(isRunning) ? 'alive' : 'dead';
  // The machine has started again since. A container may have a boot id of its own, and a cloned machine may share a file system of the network.
  const isBare = namespace === MACHINE_NAMESPACE && here.namespace === MACHINE_NAMESPACE;
  return isBare && here.isLocal && boot !== here.boot ? 'dead' : undefined;
}

function isOnLocalFileSystem(folder) {
  try {
    return LOCAL_FILE_SYSTEMS.has(statfsSync(folder).type);
  } catch {
    return false;
  }
}

const textOf = (file) => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
};

const namesIn = (folder) => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const statusFieldsOf = (pid) => {
  // `pid (name) state …`, where the name may hold anything; the 22nd field of all is the start.
  const fields = textOf(`/proc/${pid}/stat`).split(') ').pop().split(' ');
  return fields.length < 20 ? undefined : { state: fields[0], startedAt: fields[19] };
};

/** Where this process runs. */
const machine = {
  host: hostname(),
  /** Empty where the system does not say: then only silence proves a death. */
  boot: seesOwnNumbers() ? textOf('/proc/sys/kernel/random/boot_id') : '',
  namespace: namespaceOfPids(),
};

/** `/proc` may be that of another namespace: its numbers are of other processes then. */
function seesOwnNumbers() {
  return textOf('/proc/self/stat').startsWith(`${process.pid} `);
}

function namespaceOfPids() {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/**
 * A process number with when it started, in clock ticks since boot: numbers are used again.
 * @returns {{ pid: number, startedAt: string | undefined }} undefined: it does not run, is only waited for, or the system does not say
 */
function describeProcess(pid) {
  const { state, startedAt } = statusFieldsOf(pid) ?? {};
  return { pid, startedAt: state === 'Z' || state === 'X' ? undefined : startedAt };
}

function isRunning({ pid, startedAt }) {
  if (startedAt === undefined) return false;
  if (statusFieldsOf(pid)) return describeProcess(pid).startedAt === startedAt;
  try {
    // `/proc` may hide the processes of other users.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
