/**
 * The one lock of Pulseboard: for a data folder, a spool folder, and the preparation of a checkout.
 *
 * The lock is a folder. Each process that wants it puts files of its own there, named after a random id, and touches them while it lives. It has the lock once
 * it sees no other living process there. Nobody ever renames or replaces a file of another process, so two can never both succeed:
 * - A process first announces itself (`<id>.claim`), then looks. Of two at the same time at least one sees the other.
 * - It sees a `<id>.owner`: the lock is held. It sees other claims only: the smallest id goes on, the others give up.
 * - Files of a dead process are removed. They have a name that never comes back, so nothing newer can be hit.
 *
 * A process is dead when this machine proves it (same boot and same process numbers, and no such process), or when nobody has touched its files for
 * 15 s of our own monotonic time. Clocks and process numbers alone decide nothing: containers have equal ones.
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
  statSync,
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
  const claim = new Claim(folder);
  const keep = setInterval(() => {
    if (claim.touch()) return;
    clearInterval(keep);
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

  own() {
    writeFileSync(this.#ownerFile, '');
  }

  addChild(pid) {
    this.#processes.push(describeProcess(pid));
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
  const proof = proofOf(holder);
  if (proof) return proof === 'dead';
  const first = claim.touchedAt();
  const began = performance.now();
  let hasDoubted = false;
  while (performance.now() - began < silentMs) {
    await sleep(POLL_MS);
    const touched = claim.touchedAt();
    if (touched === undefined) return true;
    if (touched !== first) return false;
    if (!hasDoubted && performance.now() - began > 2 * BEAT_MS) {
      hasDoubted = true;
      onDoubt(describeHolder(holder), silentMs);
    }
  }
  return claim.touchedAt() === first;
}

/** @returns {'dead' | 'alive' | undefined} undefined: this machine cannot tell */
function proofOf(holder) {
  if (!holder?.boot || !machine.boot) return undefined;
  const { boot, namespace, id, processes } = holder;
  if (boot === machine.boot && namespace === machine.namespace)
    return processes.some(({ pid, startedAt }) => describeProcess(pid).startedAt === startedAt) ? 'alive' : 'dead';
  // The same machine has started again since. In a container its id and name would say nothing.
  const isBare = namespace === MACHINE_NAMESPACE && machine.namespace === MACHINE_NAMESPACE;
  return isBare && id && id === machine.id && boot !== machine.boot ? 'dead' : undefined;
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

/** Where this process runs. */
const machine = {
  host: hostname(),
  /** Empty where the system does not say: then only silence proves a death. */
  boot: textOf('/proc/sys/kernel/random/boot_id'),
  id: textOf('/etc/machine-id'),
  namespace: namespaceOfPids(),
};

function namespaceOfPids() {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/**
 * A process number with when it started, in clock ticks since boot: numbers are used again.
 * @returns {{ pid: number, startedAt: string | undefined }} undefined: it does not run, or is only waited for
 */
function describeProcess(pid) {
  // `pid (name) state …`, where the name may hold anything; the 22nd field is the start.
  const fields = textOf(`/proc/${pid}/stat`).split(') ').pop().split(' ');
  const [state] = fields;
  return { pid, startedAt: fields.length < 20 || state === 'Z' || state === 'X' ? undefined : fields[19] };
}
