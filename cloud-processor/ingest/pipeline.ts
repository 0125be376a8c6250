import { createHash } from 'node:crypto';
import type { Clock, GatewayHealth, GatewayParams, Id, Reading, ReadingBatchEnvelope, Session } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { Boards } from '../board/boards.js';
import type { RoomBoard } from '../board/room-board.js';
import { Breather } from '../breather.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';
import { type Derivation, type Flushed, SECOND_CLOSES_AFTER_MS } from './derivation.js';
import { BatchForeignError, BatchUnreadableError, demandOwner, judge, openBatch } from './intake.js';
import { Rooms } from './rooms.js';
import type { BookCounts, SpoolBooks } from './spool-books.js';
import { sizeOf, type Taken, WaitingReadings } from './waiting-readings.js';

export interface PipelineOptions {
  store: Pick<TimeSeriesStore, 'begin' | 'totals'>;
  /** As the store's state has them. */
  books: SpoolBooks;
  epoch: number;
  derivation: Derivation;
  boards: Boards;
  /** How long the store keeps readings. */
  readingsMs: number;
  /** Makes gym and room known; resolves when their roster can be asked. */
  prepareRoom(gym: Id, room: Id): Promise<void>;
  /** Whether the roster of a gym can be asked already. */
  isPrepared(gym: Id, room: Id): boolean;
  clock: Clock;
  /** Ms that never go back. */
  monotonic?: () => number;
  log: Logger;
  onPicture(board: RoomBoard): void;
  onFlushed(flushed: Flushed): void;
  /** The store was away and is back: a new epoch has begun. */
  onEpoch(): void;
  /** Readings that may wait for the store. */
  maxWaitingReadings?: number;
  /** After each flush, whether it changed anything or not. */
  onTick(now: number): void;
}

const FLUSH_INTERVAL_MS = 250;
/** While the store is away it is asked less and less often. */
const MAX_RETRY_MS = 5000;
/** Ten minutes of 40 straps. */
const MAX_WAITING_READINGS = 50_000;
/** A batch whose last reading is older than this is backlog: it is opened by a flush, piece by piece, and live ones do not wait for it. */
const LIVE_MS = 20_000;
/** A flush takes about this many, so that it is short and live seconds close in time. */
const FLUSH_READINGS = 8000;
/** With this many left the next flush begins at once. */
const MANY_READINGS = 4000;

