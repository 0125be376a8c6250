import {
  type Clock,
  type Committed,
  type DeadLettersOfGateway,
  type Id,
  MAX_SPOOLS,
  MIN_UTC_MS,
  type Reading,
  type ReadingBatch,
  type SpoolLedger,
} from '@pulseboard/contract';
import { batchName } from '@pulseboard/contract/batch-name';
import type { Logger } from 'pino';
import type { Anchor } from '../spool/anchor.js';
import type { DiskSpool } from '../spool/disk-spool.js';
import type { KnownStore } from '../spool/known-store.js';
import { BatchSize, splitBySize } from './batch-size.js';
import type { GatewayProtocol, Sending } from './gateway-protocol.js';
import type { SpoolState } from './spool-state.js';
import type { Uplink } from './uplink.js';

export interface SpoolLimits {
  maxBytes: number;
  maxAgeMs: number;
}

export interface PublisherOptions {
  protocol: GatewayProtocol;
  disk: DiskSpool;
  knownStore: KnownStore;
  uplink: Pick<Uplink, 'sendBatch' | 'onProcessorHears'>;
  gateway: Id;
  boot: string;
  clock: Clock;
  /** Least time between two batches of new readings, ms. */
  flushIntervalMs: number;
  limits: SpoolLimits;
  log: Logger;
  /** A spool has nothing left, or is done with: the processor should hear of it now. */
  onDrained(): void;
  /** Monotonic ms; replaced in tests. */
  monotonic?: () => number;
  schedule?: (run: () => void, delayMs: number) => { cancel(): void };
}

/** Backlog that the broker has not acknowledged yet, in batches: live ones wait in the socket behind no more than these. */
const MAX_UNACKNOWLEDGED_BACKLOG = 4;
/** Batches that the processor may still call unreadable. */
const REMEMBERED_BATCHES = 2000;
/** At a stop what was sent has this long to be committed: the processor commits within a second or two of hearing. */
const LAST_COMMITS_MS = 2000;
/** A fast replay is synced before its numbers reach the ceiling. */
const SYNC_BELOW_CEILING = 500;

const realSchedule = (run: () => void, delayMs: number) => {
  const timer = setTimeout(run, delayMs);
  return { cancel: () => clearTimeout(timer) };
};

/** Between the protocol, which knows numbers, the disk, which knows readings, and the uplink. */
export class Publisher {
  readonly #o: Required<PublisherOptions>;
  readonly #sent = new Map<string, { spool: string; first: number; last: number }>();
  readonly #deadLogged = new Map<string, number>();
  readonly #size: BatchSize;
  /** Readings of this gateway that the processor set aside, as it said last. */
  deadLetters: readonly DeadLettersOfGateway[] = [];
  #unacknowledgedBacklog = 0;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #timer: { cancel(): void } | undefined;
  #syncing: Promise<void> | undefined;
  #anchored = false;
  #turning: { anchor: Anchor; id: string } | undefined;
  #closed = false;
  /** While it closes: looks whether there is anything left to wait for. */
  #lookAtClose = () => {};

  constructor(options: PublisherOptions) {
    this.#o = { monotonic: () => performance.now(), schedule: realSchedule, ...options };
    this.#size = new BatchSize((sentence) => options.log.error(sentence));
    options.uplink.onProcessorHears(() => {
      options.protocol.hearProcessor();
      this.#arm();
    });
  }

  /** Writes a reading down, then sends it as soon as it may leave. Before the anchor its `at` is the boot's own. */
  take(reading: Reading): void {
    const { protocol, disk, monotonic } = this.#o;
    const { current } = protocol;
    const number = protocol.append(monotonic());
    for (const lost of disk.append(number, reading)) protocol.drop(current, lost, lost, 'disk');
    if (number > current.ceiling - SYNC_BELOW_CEILING) void this.#sync();
    this.#arm();
  }

  /** Times are UTC from now on, and readings of before may be sent. */
  anchor(anchor: Anchor): void {
    this.#o.disk.anchor(anchor);
    this.#anchored = true;
    this.#arm();
  }

  /**
   * The clock was corrected: times of before stay as they are, and readings go to a new spool as soon as the disk has all of the former one.
   * @param id of the new spool, random
   */
  correct(anchor: Anchor, id: string): void {
    this.#turning = { anchor, id };
    void this.#turn();
  }

  onConnect(): void {
    this.#size.onConnect();
    this.#o.protocol.connect();
    this.#arm();
  }

  onDisconnect(): void {
    this.#o.protocol.disconnect();
    this.#lookAtClose();
  }

