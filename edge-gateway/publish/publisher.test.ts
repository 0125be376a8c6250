import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Committed, MIN_UTC_MS, type NumberRange, type Reading, type ReadingBatch } from '@pulseboard/contract';
import { batchName } from '@pulseboard/contract/batch-name';
import { pino } from 'pino';
import { DiskSpool } from '../spool/disk-spool.js';
import { KnownStore, orderStore } from '../spool/known-store.js';
import { GatewayProtocol } from './gateway-protocol.js';
import { Publisher } from './publisher.js';

const T0 = 1_700_000_000_000;
const SPOOL = 'spool0001';
const STORE = '5f0c3a9e21b7d846';
const FOREIGN = '0123456789abcdef';
const reading = (n: number): Reading => ({ sensor: 'ant-hr-1', at: T0 + n });

let folder: string;
const opened: Publisher[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-publisher-'));
});
afterEach(async () => {
  for (const publisher of opened.splice(0)) {
    publisher.onDisconnect();
    await publisher.close();
  }
  rmSync(folder, { recursive: true });
});

interface BenchOptions {
  flushIntervalMs?: number;
  id?: string;
  segmentBytes?: number;
  maxBytes?: number;
  maxAgeMs?: number;
  /** UTC ms at which its clock begins. */
  epochMs?: number;
  anchored?: boolean;
  connected?: boolean;
}

/** A publisher on a real folder, with a hand-moved clock and an uplink that answers when it is told to. */
async function bench(options: BenchOptions = {}) {
  const {
    flushIntervalMs = 50,
    id = SPOOL,
    segmentBytes = 5000,
    maxBytes = 1e9,
    maxAgeMs = 1e9,
    epochMs = T0,
    anchored = true,
    connected = true,
  } = options;
  let nowMs = 0;
  let drained = 0;
  const timers: { at: number; run: () => void }[] = [];
  const sent: { batch: ReadingBatch; payload: string; settle: (ok: boolean) => Promise<void> }[] = [];
  let hears = () => {};
  const uplink = {
    onProcessorHears: (run: () => void) => {
      hears = run;
    },
    sendBatch: (payload: string) =>
      new Promise<void>((resolve, reject) => {
        const settle = async (ok: boolean) => void (await (ok ? resolve() : reject(new Error('connection gone'))));
        sent.push({ batch: JSON.parse(payload), payload, settle });
      }),
  };
  const disk = DiskSpool.open({ folder, gateway: 'gateway-1', id, machineBoot: 'machine-boot', segmentBytes });
  const knownStore = new KnownStore(folder);
  const protocol = new GatewayProtocol(id, disk.recovered, () => 0.5, { store: knownStore.saved });
  const publisher = new Publisher({
    protocol,
    disk,
    knownStore,
    uplink,
    gateway: 'gateway-1',
    boot: 'boot',
    clock: () => epochMs + nowMs,
    flushIntervalMs,
    limits: { maxBytes, maxAgeMs },
    log: pino({ level: 'silent' }),
    onDrained: () => {
      drained++;
    },
    monotonic: () => nowMs,
    schedule: (run, delayMs) => {
      const timer = { at: nowMs + delayMs, run };
      timers.push(timer);
      return { cancel: () => void timers.splice(timers.indexOf(timer), 1) };
    },
  });
  opened.push(publisher);
  const advance = (ms: number) => {
    for (const until = nowMs + ms; ; ) {
      timers.sort((a, b) => a.at - b.at);
      const [next] = timers;
      if (!next || next.at > until) {
        nowMs = until;
        return;
      }
      timers.shift();
      nowMs = Math.max(nowMs, next.at);
      next.run();
    }
  };
  /** A second, as the gateway lives it. */
  const second = async () => {
    advance(1000);
    await publisher.tick();
    advance(0);
  };
  const commit = (
    ranges: NumberRange[],
    { store = STORE, epoch = 1, closed = false, spool = id, rejected = [] as Committed['rejected'] } = {},
  ) => publisher.onCommitted({ store, epoch, rejected, spools: [{ spool, ranges, gone: [], closed }] });
  const take = (first: number, last = first) => {
    for (let n = first; n <= last; n++) publisher.take(reading(n));
  };
  const runs = () => sent.map(({ batch }) => [batch.first, batch.readings.length]);
  await publisher.tick();
  if (anchored) publisher.anchor({ offsetMs: 0, state: 'synced' });
  if (connected) publisher.onConnect();
  advance(flushIntervalMs);
  return {
    publisher,
    protocol,
    disk,
    sent,
    advance,
    second,
    commit,
    take,
    runs,
    timers: () => timers.length,
    hears: () => hears(),
    drained: () => drained,
  };
}

