import type { Reading, ReadingBatch } from '@pulseboard/contract';
import { MemorySpool } from '../spool/memory-spool.js';
import { Publisher } from './publisher.js';

const T0 = 1_700_000_000_000;
const reading = (n: number): Reading => ({ sensor: 'ant-hr-1', at: T0 + n });

/** A publisher with a hand-moved clock and an uplink that answers when it is told to. */
function bench({ flushIntervalMs = 50 } = {}) {
  let nowMs = 0;
  const timers: { at: number; run: () => void }[] = [];
  const sent: { batch: ReadingBatch; settle: (ok: boolean) => Promise<void> }[] = [];
  const uplink = {
    connected: true,
    sendBatch: (batch: ReadingBatch) =>
      new Promise<void>((resolve, reject) => {
        sent.push({ batch, settle: async (ok) => void (await (ok ? resolve() : reject(new Error('connection gone')))) });
      }),
  };
  const spool = new MemorySpool('spool0001');
  const publisher = new Publisher({
    spool,
    uplink,
    gateway: 'gateway-1',
    boot: 'boot',
    clock: () => T0 + nowMs,
    clockState: 'synced',
    flushIntervalMs,
    monotonic: () => nowMs,
    schedule: (run, delayMs) => {
      const timer = { at: nowMs + delayMs, run };
      timers.push(timer);
      return { cancel: () => void timers.splice(timers.indexOf(timer), 1) };
    },
  });
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
  const commit = (from: number, to: number, epoch = 1) =>
    publisher.onCommitted({ epoch, rejected: [], spools: [{ spool: 'spool0001', ranges: [[from, to]], gone: [], closed: false }] });
  return { publisher, uplink, spool, sent, advance, commit };
}

test('the first reading leaves at once, those received with it leave with it', () => {
  const { publisher, sent, advance } = bench();
  publisher.take(reading(1));
  publisher.take(reading(2));
  expect(sent).toHaveLength(0);
  advance(0);
  expect(sent.map(({ batch }) => [batch.first, batch.readings.length])).toEqual([[1, 2]]);
});

test('batches leave no closer than the flush interval', () => {
  const { publisher, sent, advance } = bench({ flushIntervalMs: 50 });
  publisher.take(reading(1));
  advance(10);
  publisher.take(reading(2));
  advance(39);
  expect(sent).toHaveLength(1);
  advance(1);
  expect(sent.map(({ batch }) => batch.first)).toEqual([1, 2]);
});

test('nothing is sent while disconnected, everything when connected', () => {
  const { publisher, uplink, sent, advance } = bench();
  uplink.connected = false;
  for (let n = 1; n <= 1500; n++) publisher.take(reading(n));
  advance(1000);
  expect(sent).toHaveLength(0);
  uplink.connected = true;
  publisher.onConnect();
  advance(0);
  expect(sent.map(({ batch }) => [batch.first, batch.readings.length])).toEqual([
    [1, 1000],
    [1001, 500],
  ]);
});

test('at most 16 batches are on their way, and lost ones free their place', async () => {
  const { publisher, uplink, sent, advance } = bench();
  uplink.connected = false;
  for (let n = 1; n <= 20_000; n++) publisher.take(reading(n));
  uplink.connected = true;
  publisher.onConnect();
  advance(0);
  expect(sent).toHaveLength(16);
  for (const { settle } of sent.slice(0, 16)) await settle(false);
  advance(100);
  expect(sent).toHaveLength(20);
});

test('after a reconnect what is not committed goes again', () => {
  const { publisher, sent, advance, commit } = bench();
  for (let n = 1; n <= 4; n++) publisher.take(reading(n));
  advance(0);
  commit(1, 2);
  publisher.onConnect();
  advance(100);
  expect(sent.map(({ batch }) => [batch.first, batch.readings.length])).toEqual([
    [1, 4],
    [3, 2],
  ]);
  expect(sent[1]!.batch.oldest).toBe(3);
});

test('what shows no progress goes again, even when nothing new comes', () => {
  const { publisher, sent, advance, commit } = bench();
  publisher.take(reading(1));
  advance(0);
  for (let s = 0; s < 20; s++) {
    publisher.tick();
    advance(1000);
  }
  expect(sent.map(({ batch }) => batch.first)).toEqual([1, 1]);
  commit(1, 1);
  for (let s = 0; s < 40; s++) {
    publisher.tick();
    advance(1000);
  }
  expect(sent).toHaveLength(2);
});

test('closed, it sends nothing more', () => {
  const { publisher, sent, advance } = bench();
  publisher.take(reading(1));
  publisher.close();
  publisher.take(reading(2));
  advance(1000);
  expect(sent).toHaveLength(0);
});

test('a new processor has forgotten what was on its way: it goes again at once', () => {
  const { publisher, sent, advance, commit } = bench();
  for (let n = 1; n <= 3; n++) publisher.take(reading(n));
  advance(0);
  commit(1, 1, 1);
  advance(100);
  expect(sent).toHaveLength(1);
  commit(1, 1, 2);
  advance(100);
  expect(sent.map(({ batch }) => [batch.first, batch.readings.length])).toEqual([
    [1, 3],
    [2, 2],
  ]);
});

test('what was lost goes again although newer readings are committed all the time', async () => {
  const { publisher, sent, advance, commit } = bench();
  publisher.take(reading(1));
  for (let n = 2; n <= 30; n++) {
    advance(1000);
    publisher.take(reading(n));
    advance(0);
    for (const { settle } of sent) await settle(true); // the broker took it; only the commit says that it is safe
    if (n > 2) commit(2, n - 1);
  }
  expect(sent.filter(({ batch }) => batch.first === 1).length).toBeGreaterThan(1);
});