/** From a batch to the board, the store and the publisher: live at once, stored, derived and committed a few times a second. */
export class Pipeline {
  readonly books: SpoolBooks;
  refusedBatches = 0;
  failedFlushes = 0;
  readonly #waiting = new WaitingReadings();
  readonly #rooms: Rooms;
  readonly #monotonic: () => number;
  readonly #maxWaiting: number;
  /** Taken by the flush under way. */
  #underWay = 0;
  #epoch: number;
  /** Of former epochs of this process. */
  #former: BookCounts = { received: 0, stored: 0, deadLettered: 0, duplicate: 0, turnedAway: 0 };
  #isStoreAway = false;
  #retryMs = 0;
  #retryAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(private readonly options: PipelineOptions) {
    this.books = options.books;
    this.#epoch = options.epoch;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#maxWaiting = options.maxWaitingReadings ?? MAX_WAITING_READINGS;
    this.#rooms = new Rooms({
      prepareRoom: options.prepareRoom,
      isPrepared: options.isPrepared,
      monotonic: this.#monotonic,
      log: options.log,
      onReady: (taken) => {
        this.#waiting.add(taken);
        this.#show(taken.readings);
      },
      onFailed: ({ readings, deadLetters }) => this.books.release([...readings, ...deadLetters]),
    });
  }

  start(): void {
    this.#schedule(0);
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** A write failed, and the store has not answered since. */
  get isStoreAway(): boolean {
    return this.#isStoreAway;
  }

  get isRegistryAway(): boolean {
    return this.#rooms.isRegistryAway;
  }

  /** Readings in memory that are not stored. */
  get held(): number {
    return this.#waiting.size + this.#rooms.parked + this.#underWay;
  }

  /** Of this process: all its epochs. */
  get counts(): BookCounts {
    return sum(this.#former, this.books.counts);
  }

  /**
   * Takes what arrived on a gateway's readings topic. Never throws: what cannot be taken is counted and told.
   * @param payload the parsed JSON, or whatever else arrived
   * @param raw the bytes of the message: their hash is the name of a batch that cannot be read
   */
  receive(from: GatewayParams, payload: unknown, raw: Uint8Array): void {
    this.#refusing(from, raw, () => {
      const batch = openBatch(from, payload);
      demandOwner(batch.spool, from, this.books.ownerOf(batch.spool));
      if (this.#isStopped || this.#isStoreAway || this.held >= this.#maxWaiting || !this.#rooms.mayTake(from)) this.#turnAway(from, batch);
      else if (this.#isBacklog(batch)) this.#waiting.addUnopened({ from, batch });
      else this.#waiting.add(this.#take(from, batch));
    });
  }

  /** @param isKept the broker kept it for whoever subscribes: it may be old */
  hearHealth(from: GatewayParams, health: GatewayHealth, isKept: boolean): void {
    this.books.hearHealth(from, health, this.#monotonic(), isKept ? undefined : this.options.clock());
  }

  /** Stores what waits, then stops. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#flushing;
    do await this.flush();
    while (this.#waiting.size > 0 && !this.#isStoreAway);
  }

  /** Stores and derives what waits, then tells it; with the store away, asks for it. Its own timer calls it; calls must not overlap. Never throws. */
  async flush(): Promise<void> {
    if (!this.#isStoreAway) await this.#flush();
    else if (this.#monotonic() >= this.#retryAt) await this.#askStore();
    this.#tell(() => this.options.onTick(this.options.clock()));
  }

  /** Flushes fall on the moment a second closes, so that it is told as early as it can be. */
  #schedule(left: number): void {
    if (this.#isStopped) return;
    const phase = (Date.now() - SECOND_CLOSES_AFTER_MS) % FLUSH_INTERVAL_MS;
    this.#timer = setTimeout(
      () => {
        this.#flushing = this.flush().finally(() => this.#schedule(this.#waiting.size));
      },
      left >= MANY_READINGS ? 0 : FLUSH_INTERVAL_MS - phase,
    );
  }

  #isBacklog({ readings }: ReadingBatchEnvelope): boolean {
    const at = (readings.at(-1) as { at?: unknown } | null)?.at;
    return typeof at === 'number' && at < this.options.clock() - LIVE_MS - this.options.boards.slackMs;
  }

  /** A batch that may not be taken is counted, and named to its gateway when it cannot be read. */
  #refusing(from: GatewayParams, raw: Uint8Array | undefined, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof BatchUnreadableError || error instanceof BatchForeignError)) throw error;
      this.refusedBatches++;
      if (raw && error instanceof BatchUnreadableError) this.books.reject(from, createHash('sha256').update(raw).digest('hex'));
      this.options.log.warn({ ...from, reason: error.message, code: error.code }, 'batch refused');
    }
  }

  /** Opens a batch, and shows it. @returns what of it is new and may be flushed; nothing while its room is not known */
  #take(from: GatewayParams, { spool, first, oldest, readings }: ReadingBatchEnvelope): Taken {
    const { clock, readingsMs, log } = this.options;
    const now = clock();
    const taken: Taken = { readings: [], deadLetters: [] };
    for (const number of this.books.take({ ...from, spool }, first, readings.length, oldest, this.#monotonic())) {
      const candidate = readings[number - first];
      const judged = judge(candidate, { now, readingsMs });
      if ('reading' in judged) taken.readings.push(numbered(judged.reading, from, spool, number));
      else taken.deadLetters.push({ ...from, spool, number, arrivedAt: now, ...judged, payload: JSON.stringify(candidate) });
    }
    const [letter] = taken.deadLetters;
    if (letter) log.warn({ ...from, count: taken.deadLetters.length, first: letter }, 'readings set aside as dead letters');
    if (this.#rooms.park(from, taken)) return { readings: [], deadLetters: [] };
    this.#show(taken.readings);
    return taken;
  }

  /** What the next flush takes: all that is live, then backlog. */
  async #takeSome(): Promise<Taken> {
    const breather = new Breather();
    const taken = this.#waiting.take(FLUSH_READINGS, ({ spool, number }) => this.books.isWaiting(spool, number));
    this.#underWay = sizeOf(taken);
    while (this.#underWay < FLUSH_READINGS) {
      const unopened = this.#waiting.takeUnopened();
      if (!unopened) break;
      const { from, batch } = unopened;
      this.#refusing(from, undefined, () => {
        // It may have got another owner since it came.
        demandOwner(batch.spool, from, this.books.ownerOf(batch.spool));
        const { readings, deadLetters } = this.#take(from, batch);
        taken.readings.push(...readings);
        taken.deadLetters.push(...deadLetters);
      });
      this.#underWay = sizeOf(taken);
      if (breather.isDue) await breather.breathe();
    }
    return taken;
  }

  /** Shown all the same; the gateway has it, and sends it again. */
  #turnAway(from: GatewayParams, { spool, first, readings }: ReadingBatchEnvelope): void {
    const { clock, readingsMs, isPrepared } = this.options;
    this.books.turnAway(readings.length);
    if (!isPrepared(from.gym, from.room)) return;
    const rules = { now: clock(), readingsMs };
    const shown: StoredReading[] = [];
    for (const [i, candidate] of readings.entries()) {
      const judged = judge(candidate, rules);
      if ('reading' in judged) shown.push(numbered(judged.reading, from, spool, first + i));
    }
    this.#show(shown);
  }

  #show(readings: readonly StoredReading[]): void {
    const { boards, clock, onPicture } = this.options;
    const now = clock();
    const changed = new Set<RoomBoard>();
    for (const reading of readings) {
      const board = boards.note(reading, now);
      if (board) changed.add(board);
    }
    for (const board of changed) onPicture(board);
  }

  async #flush(): Promise<void> {
    const { books } = this;
    const { derivation, boards, onFlushed } = this.options;
    try {
      const { readings, deadLetters } = await this.#takeSome();
      const flushed = await derivation.flush(readings, { deadLetters, settle: () => books.settle(readings, deadLetters) });
      if (!flushed) return;
      books.commit(flushed.spools);
      if (this.#underWay > 0) this.#retryMs = 0;
      this.#tell(() => {
        boards.derived(flushed.before, flushed.after);
        onFlushed(flushed);
      });
    } catch (error) {
      this.#loseStore(error as Error);
    } finally {
      this.#underWay = 0;
    }
  }

  /** Nobody knows what of the flush is durable. Nothing is kept: the gateways have it. */
  #loseStore(error: Error): void {
    this.failedFlushes++;
    this.#isStoreAway = true;
    this.books.forgetWaiting();
    this.#waiting.clear();
    this.#rooms.clear();
    this.#retryLater();
    this.options.log.error(
      { err: error.message, retryMs: this.#retryMs },
      'the store did not take a flush; readings are only shown until it is back',
    );
  }

  /** A new epoch from what the store says, since nothing else is sure. */
  async #askStore(): Promise<void> {
    const { store, derivation, boards, onEpoch, log } = this.options;
    try {
      const state = await store.begin();
      await derivation.resume(state.watermarkAt);
      // What the failed flush changed, if it did, nobody told the boards.
      for (const board of boards.all()) if (board.session) board.recount(await store.totals(totalsQuery(board.session)));
      this.#former = this.counts;
      this.books.reopen(state.spools);
      this.#epoch = state.epoch;
      this.#isStoreAway = false;
      log.warn({ epoch: state.epoch }, 'the store is back; the gateways send again what it lacks');
    } catch (error) {
      this.#retryLater();
      log.error({ err: (error as Error).message, retryMs: this.#retryMs }, 'the store is still away');
      return;
    }
    this.#tell(onEpoch);
  }

  #retryLater(): void {
    this.#retryMs = Math.min(MAX_RETRY_MS, Math.max(FLUSH_INTERVAL_MS, this.#retryMs * 2));
    this.#retryAt = this.#monotonic() + this.#retryMs;
  }

  /** What is stored is stored: a fault in telling of it must not store it again. */
  #tell(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.options.log.error({ err: (error as Error).stack }, 'what was stored could not be told');
    }
  }
}

/** Not by spreading: that took ten times as long, as measured on an hour of backlog. */
const numbered = (reading: Reading, { gym, room, gateway }: GatewayParams, spool: string, number: number): StoredReading =>
  Object.assign({ gym, room, gateway, spool, number }, reading);

/** The stored seconds of a session. */
export const totalsQuery = ({ gym, room, startedAt }: Session) => ({ gym, room, from: Math.floor(startedAt / 1000) * 1000 });

const sum = (a: BookCounts, b: BookCounts): BookCounts => ({
  received: a.received + b.received,
  stored: a.stored + b.stored,
  deadLettered: a.deadLettered + b.deadLettered,
  duplicate: a.duplicate + b.duplicate,
  turnedAway: a.turnedAway + b.turnedAway,
});