const segmentsOf = (spool: string) => readdirSync(join(folder, spool)).filter((name) => name.endsWith('.segment'));

test('the first reading leaves at once, those received with it leave with it', async () => {
  const { take, sent, advance, runs } = await bench();
  take(1, 2);
  expect(sent).toHaveLength(0);
  advance(0);
  expect(runs()).toEqual([[1, 2]]);
  expect(sent[0]!.batch).toMatchObject({ v: 1, gateway: 'gateway-1', spool: SPOOL, oldest: 1, boot: 'boot', clock: 'synced' });
});

test('batches leave no closer than the flush interval', async () => {
  const { take, sent, advance, runs } = await bench({ flushIntervalMs: 50 });
  take(1);
  advance(10);
  take(2);
  advance(39);
  expect(sent).toHaveLength(1);
  advance(1);
  expect(runs()).toEqual([
    [1, 1],
    [2, 1],
  ]);
});

test('nothing is sent while disconnected, everything when connected', async () => {
  const { publisher, take, second, advance, runs } = await bench({ connected: false });
  take(1, 1500);
  await second();
  expect(runs()).toEqual([]);
  publisher.onConnect();
  advance(0);
  let next = 1;
  for (const [first, count] of runs()) {
    expect(first).toBe(next);
    next += count!;
  }
  expect(next).toBe(1501);
});

test('when the connection goes sending ends at once, and goes on when it is back', async () => {
  const { publisher, take, second, advance, runs } = await bench();
  take(1);
  advance(0);
  take(2);
  publisher.onDisconnect();
  advance(50);
  take(3);
  for (let s = 0; s < 10; s++) await second();
  expect(runs()).toEqual([[1, 1]]);
  publisher.onConnect();
  advance(0);
  expect(runs().slice(1)).toEqual([[1, 3]]);
});

test('nothing is sent before the clock is anchored; then it has its UTC, and what comes after it has its own', async () => {
  const { publisher, take, advance, second, sent, disk } = await bench({ anchored: false });
  take(1, 3);
  await second();
  expect(sent).toEqual([]);
  publisher.anchor({ offsetMs: 5000, state: 'unsynced' });
  take(4);
  advance(50);
  expect(sent.flatMap(({ batch }) => batch.readings.map(({ at }) => at - T0))).toEqual([5001, 5002, 5003, 4]);
  expect(sent[0]!.batch.clock).toBe('unsynced');
  disk.close();
  const again = DiskSpool.open({ folder, gateway: 'gateway-1', id: 'spool0002', machineBoot: 'another' });
  expect(again.read(SPOOL, 1, 4).map(({ at }) => at - T0)).toEqual([5001, 5002, 5003, 4]);
  expect(again.clockStateOf(SPOOL)).toBe('unsynced');
  again.close();
});

