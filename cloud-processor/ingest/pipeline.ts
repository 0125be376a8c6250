import { cutSentence, type GatewayHealth, type GatewayParams, MAX_SENTENCE, type Session } from '@pulseboard/contract';
import type { Regrouped } from '../aggregation/derivation-plan.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';
import type { ArrivalAges } from './arrival-ages.js';
import { type Derivation, type Flushed, SECOND_CLOSES_AFTER_MS } from './derivation.js';
import { LimitedLog } from './limited-log.js';
import { Reception, type ReceptionOptions } from './reception.js';
import type { BookCounts, SpoolBooks } from './spool-books.js';

/** Who says that sensors have other members than their stored seconds say. */
export interface Regroupings {
  /** Makes the new roster count from now on. @param watermarkAt seconds up to this one are derived; @returns what to derive anew, until it is done */
  take(watermarkAt: number): { regrouped: readonly Regrouped[]; done(): void } | undefined;
}

export interface PipelineOptions extends ReceptionOptions {
  store: Pick<TimeSeriesStore, 'begin' | 'totals'>;
  /** As the store's state has them. */
  books: SpoolBooks;
  epoch: number;
  /** As the store's state names it. */
  storeId: string;
  /** The store is away from the start: why, for people. */
  storeFault?: string | undefined;
  derivation: Derivation;
  regroupings?: Regroupings;
  onFlushed(flushed: Flushed): void;
  /** A flush that stored something took this long. */
  onFlushTook?(ms: number): void;
  /** The store was away and is back: a new epoch has begun. */
  onEpoch(): void;
  /** After each flush, whether it changed anything or not. */
  onTick(now: number): void;
}

const FLUSH_INTERVAL_MS = 250;
/** While the store is away it is asked less and less often. */
const MAX_RETRY_MS = 5000;
/** A flush takes about this many, so that it is short and live seconds close in time. */
const FLUSH_READINGS = 8000;
/** With this many left the next flush begins at once. */
const MANY_READINGS = 4000;

