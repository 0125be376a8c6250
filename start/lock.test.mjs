import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { proofOf, takeLock } from './lock.mjs';
import { waitForLock } from './prepare.mjs';

const fixture = fileURLToPath(new URL('./lock-holder.fixture.mjs', import.meta.url));
const running = new Set();
let folder;
beforeEach(() => (folder = join(mkdtempSync(join(tmpdir(), 'pulseboard-lock-')), 'data', 'processor.lock')));
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  rmSync(join(folder, '..', '..'), { recursive: true, force: true });
});

/** Starts a process that takes the lock. @param prefix a command in front of it, such as `unshare …` */
function start({ prefix = [], args = [] } = {}) {
  const [command, ...words] = [...prefix, process.execPath, fixture, folder, ...args];
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const lines = [];
  const waiting = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const wake of waiting.splice(0)) wake();
  });
  const exited = new Promise((resolve) => child.once('exit', resolve)).then(() => {
    running.delete(child);
    for (const wake of waiting.splice(0)) wake();
  });
  return {
    child,
    exited,
    /** The next line that says what came of it; undefined: it ended without one. */
    async outcome() {
      for (;;) {
        const found = lines.findIndex((line) => !line.startsWith('child'));
        if (found >= 0) return lines.splice(found, 1)[0];
        if (child.exitCode !== null || child.signalCode !== null) return undefined;
        await new Promise((resolve) => waiting.push(resolve));
      }
    },
    lines,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

test('is given back with everything that it made', async () => {
  const lock = await takeLock(folder);
  expect(readdirSync(folder)).toHaveLength(2);
  lock.release();
  expect(existsSync(folder)).toBe(false);
});

test('is refused to a second one, with who has it, and nothing of the second one stays', async () => {
  const lock = await takeLock(folder);
  const before = readdirSync(folder);
  const second = start();
  expect(await second.outcome()).toBe(`held by process ${process.pid}`);
  expect(readdirSync(folder).sort()).toEqual(before.sort());
  lock.release();
});

test('of a process that was killed is taken at once', async () => {
  const first = start();
  expect(await first.outcome()).toBe('taken');
  await first.kill();
  const doubts = [];
  (await takeLock(folder, { onDoubt: () => doubts.push('doubt') })).release();
  expect(doubts).toEqual([]);
});

test('of a killed process is never taken by two of several that start at once', async () => {
  for (let round = 0; round < 5; round++) {
    const dead = start();
    expect(await dead.outcome()).toBe('taken');
    await dead.kill();
    const starters = Array.from({ length: 4 }, () => start());
    const outcomes = await Promise.all(starters.map((each) => each.outcome()));
    expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(1);
    for (const each of starters) await each.kill();
  }
});

test('of two that announce themselves in one process at once, one has it', async () => {
  for (let round = 0; round < 50; round++) {
    const tries = await Promise.allSettled([takeLock(folder), takeLock(folder), takeLock(folder)]);
    const taken = tries.filter(({ status }) => status === 'fulfilled');
    expect(taken).toHaveLength(1);
    taken[0].value.release();
  }
});

test('of a killed process is held by its child until that ends', async () => {
  const parent = start({ args: ['spawn'] });
  expect(await parent.outcome()).toBe('taken');
  const child = Number(parent.lines.find((line) => line.startsWith('child'))?.slice(6));
  await parent.kill();
  expect(await start().outcome()).toBe(`held by process ${parent.child.pid}`);
  process.kill(child, 'SIGKILL');
  (await waitForLock(folder)).release();
});

test('waits for its turn where it is asked to', async () => {
  const order = [];
  const hold = async (name) => {
    const { release } = await waitForLock(folder);
    order.push(`${name} in`);
    await new Promise(setImmediate);
    order.push(`${name} out`);
    release();
  };
  await Promise.all(['a', 'b', 'c'].map(hold));
  for (let i = 0; i < order.length; i += 2) expect(order[i + 1]).toBe(order[i].replace('in', 'out'));
});

test.each([
  ['another process has the number of the dead one', () => ({ startedAt: '1' })],
  ['it is of an earlier boot of this machine', () => ({ boot: 'an earlier one', processes: [] })],
])('is taken when %s', async (_, difference) => {
  const claim = await leftBehind(difference());
  const lock = await takeLock(folder, { silentMs: 3000 });
  expect(readdirSync(folder)).not.toContain(claim);
  lock.release();
});

/** Files as a process leaves them that was killed, with some fields changed. */
async function leftBehind({ startedAt, ...fields }) {
  const lock = await takeLock(folder);
  const [claim] = readdirSync(folder).filter((name) => name.endsWith('.claim'));
  const text = JSON.parse(readFileSync(join(folder, claim), 'utf8'));
  lock.release();
  mkdirSync(folder, { recursive: true });
  if (startedAt) text.processes[0].startedAt = startedAt;
  writeFileSync(join(folder, claim), JSON.stringify({ ...text, ...fields }));
  writeFileSync(join(folder, claim.replace('claim', 'owner')), '');
  return claim;
}

/** Whether this user may make namespaces, as containers have them. */
const mayUnshare = process.platform === 'linux' && spawnSync('unshare', ['--pid', '--uts', '--fork', 'true']).status === 0;
/** Each has process number 1 and the same host name. */
const container = ['unshare', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc'];
if (!mayUnshare) process.stderr.write('Skipped: locks of containers: this user may not make namespaces\n');

(mayUnshare ? describe : describe.skip)('of a container on the same volume, with the same process number and host name', () => {
  test('is refused while that one lives, and taken when it was killed', async () => {
    const first = start({ prefix: container });
    expect(await first.outcome()).toBe('taken');
    const second = start({ prefix: container });
    expect(await second.outcome()).toBe('held by process 1');
    await expect(takeLock(folder)).rejects.toThrow('held by process 1');
    await first.kill();
    const third = start({ prefix: container });
    expect(await third.outcome()).toBe('taken');
    await third.kill();
  });

  test('is taken from one that is stopped, which notices it when it goes on', async () => {
    const stopped = start({ prefix: container });
    expect(await stopped.outcome()).toBe('taken');
    const [inside] = childrenOf(stopped.child.pid);
    process.kill(inside, 'SIGSTOP');
    const doubts = [];
    const lock = await takeLock(folder, { silentMs: 4000, onDoubt: (holder, mostMs) => doubts.push(`${holder} ${mostMs}`) });
    expect(doubts).toEqual(['process 1 4000']);
    process.kill(inside, 'SIGCONT');
    expect(await stopped.outcome()).toBe('lost');
    expect(readdirSync(folder)).toHaveLength(2);
    lock.release();
  });
});

const childrenOf = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);

test('a file that cannot be read counts as a holder as long as it changes', async () => {
  mkdirSync(folder, { recursive: true });
  const claim = join(folder, '00000000-0000-4000-8000-000000000000.claim');
  const beat = setInterval(() => writeFileSync(claim, `torn ${Math.random()}`), 100);
  await sleep(150);
  await expect(takeLock(folder)).rejects.toThrow('held by an unknown process');
  clearInterval(beat);
});

describe('of a former release, which was a file', () => {
  beforeEach(() => {
    mkdirSync(join(folder, '..'), { recursive: true });
    writeFileSync(folder, `4711 an-earlier-boot kiosk\n`);
  });

  test('is taken once nothing touches it any more, after one line', async () => {
    const doubts = [];
    const lock = await takeLock(folder, { silentMs: 3000, onDoubt: (holder) => doubts.push(holder) });
    expect(doubts).toEqual(['process 4711 on the host kiosk']);
    expect(readdirSync(folder)).toHaveLength(2);
    lock.release();
  });

  test('is refused while its process touches it', async () => {
    const beat = setInterval(() => utimesSync(folder, new Date(), new Date()), 100);
    const taking = takeLock(folder).finally(() => clearInterval(beat));
    await expect(taking).rejects.toThrow('held by process 4711 on the host kiosk');
  });
});

(process.platform === 'linux' ? describe : describe.skip)('what this machine can prove', () => {
  const namespace = 'pid:[4026531836]';
  const here = { boot: 'this', namespace, isLocal: true };
  const startedAt = existsSync('/proc/self/stat') ? readFileSync('/proc/self/stat', 'utf8').split(') ').pop().split(' ')[19] : '';
  test.each([
    ['a process that runs', { boot: 'this', namespace, processes: [{ pid: process.pid, startedAt }] }, here, 'alive'],
    ['another process with its number', { boot: 'this', namespace, processes: [{ pid: process.pid, startedAt: '1' }] }, here, 'dead'],
    ['a child that had ended when it was noted', { boot: 'this', namespace, processes: [{ pid: process.pid }] }, here, 'dead'],
    ['a process of another container', { boot: 'this', namespace: 'pid:[1]', processes: [] }, here, undefined],
    ['an earlier boot', { boot: 'earlier', namespace, processes: [] }, here, 'dead'],
    ['a cloned machine on one network disk', { boot: 'other', namespace, processes: [] }, { ...here, isLocal: false }, undefined],
    ['a container with a boot id of its own', { boot: 'other', namespace: 'pid:[1]', processes: [] }, here, undefined],
    ['a system without boot ids', { boot: '', namespace: '', processes: [] }, { ...here, boot: '' }, undefined],
  ])('about %s', (_, holder, where, proof) => {
    expect(proofOf(holder, where)).toBe(proof);
  });
});

test('that another process took while this one was suspended does not come back with a new child', async () => {
  const lost = [];
  const lock = await takeLock(folder, { onLost: () => lost.push('lost') });
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  lock.addChild(process.ppid);
  expect(readdirSync(folder)).toEqual([]);
  while (lost.length === 0) await sleep(50);
  expect(existsSync(folder)).toBe(false);
});