test.each([
  ['the same boot of the machine', 'machine-boot', 'synced', 7000],
  ['another boot, of which nothing more is known', 'another-boot', 'unsynced', 0],
])('readings of a process that died before its anchor: %s', async (_, machineBoot, state, offsetMs) => {
  const { take, publisher } = await bench({ anchored: false });
  take(1, 3);
  await publisher.close();
  const again = DiskSpool.open({ folder, gateway: 'gateway-1', id: 'spool0002', machineBoot });
  again.anchor({ offsetMs: 7000, state: 'synced' });
  expect(again.clockStateOf(SPOOL)).toBe(state);
  expect(again.read(SPOOL, 1, 3).map(({ at }) => at - T0)).toEqual([1, 2, 3].map((n) => n + offsetMs));
  again.close();
});

test('of a backlog at most 4 runs of numbers wait in the socket and 16 for their commit, each in batches of 32 kB', async () => {
  const { publisher, take, second, advance, sent, commit } = await bench({ connected: false });
  for (let s = 0; s < 30; s++) {
    take(s * 1000 + 1, s * 1000 + 1000);
    await second();
  }
  publisher.onConnect();
  advance(0);
  expect(sent).toHaveLength(8);
  for (let n = 0; n < sent.length; n++) {
    await sent[n]!.settle(true);
    advance(50);
  }
  expect(sent).toHaveLength(32);
  commit([[1, 2000]]);
  advance(50);
  expect(sent).toHaveLength(36);
});

test('a new reading does not wait behind a backlog', async () => {
  const { publisher, take, second, advance, sent } = await bench({ connected: false });
  for (let s = 0; s < 30; s++) {
    take(s * 1000 + 1, s * 1000 + 1000);
    await second();
  }
  publisher.onConnect();
  advance(0);
  take(30_001);
  advance(50);
  expect(sent.at(-1)!.batch.first).toBe(30_001);
});

test('after a reconnect, and for a new epoch, what is not committed goes again', async () => {
  const { publisher, take, advance, commit, runs, sent } = await bench();
  take(1, 4);
  advance(0);
  commit([[1, 2]]);
  publisher.onConnect();
  advance(100);
  expect(runs()).toEqual([
    [1, 4],
    [3, 2],
  ]);
  expect(sent[1]!.batch.oldest).toBe(3);
  for (const { settle } of sent) await settle(true);
  commit([[1, 3]], { epoch: 2 });
  advance(100);
  expect(runs().at(-1)).toEqual([4, 1]);
});

test('what was sent before a processor heard goes again as soon as one says that it hears', async () => {
  const { take, advance, hears, runs } = await bench();
  take(1, 4);
  advance(1000);
  expect(runs()).toEqual([[1, 4]]);
  hears();
  hears();
  advance(1000);
  expect(runs()).toEqual([
    [1, 4],
    [1, 4],
  ]);
});

test('what is not committed in time goes again, even when nothing new comes, and no more once it is', async () => {
  const { take, advance, second, commit, runs, sent } = await bench();
  take(1);
  advance(0);
  for (let s = 0; s < 5; s++) await second();
  expect(runs()).toEqual([
    [1, 1],
    [1, 1],
  ]);
  commit([[1, 1]]);
  for (let s = 0; s < 40; s++) await second();
  expect(sent).toHaveLength(2);
});

test('what was lost goes again although newer readings are committed all the time', async () => {
  const { take, second, advance, commit, sent } = await bench();
  take(1);
  advance(0);
  for (let n = 2; n <= 30; n++) {
    take(n);
    await second();
    for (const { settle } of sent) await settle(true); // the broker took it; only the commit says that it is safe
    if (n > 2) commit([[2, n - 1]]);
  }
  expect(sent.filter(({ batch }) => batch.first === 1).length).toBeGreaterThan(1);
});

test('a batch that the processor cannot read is dropped when it is named by its bytes, and nothing else', async () => {
  const { take, advance, commit, sent, publisher } = await bench();
  take(1, 3);
  advance(0);
  take(4, 5);
  advance(50);
  commit([], { rejected: [batchName(sent[0]!.payload), 'f'.repeat(64)].map((batch) => ({ batch, reason: 'no JSON' })) });
  expect(publisher.ledger()).toMatchObject([{ decoded: 5, committed: 0, waiting: 2, dropped: { rejected: 3 }, oldest: 4 }]);
  const aside = JSON.parse(readFileSync(join(folder, 'set-aside', `rejected-${SPOOL}-1.json`), 'utf8'));
  expect(aside).toEqual({ spool: SPOOL, first: 1, last: 3, reason: 'no JSON', readings: [1, 2, 3].map(reading) });
});

