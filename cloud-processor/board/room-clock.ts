import type { Id } from '@pulseboard/contract';

/** How the clock of a gateway stands to the processor's, from one batch. */
export interface SentAt {
  gateway: Id;
  /** The gateway's clock when it sent, UTC ms. */
  sentAt: number;
  /** The processor's clock when it arrived, UTC ms. */
  now: number;
  /** Ms that never go back. */
  monotonicMs: number;
}

/** Below this a difference is the network, and the board bears it. */
const DIFFERS_MS = 1500;
/** The gateways of a room agree when they differ by less. */
const AGREE_MS = 1500;
/** A difference that is larger is a clock that was never set: it is reported, never followed. */
const MAX_FOLLOWED_MS = 60_000;
/** A batch may be held up for a moment: the quickest of this long counts. */
const WINDOW_MS = 10_000;
/** Nothing is followed that was seen for a shorter time. */
const SEEN_MS = 3000;
const BUCKET_MS = 1000;

/** The least difference in each second: a held up batch makes it larger, never smaller. */
interface Bucket {
  atMs: number;
  leastMs: number;
}

/**
 * The clock of a room's live board: the processor's, unless all gateways of the room agree that this one is some seconds off. Event times and stored seconds do
 * not depend on it. Pure: every time is an argument.
 */
export class RoomClock {
  readonly #gateways = new Map<Id, { sinceMs: number; buckets: Bucket[] }>();
  #offsetMs = 0;

  /** Added to the processor's clock for the live board, ms; 0 while they agree, or while nobody knows who is right. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  note({ gateway, sentAt, now, monotonicMs }: SentAt): void {
    const known = this.#gateways.get(gateway) ?? { sinceMs: monotonicMs, buckets: [] };
    this.#gateways.set(gateway, known);
    const lateMs = now - sentAt;
    const last = known.buckets.at(-1);
    // One of the two was set: what was seen before says nothing any more.
    if (last && lateMs < last.leastMs - DIFFERS_MS) Object.assign(known, { sinceMs: monotonicMs, buckets: [] });
    const bucket = known.buckets.at(-1);
    if (bucket && monotonicMs - bucket.atMs < BUCKET_MS) bucket.leastMs = Math.min(bucket.leastMs, lateMs);
    else known.buckets.push({ atMs: monotonicMs, leastMs: lateMs });
    this.look(monotonicMs);
  }

  /** Forgets what is old, and decides again. */
  look(monotonicMs: number): void {
    const lateMs: number[] = [];
    let isSure = true;
    for (const [gateway, { sinceMs, buckets }] of this.#gateways) {
      while (buckets.length > 0 && monotonicMs - buckets[0]!.atMs > WINDOW_MS) buckets.shift();
      if (buckets.length === 0) this.#gateways.delete(gateway);
      else {
        lateMs.push(Math.min(...buckets.map(({ leastMs }) => leastMs)));
        if (buckets.at(-1)!.atMs - sinceMs < SEEN_MS) isSure = false;
      }
    }
    if (!isSure) {
      // A step is not followed on the word of one batch, but the offset of before it must not go on either.
      if (lateMs.some((ms) => Math.abs(ms + this.#offsetMs) > DIFFERS_MS + AGREE_MS)) this.#offsetMs = 0;
      return;
    }
    const least = Math.min(...lateMs);
    const agrees = lateMs.length > 0 && Math.max(...lateMs) - least <= AGREE_MS;
    this.#offsetMs = agrees && Math.abs(least) >= DIFFERS_MS && Math.abs(least) <= MAX_FOLLOWED_MS ? -least : 0;
  }
}