/** From a batch to the board, the store and the publisher: live at once, stored, derived and committed a few times a second. */
export class Pipeline {
  readonly books: SpoolBooks;
  failedFlushes = 0;
  readonly #reception: Reception;
  readonly #monotonic: () => number;
  readonly #faults: LimitedLog;
  #epoch: number;
  #storeId: string;
  /** Of former epochs of this process. */
  #former: BookCounts = { received: 0, stored: 0, deadLettered: 0, duplicate: 0, turnedAway: 0 };
  #isStoreAway = false;
  #storeFault: string | undefined;
  #retryMs = 0;
  #retryAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(private readonly options: PipelineOptions) {
    this.books = options.books;
    this.#reception = new Reception(options);
    this.#epoch = options.epoch;
    this.#storeId = options.storeId;
    if (options.storeFault !== undefined) {
      this.#isStoreAway = true;
      this.#storeFault = options.storeFault;
      this.#reception.isClosed = true;
    }
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#faults = new LimitedLog(options.log, this.#monotonic);
  }

  start(): void {
    this.#schedule();
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Names the store for which `committed` speaks. */
  get storeId(): string {
    return this.#storeId;
  }

  /** A write failed, and the store has not answered since. */
  get isStoreAway(): boolean {
    return this.#isStoreAway;
  }

  /** Why it is away, for people. */
  get storeFault(): string | undefined {
    return this.#storeFault;
  }

  get isRegistryAway(): boolean {
    return this.#reception.isRegistryAway;
  }

  /** Batches that came, refused ones too. */
  get batches(): number {
    return this.#reception.batches;
  }

  get refusedBatches(): number {
    return this.#reception.refusedBatches;
  }

  /** Readings in memory that are not stored. */
  get held(): number {
    return this.#reception.held;
  }

  /** Of this process: all its epochs. */
  get counts(): BookCounts {
    return sum(this.#former, this.books.counts);
  }

  /** Readings that were taken, by their age. */
  get arrivals(): ArrivalAges {
    return this.#reception.arrivals;
  }

  /** A batch: see `Reception`. */
  receive(from: GatewayParams, payload: unknown, raw: Uint8Array): void {
    this.#reception.receive(from, payload, raw);
  }

  /** A batch that came from nowhere. */
  refuse(): void {
    this.#reception.batches++;
    this.#reception.refusedBatches++;
  }

  /** @param isKept the broker kept it for new subscribers: it may be old */
  hearHealth(from: GatewayParams, health: GatewayHealth, isKept: boolean): void {
    const isElsewhere = health.store !== undefined && health.store !== this.#storeId;
    const faults = this.books.hearHealth(from, { ...health, isElsewhere }, this.#monotonic(), isKept ? undefined : this.options.clock());
    const { gym, room, gateway } = from;
    if (faults.length)
      this.#faults.warn(
        `health ${gym}/${room}/${gateway}`,
        { ...from, boot: health.boot, spools: faults.length, reason: faults[0] },
        'a gateway reported numbers of a spool that it cannot have reached; they are ignored',
      );
  }

  /** Stores what waits, then stops. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#reception.isClosed = true;
    clearTimeout(this.#timer);
    await this.#flushing;
    do await this.flush();
    while (this.#reception.waiting > 0 && !this.#isStoreAway);
  }

  /** Stores and derives what waits, then tells it; with the store away, asks for it. Its own timer calls it; calls must not overlap. Never throws. */
  async flush(): Promise<void> {
    if (!this.#isStoreAway) await this.#flush();
    else if (this.#monotonic() >= this.#retryAt) await this.#askStore();
    this.#tell(() => this.options.onTick(this.options.clock()));
  }

  /** Flushes fall on the moment a second closes, so that it is told as early as it can be. */
  #schedule(): void {
    if (this.#isStopped) return;
    const phase = (Date.now() - SECOND_CLOSES_AFTER_MS) % FLUSH_INTERVAL_MS;
    this.#timer = setTimeout(
      () => {
        // A store that does not answer must not stop the boards.
        const ticking = setInterval(() => this.#tell(() => this.options.onTick(this.options.clock())), FLUSH_INTERVAL_MS);
        this.#flushing = this.flush().finally(() => {
          clearInterval(ticking);
          this.#schedule();
        });
      },
      this.#reception.waiting >= MANY_READINGS ? 0 : FLUSH_INTERVAL_MS - phase,
    );
  }

  async #flush(): Promise<void> {
    const { books } = this;
    const { derivation, regroupings, boards, onFlushed, onFlushTook } = this.options;
    const begunAt = this.#monotonic();
    try {
      const taken = await this.#reception.takeSome(FLUSH_READINGS);
      const { readings, deadLetters } = taken;
      const regrouping = regroupings?.take(derivation.watermarkAt);
      const flushed = await derivation.flush(readings, {
        deadLetters,
        settle: () => books.settle(readings, deadLetters),
        ...(regrouping ? { regrouped: regrouping.regrouped } : {}),
      });
      regrouping?.done();
      this.#reception.finish();
      if (!flushed) return;
      onFlushTook?.(this.#monotonic() - begunAt);
      books.commit(flushed.spools);
      for (const letter of flushed.refused) books.noteDead(letter, letter.reason, 1, letter.detail);
      // A write of nothing much succeeds on a disk that is nearly full.
      if (readings.length + deadLetters.length > 0) this.#retryMs = 0;
      this.#tell(() => {
        boards.derived(flushed.before, flushed.after);
        onFlushed(flushed);
      });
    } catch (error) {
      this.#loseStore(error as Error);
    }
  }

  /** Nobody knows what of the flush is durable. Nothing is kept: the gateways have it. */
  #loseStore(error: Error): void {
    this.failedFlushes++;
    this.#isStoreAway = true;
    this.#storeFault = sentenceOf(error);
    this.#reception.isClosed = true;
    this.#reception.clear();
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
      this.#storeId = state.id;
      this.#isStoreAway = false;
      this.#storeFault = undefined;
      this.#reception.isClosed = this.#isStopped;
      log.warn({ epoch: state.epoch }, 'the store is back; the gateways send again what it lacks');
    } catch (error) {
      this.#storeFault = sentenceOf(error as Error);
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

/** The stored seconds of a session. */
export const totalsQuery = ({ gym, room, startedAt }: Session) => ({ gym, room, from: Math.floor(startedAt / 1000) * 1000 });

const sentenceOf = ({ message }: Error): string => cutSentence(message.split('\n', 1)[0]!, MAX_SENTENCE);

const sum = (a: BookCounts, b: BookCounts): BookCounts => ({
  received: a.received + b.received,
  stored: a.stored + b.stored,
  deadLettered: a.deadLettered + b.deadLettered,
  duplicate: a.duplicate + b.duplicate,
  turnedAway: a.turnedAway + b.turnedAway,
});