test('dead letters of the gateway are kept for its health, as the processor said last', async () => {
  const { publisher } = await bench();
  const said = (readings: number) => [{ reason: 'implausible' as const, readings, example: 'heartRateBpm must be <= 240' }];
  for (const readings of [1, 7, 40]) {
    publisher.onCommitted({ store: STORE, epoch: 1, rejected: [], spools: [], deadLetters: said(readings) });
    expect(publisher.deadLetters).toEqual(said(readings));
  }
  publisher.onCommitted({ store: STORE, epoch: 2, rejected: [], spools: [] });
  expect(publisher.deadLetters).toEqual([]);
});

test('a forged commit deletes nothing and is counted', async () => {
  const { take, advance, second, commit, publisher, protocol } = await bench({ segmentBytes: 500 });
  take(1, 100);
  advance(50);
  const before = segmentsOf(SPOOL);
  commit([[1, 1_000_000]]);
  await second();
  expect(segmentsOf(SPOOL)).toEqual(before);
  expect(publisher.ledger()).toMatchObject([{ committed: 0, waiting: 100 }]);
  expect(protocol.refusedEntries).toBe(1);
});

test('an older spool is drained, told, and deleted when the processor has closed it', async () => {
  const first = await bench({ connected: false });
  first.take(1, 50);
  await first.publisher.close();
  const { advance, runs, commit, drained, publisher } = await bench({ id: 'spool0002' });
  advance(50);
  expect(runs()).toEqual([[1, 50]]);
  commit([[1, 50]], { spool: SPOOL });
  expect(drained()).toBe(1);
  expect(publisher.ledger().map(({ spool, drained }) => [spool, drained])).toEqual([
    [SPOOL, true],
    ['spool0002', false],
  ]);
  commit([[1, 50]], { spool: SPOOL, closed: true });
  expect(readdirSync(folder)).toEqual(['spool0002', 'store.json']);
});

test.each([
  ['full', { maxBytes: 20_000 }],
  ['age', { maxAgeMs: 8500 }],
])('over its limit the oldest readings go, counted: %s', async (reason, limits) => {
  const { publisher, take, second, disk } = await bench({ connected: false, ...limits });
  for (let s = 1; s <= 20; s++) {
    for (let n = 1; n <= 50; n++) publisher.take({ ...reading(n), at: T0 + s * 1000 });
    await second();
  }
  take(1);
  const [{ decoded, committed, waiting, dropped, oldest }] = publisher.ledger() as [ReturnType<typeof publisher.ledger>[number]];
  expect({ decoded, committed }).toEqual({ decoded: 1001, committed: 0 });
  expect(Object.keys(dropped)).toEqual([reason]);
  expect(dropped[reason]! + waiting).toBe(1001);
  expect(oldest).toBe(dropped[reason]! + 1);
  if (reason === 'full') expect(disk.bytes).toBeLessThan(26_000);
  else expect(waiting).toBeLessThan(600);
});

test('while the disk takes nothing live readings go on, and it recovers', async () => {
  const { publisher, take, advance, second, commit, runs, disk } = await bench({ segmentBytes: 500 });
  take(1, 3);
  advance(0);
  // In the place of its folder stands a file: every write fails.
  renameSync(join(folder, SPOOL), join(folder, 'elsewhere'));
  writeFileSync(join(folder, SPOOL), '');
  take(4, 40);
  await second();
  expect(disk.diskFault).toBeDefined();
  expect(runs().at(-1)).toEqual([4, 37]);
  rmSync(join(folder, SPOOL));
  renameSync(join(folder, 'elsewhere'), join(folder, SPOOL));
  take(41, 50);
  await second();
  expect(disk.diskFault).toBeUndefined();
  expect(publisher.ledger()).toMatchObject([{ decoded: 50, waiting: 50, dropped: {} }]);
  commit([[1, 50]]);
  expect(publisher.ledger()).toMatchObject([{ decoded: 50, committed: 50, waiting: 0 }]);
});