  onCommitted(committed: Committed): void {
    const { protocol, disk, monotonic, log, onDrained } = this.#o;
    if (!this.#accepts(committed.store)) return;
    for (const { batch, reason } of committed.rejected) this.#reject(batch, reason);
    this.#noteDead(committed.deadLetters ?? []);
    const refusedBefore = protocol.refusedEntries;
    const finished = protocol.hear(committed, monotonic());
    if (protocol.refusedEntries > refusedBefore) log.warn('committed goes beyond what was sent; nothing is deleted for it');
    for (const { id } of finished) disk.remove(id);
    for (const spool of protocol.spools) if (committed.spools.some(({ spool: id }) => id === spool.id)) disk.forget(spool, monotonic());
    const drained = protocol.newlyDrained();
    if (finished.length || drained.length) onDrained();
    this.#arm(); // the window has room again
    this.#lookAtClose();
  }

  /** Called once a second: makes durable, lets go of what is too much or too old, sends again what was not committed. */
  async tick(): Promise<void> {
    this.#obeyOrder();
    await this.#sync();
    if (this.#turning) await this.#turn();
    if (this.#closed) return;
    this.#evict();
    this.#flush();
  }

  /** The gateway's side of the ledger, a row for each spool that it holds; of too many, the oldest ones and the current one. */
  ledger(): SpoolLedger[] {
    const { protocol, disk, clock } = this.#o;
    const { spools, current } = protocol;
    const listed = spools.length <= MAX_SPOOLS ? spools : [...spools.slice(0, MAX_SPOOLS - 1), current];
    return listed.map((spool) => {
      const [oldest] = spool.heldCount ? disk.read(spool.id, spool.oldest, spool.oldest) : [];
      return {
        spool: spool.id,
        decoded: spool.end,
        committed: spool.heard.size,
        waiting: spool.heldCount,
        dropped: spool.droppedCounts(),
        oldest: spool.oldest,
        oldestAgeMs: oldest ? Math.max(0, clock() - oldest.at) : 0,
        drained: isDrained(spool),
      };
    });
  }

  /**
   * Sends what may still leave, and waits shortly for the commits of what was sent, so that the next process does not send it again. What is committed later the
   * processor tells that one.
   */
  async close(): Promise<void> {
    this.#flush();
    this.#closed = true;
    this.#timer?.cancel();
    await this.#syncing;
    await this.#sync();
    await this.#lastCommits();
    this.#o.disk.close(this.#o.protocol.spools);
  }

  /** What another store than the known one says releases nothing and drops nothing. */
  #accepts(store: string): boolean {
    const { protocol, knownStore, monotonic, log, onDrained } = this.#o;
    const wasKnown = protocol.store !== undefined;
    if (protocol.accepts(store)) {
      // A disk that does not take it now is tried again; a restart would take the first store again.
      knownStore.save(store, monotonic());
      if (!wasKnown) log.info({ store }, 'this is the store of this gateway from now on');
      return true;
    }
    if (knownStore.noteForeign(store, monotonic())) {
      log.error({ store, known: protocol.store }, this.foreignStore ?? '');
      onDrained();
    }
    return false;
  }

  /** What to do about a foreign store that reports commits; undefined: there is none. */
  get foreignStore(): string | undefined {
    const { protocol, knownStore, monotonic } = this.#o;
    return knownStore.foreignSentence(protocol.store, monotonic());
  }

  /** An operator named another store. It is durable before anything is released for it. */
  #obeyOrder(): void {
    const { protocol, disk, knownStore, monotonic, log, onDrained } = this.#o;
    const order = knownStore.order();
    if (!order || !knownStore.save(order.store, monotonic())) return;
    const former = protocol.store;
    protocol.useStore(order.store);
    for (const spool of protocol.spools) disk.forget(spool, monotonic());
    try {
      order.done();
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'the file of the command use-store cannot be removed');
    }
    if (former === order.store) return;
    log.info({ store: order.store, former, readings: protocol.heldCount }, 'another store is used from now on; it gets all that is held');
    this.deadLetters = [];
    onDrained();
    this.#arm();
  }

