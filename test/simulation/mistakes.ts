import { SpoolBooks, type SpoolRecord } from '@pulseboard/cloud-processor/protocol';
import { type Committed, type NumberRange, Ranges } from '@pulseboard/contract';
import { GatewayProtocol, OFFLINE_BATCH_MS, type Run, type Sending, type SpoolState } from '@pulseboard/edge-gateway/protocol';
import type { Variant } from './variant.js';

/** A batch's message decides, not the numbers in it. */
class BooksByMessage extends SpoolBooks {
  readonly #seen = new Set<string>();

  override take(...args: Parameters<SpoolBooks['take']>): number[] {
    const [{ spool }, first, count] = args;
    super.take(...args);
    if (this.#seen.has(`${spool}#${first}`)) return [];
    this.#seen.add(`${spool}#${first}`);
    return Array.from({ length: count }, (_, i) => first + i);
  }

  override isWaiting(): boolean {
    return true;
  }
}

/** One high-water mark a spool. */
class BooksWithHighWaterMark extends SpoolBooks {
  override settle(...args: Parameters<SpoolBooks['settle']>): SpoolRecord[] {
    return super.settle(...args).map((r) => ({ ...r, ranges: r.ranges.length ? [[1, r.ranges.at(-1)![1]] as NumberRange] : [] }));
  }
}

/** What never came counts as committed. */
class BooksWithoutGone extends SpoolBooks {
  override settle(...args: Parameters<SpoolBooks['settle']>): SpoolRecord[] {
    return super.settle(...args).map((r) => ({ ...r, ranges: new Ranges([...r.ranges, ...r.gone]).toArray(), gone: [] }));
  }
}

/** Health says nothing of spools. */
class BooksDeafToHealth extends SpoolBooks {
  override hearHealth(): string[] {
    return [];
  }
}

/** Does not send again for a new epoch. */
class ForgetsEpoch extends GatewayProtocol {
  override hear(message: Committed, now: number): SpoolState[] {
    return super.hear({ ...message, epoch: 1 }, now);
  }
}

/** Believes in numbers that were never sent. */
class BelievesAll extends GatewayProtocol {
  override hear(message: Committed, now: number): SpoolState[] {
    for (const { spool, ranges } of message.spools) {
      const state = this.spools.find(({ id }) => id === spool);
      if (state)
        Object.assign(state, {
          sent: Math.max(state.sent, ranges.at(-1)?.[1] ?? 0),
          ceiling: Math.max(state.ceiling, ranges.at(-1)?.[1] ?? 0),
        });
    }
    return super.hear(message, now);
  }
}

/** Deletes a drained spool without waiting for it to be closed. */
class ClosesAlone extends GatewayProtocol {
  override hear(message: Committed, now: number): SpoolState[] {
    return super.hear({ ...message, spools: message.spools.map((entry) => ({ ...entry, closed: true })) }, now);
  }
}

/** New readings queue up behind old ones. */
class BacklogFirst extends GatewayProtocol {
  override due(now: number): Sending[] {
    const { current } = this;
    // Giving up nothing closes the batch, unsent.
    if (this.connected || now - current.openedAt >= OFFLINE_BATCH_MS) this.drop(current, current.written + 1, current.written, 'full');
    return super.due(now);
  }
}

/** Each batch backs off on its own, whatever happens. */
class OwnBackoffs extends GatewayProtocol {
  protected override timeoutMs(run: Run): number {
    return run.jitter * Math.min(120_000, 4000 * 2 ** Math.max(0, run.tries - 1));
  }

  protected override hurry(): void {}
}

/** Deliberate mistakes; each must be caught. */
export const mistakes: Readonly<Record<string, Partial<Variant>>> = {
  'commit-before-derive': { derives: 'after commit' },
  'reuse-spool': { opensNewSpool: false },
  'dedupe-by-message': { Books: BooksByMessage },
  'forget-epoch': { Protocol: ForgetsEpoch },
  'trust-puback': { trustsPuback: true },
  'no-union': { Books: BooksWithHighWaterMark },
  'accept-forged': { Protocol: BelievesAll },
  'parallel-derive': { flushesSerially: false },
  'backlog-first': { Protocol: BacklogFirst },
  'without appendEach': { appendsEach: false },
  'without ceiling': { keepsCeiling: false },
  'without closing': { Books: BooksDeafToHealth },
  'without handshake': { Protocol: ClosesAlone },
  'without gone': { Books: BooksWithoutGone },
  'without rejectByName': { givesUpAfter: 6 },
  'without sharedBackoff': { Protocol: OwnBackoffs },
  'without deriveInTxn': { derives: 'after readings' },
  'without intents': { notesIntents: false },
  'without watermark': { keepsWatermark: false },
  'without lookback10': { lookbackMs: 5000 },
  'without moveByQuery': { findsMovesByQuery: false },
  'without saltedKey': { saltsKeys: false },
  'without storeEpoch': { beginsEpochWithStore: false },
};