test('closing sends what is open, then nothing more, and what is committed then is not sent by the next process', async () => {
  const { publisher, take, advance, runs, commit } = await bench();
  take(1, 40);
  advance(0);
  commit([[1, 30]]);
  take(41);
  const closing = publisher.close();
  expect(runs()).toEqual([
    [1, 40],
    [41, 1],
  ]);
  commit([[1, 41]]);
  await closing;
  const next = await bench({ id: 'spool0002' });
  expect(next.publisher.ledger()).toMatchObject([{ spool: SPOOL, decoded: 41, committed: 41, waiting: 0 }, {}]);
  expect(next.sent).toEqual([]);
});

test('closing without a connection waits for no commits', async () => {
  const { publisher, take, runs } = await bench({ connected: false });
  take(1);
  // Nobody moves its timers.
  await publisher.close();
  expect(runs()).toEqual([]);
});

test('closing without an answer waits 2 s, and sends nothing meanwhile', async () => {
  const { publisher, take, advance, runs, timers } = await bench();
  take(1);
  let isClosed = false;
  const closing = publisher.close().then(() => {
    isClosed = true;
  });
  // The disk is synced first, in its own time; then the only timer is that of the wait.
  while (timers() === 0) await new Promise(setImmediate);
  take(2);
  advance(1999);
  await new Promise(setImmediate);
  expect(isClosed).toBe(false);
  advance(1);
  await closing;
  expect(runs()).toEqual([[1, 1]]);
});

test('a machine whose clock stands before all time of readings still sends batches that can be read', async () => {
  const { take, advance, sent } = await bench({ epochMs: 0 });
  take(1);
  advance(0);
  expect(sent[0]!.batch.sentAt).toBe(MIN_UTC_MS);
});

describe('the clock is corrected', () => {
  test('readings go to a new spool with the new anchor; what the former one holds is drained with its own times', async () => {
    const { publisher, protocol, disk, sent, second, take, advance, commit } = await bench();
    take(1, 3);
    advance(100);
    publisher.correct({ offsetMs: 36_000_000, state: 'synced' }, 'spool0002');
    await publisher.tick();
    take(4, 5);
    await second();
    expect(protocol.current.id).toBe('spool0002');
    expect(sent.map(({ batch }) => [batch.spool, batch.first, batch.readings.length])).toEqual([
      [SPOOL, 1, 3],
      ['spool0002', 1, 2],
    ]);
    expect(publisher.ledger().map(({ spool, decoded, drained }) => [spool, decoded, drained])).toEqual([
      [SPOOL, 3, false],
      ['spool0002', 2, false],
    ]);
    expect(disk.clockStateOf('spool0002')).toBe('synced');
    commit([[1, 3]], { closed: true });
    commit([[1, 2]], { spool: 'spool0002' });
    expect(publisher.ledger().map(({ spool, waiting }) => [spool, waiting])).toEqual([['spool0002', 0]]);
  });

  test('during an outage: nothing is lost, and all of it is sent when the broker is there', async () => {
    const { publisher, sent, second, take } = await bench({ connected: false });
    take(1, 5);
    publisher.correct({ offsetMs: -36_000_000, state: 'synced' }, 'spool0002');
    await publisher.tick();
    take(6, 8);
    await second();
    publisher.onConnect();
    await second();
    const numbers = sent.flatMap(({ batch }) => batch.readings.map((_, i) => `${batch.spool} ${batch.first + i}`));
    expect(numbers.sort()).toEqual([...[1, 2, 3, 4, 5].map((n) => `${SPOOL} ${n}`), ...[1, 2, 3].map((n) => `spool0002 ${n}`)]);
  });

  test('both spools are there after a restart', async () => {
    const { publisher, take } = await bench({ connected: false });
    take(1, 5);
    publisher.correct({ offsetMs: 5000, state: 'unsynced' }, 'spool0002');
    await publisher.tick();
    take(6, 8);
    await publisher.tick();
    publisher.onDisconnect();
    await publisher.close();
    opened.splice(0);
    const recovered = DiskSpool.open({ folder, gateway: 'gateway-1', id: 'spool0003', machineBoot: 'machine-boot' });
    expect(recovered.recovered.map(({ id, written }) => [id, written])).toEqual([
      [SPOOL, 5],
      ['spool0002', 3],
    ]);
    expect(recovered.reports).toEqual([]);
    recovered.close();
  });
});