  #lastCommits(): Promise<void> {
    const { protocol, schedule } = this.#o;
    return new Promise((resolve) => {
      const late = schedule(resolve, LAST_COMMITS_MS);
      this.#lookAtClose = () => {
        if (protocol.connected && protocol.awaitsCommits) return;
        this.#lookAtClose = () => {};
        late.cancel();
        resolve();
      };
      this.#lookAtClose();
    });
  }

  /** Numbers that were not covered by a ceiling could never be sent from a spool that is not written to. */
  async #turn(): Promise<void> {
    const { protocol, disk } = this.#o;
    await this.#sync();
    const { current } = protocol;
    if (!this.#turning || this.#closed || !disk.canTurn || current.written > current.ceiling) return;
    const { anchor, id } = this.#turning;
    this.#turning = undefined;
    disk.turn(id, anchor, current.written + 1);
    protocol.turn(id);
    await this.#sync();
  }

  /** One at a time: who asks while one is under way waits for it. */
  #sync(): Promise<void> {
    this.#syncing ??= (async () => {
      const { protocol, disk } = this.#o;
      protocol.raiseCeiling(await disk.sync(protocol.current.written));
    })().finally(() => {
      this.#syncing = undefined;
      this.#arm();
    });
    return this.#syncing;
  }

  #arm(): void {
    if (this.#timer || this.#closed) return;
    // Even when a batch may leave at once it waits for the end of this tick, so that what was received together leaves together.
    const wait = Math.max(0, this.#lastSentAt + this.#o.flushIntervalMs - this.#o.monotonic());
    this.#timer = this.#o.schedule(() => {
      this.#timer = undefined;
      this.#flush();
    }, wait);
  }

  #flush(): void {
    const { protocol, monotonic } = this.#o;
    if (this.#closed || !this.#anchored) return;
    const room = Math.max(0, MAX_UNACKNOWLEDGED_BACKLOG - this.#unacknowledgedBacklog);
    for (const sending of protocol.due(monotonic(), room)) this.#send(sending);
  }

  #send({ spool, first, last, isBacklog }: Sending): void {
    const { disk, uplink, protocol, gateway, boot, clock, monotonic, log } = this.#o;
    const readings = disk.read(spool.id, first, last);
    if (first + readings.length <= last) {
      // It goes to the ledger; what follows it goes with a later batch.
      const damaged = first + readings.length;
      log.error({ spool: spool.id, number: damaged }, 'a spooled reading cannot be read any more');
      protocol.drop(spool, damaged, damaged, 'damaged');
    }
    if (readings.length === 0) return;
    const now = monotonic();
    if (!isBacklog) this.#lastSentAt = now;
    const oldest = spool.oldest;
    const sentAt = Math.max(MIN_UTC_MS, clock());
    const clockState = disk.clockStateOf(spool.id) ?? 'unsynced';
    const parts = splitBySize(readings, this.#size.maxBytes);
    let next = first;
    if (isBacklog) this.#unacknowledgedBacklog++;
    const sent = parts.map((part) => {
      const batch: ReadingBatch = { v: 1, gateway, spool: spool.id, first: next, oldest, boot, sentAt, clock: clockState, readings: part };
      next += part.length;
      const payload = JSON.stringify(batch);
      this.#remember(payload, { spool: spool.id, first: batch.first, last: next - 1 });
      return uplink.sendBatch(payload).then(
        () => this.#size.onAcknowledged(payload.length),
        () => this.#size.onFailed(payload.length),
      );
    });
    void Promise.all(sent).then(() => {
      if (!isBacklog) return; // not committed, it goes again by its own time
      this.#unacknowledgedBacklog--;
      this.#arm();
    });
  }

  /** @param name of a batch that the processor cannot read */
  #reject(name: string, reason: string): void {
    const { protocol, disk, log } = this.#o;
    const batch = this.#sent.get(name);
    if (!batch) return;
    this.#sent.delete(name);
    const { spool, first, last } = batch;
    const file = disk.setAside(
      `rejected-${spool}-${first}.json`,
      JSON.stringify({ ...batch, reason, readings: disk.read(spool, first, last) }),
    );
    const readings = protocol.reject(spool, first, last);
    if (readings)
      log.error({ ...batch, readings, reason, file }, 'the processor cannot read a batch; it was dropped from the spool and set aside');
  }

  /** A line for each reason, and another one whenever there are ten times as many: a faulty strap makes four a second. */
  #noteDead(deadLetters: readonly DeadLettersOfGateway[]): void {
    for (const { reason, readings, example } of deadLetters) {
      const logged = this.#deadLogged.get(reason) ?? 0;
      if (readings < logged) this.#deadLogged.set(reason, 0); // another epoch
      if (readings < 10 * logged || readings === logged) continue;
      this.#deadLogged.set(reason, readings);
      this.#o.log.warn(
        { reason, readings, example },
        'the processor set readings of this gateway aside as dead letters; they are not on boards or in statistics',
      );
    }
    this.deadLetters = deadLetters;
  }

  #remember(payload: string, batch: { spool: string; first: number; last: number }): void {
    this.#sent.set(batchName(payload), batch);
    for (const oldest of this.#sent.keys()) {
      if (this.#sent.size <= REMEMBERED_BATCHES) break;
      this.#sent.delete(oldest);
    }
  }

  /** What is over the limits goes, oldest first, a segment at a time. */
  #evict(): void {
    const { protocol, disk, limits, clock, monotonic, log } = this.#o;
    let { bytes } = disk;
    // A clock that nothing has confirmed may be years ahead.
    const knowsAge = this.#anchored && disk.clockStateOf(protocol.current.id) !== 'unsynced';
    for (const { spool: id, first, last, lastAt } of disk.closedSegments()) {
      const spool = protocol.spools.find((s) => s.id === id);
      if (!spool || spool.heldIn(first, last).length === 0) continue;
      const reason = bytes > limits.maxBytes ? 'full' : knowsAge && clock() - lastAt > limits.maxAgeMs ? 'age' : undefined;
      if (!reason) continue;
      const readings = protocol.drop(spool, first, last, reason);
      log.error({ spool: id, readings, reason }, 'the spool is over its limit; its oldest readings were dropped');
      disk.forget(spool, monotonic());
      ({ bytes } = disk);
    }
  }
}

const isDrained = (spool: SpoolState): boolean => !spool.current && spool.heldCount === 0;
