import {
  type Clock,
  type ClockState,
  type Committed,
  type Id,
  MAX_BATCH_READINGS,
  type Reading,
  type ReadingBatch,
} from '@pulseboard/contract';
import type { Spool } from '../spool/spool.js';
import type { Uplink } from './uplink.js';

export interface PublisherOptions {
  spool: Spool;
  uplink: Pick<Uplink, 'connected' | 'sendBatch'>;
  gateway: Id;
  boot: string;
  clock: Clock;
  clockState: ClockState;
  /** Least time between two batches, ms. */
  flushIntervalMs: number;
  /** Monotonic ms; replaced in tests. */
  monotonic?: () => number;
  schedule?: (run: () => void, delayMs: number) => { cancel(): void };
}

/** Batches that may be on their way to the broker at once. */
const WINDOW_BATCHES = 16;
/** Held readings that show no progress for this long are sent again. */
const RESEND_AFTER_MS = 15_000;

const realSchedule = (run: () => void, delayMs: number) => {
  const timer = setTimeout(run, delayMs);
  return { cancel: () => clearTimeout(timer) };
};

/** Takes readings into the spool and sends what waits there: at once when the last batch left long enough ago, else as soon as it may. */
export class Publisher {
  #underWay = 0;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #progressAt: number;
  #oldest = 1;
  #epoch: number | undefined;
  #timer: { cancel(): void } | undefined;
  #closed = false;
  readonly #o: Required<PublisherOptions>;

  constructor(options: PublisherOptions) {
    this.#o = { monotonic: () => performance.now(), schedule: realSchedule, ...options };
    this.#progressAt = this.#o.monotonic();
  }

  take(reading: Reading): void {
    this.#o.spool.append(reading);
    this.#arm();
  }

  /** After a (re)connect nobody knows what arrived: everything held goes again; the processor stores it once. */
  onConnect(): void {
    this.#o.spool.rewind();
    this.#arm();
  }

  onCommitted(committed: Committed): void {
    const { spool, monotonic } = this.#o;
    spool.commit(committed);
    // The oldest one is what tells: newer ones may be committed while it was lost on the way.
    if (spool.oldest > this.#oldest) this.#progressAt = monotonic();
    this.#oldest = spool.oldest;
    // A new processor has forgotten what was on its way to the old one.
    if (this.#epoch !== undefined && committed.epoch !== this.#epoch) this.onConnect();
    this.#epoch = committed.epoch;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
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
    const { spool, uplink, gateway, boot, clock, clockState, monotonic } = this.#o;
    if (this.#closed || !uplink.connected) return; // onConnect arms again
    const now = monotonic();
    if (spool.held === 0) this.#progressAt = now;
    else if (now - this.#progressAt > RESEND_AFTER_MS) {
      spool.rewind();
      this.#progressAt = now;
    }
    while (this.#underWay < WINDOW_BATCHES) {
      const run = spool.next(MAX_BATCH_READINGS);
      if (!run) break;
      this.#lastSentAt = now;
      const batch: ReadingBatch = {
        v: 1,
        gateway,
        spool: run.spool,
        first: run.first,
        oldest: spool.oldest,
        boot,
        sentAt: clock(),
        clock: clockState,
        readings: run.readings,
      };
      this.#underWay++;
      const done = () => {
        this.#underWay--;
        if (spool.unsent > 0) this.#arm();
      };
      uplink.sendBatch(batch).then(done, done);
    }
  }

  /** Called now and then, so that readings held without progress are sent again even when no new one comes. */
  tick(): void {
    if (this.#o.spool.held > 0) this.#arm();
  }
}