test('a clock that nothing has confirmed drops no reading for its age', async () => {
  for (const state of ['unsynced', 'synced'] as const) {
    const { publisher, take, second } = await bench({
      connected: false,
      anchored: false,
      maxAgeMs: 1000,
      segmentBytes: 200,
      epochMs: T0 + 1e9,
      id: `spool${state}`,
    });
    publisher.anchor({ offsetMs: 0, state });
    take(1, 50);
    await second();
    expect((publisher.ledger().at(-1)!.dropped.age ?? 0) > 0).toBe(state === 'synced');
    publisher.onDisconnect();
    await publisher.close();
    opened.splice(0);
  }
});

describe('a second store on the same broker', () => {
  test('releases nothing, drops nothing, and is reported until a minute after its last word', async () => {
    const { publisher, protocol, sent, commit, take, advance, second } = await bench();
    take(1, 10);
    await second();
    commit([[1, 3]]);
    const rejected = [{ batch: batchName(sent[0]!.payload), reason: 'no' }];
    commit([[1, 10]], { store: FOREIGN, epoch: 9, closed: true, rejected });
    expect(protocol.current.heldCount).toBe(7);
    expect(publisher.ledger()).toMatchObject([{ committed: 3, waiting: 7, dropped: {} }]);
    expect(publisher.foreignStore).toMatch(new RegExp(`npm run gateway -- use-store ${FOREIGN}$`));
    advance(61_000);
    expect(publisher.foreignStore).toBeUndefined();
  });

  test('the first store that is heard is known after a restart too', async () => {
    const first = await bench();
    first.take(1, 10);
    await first.second();
    first.commit([[1, 3]]);
    first.publisher.onDisconnect();
    await first.publisher.close();
    const next = await bench({ id: 'spool0002' });
    next.commit([[1, 10]], { store: FOREIGN, spool: SPOOL });
    expect(next.protocol.heldCount).toBe(7);
    next.commit([[1, 10]], { spool: SPOOL });
    expect(next.protocol.heldCount).toBe(0);
  });

  test('after `use-store` it gets all that is held, and what the former one has is counted elsewhere', async () => {
    const { publisher, protocol, sent, commit, take, second } = await bench();
    take(1, 10);
    await second();
    commit([[1, 3]]);
    orderStore(folder, FOREIGN);
    const before = sent.length;
    await second();
    expect(sent.slice(before).map(({ batch }) => [batch.first, batch.oldest, batch.readings.length])).toEqual([[4, 4, 7]]);
    expect(publisher.ledger()).toMatchObject([{ decoded: 10, committed: 0, waiting: 7, dropped: { elsewhere: 3 } }]);
    commit([[1, 10]]);
    expect(protocol.heldCount).toBe(7);
    commit([[2, 10]], { store: FOREIGN });
    expect(publisher.ledger()).toMatchObject([{ decoded: 10, committed: 9, waiting: 0, dropped: { elsewhere: 1 } }]);
    expect(readdirSync(folder)).not.toContain('use-store.json');
    expect(new KnownStore(folder).saved).toBe(FOREIGN);
  });
});
