import type { DeadLetter, DeadReason } from '../ingest/dead-letter.js';
import type { DeadLetterPlace, StoreState, StoreWrite } from './time-series-store.js';

/** What a flush changes in the books: all of it or nothing. */
export interface BooksWrite extends Pick<StoreWrite, 'spools' | 'deadLetters' | 'removedDeadLetters' | 'watermarkAt'> {
  /** The rest of the flush, as a text: what another store has to take on, that knows no transactions. It replaces the one before. */
  flush: string;
}

/**
 * The books of a store that cannot keep them: epoch, watermark, spools, dead letters, and the flush that was committed last, so that it can be finished after
 * a crash. Every adapter passes `book-store.contract.ts`; each method throws BooksAwayError.
 */
export interface BookStore {
  /** Begins a new epoch, durably. */
  begin(): Promise<StoreState>;
  /** Durable when it resolves; when it rejects, `unfinished` tells whether it is. */
  commit(write: BooksWrite): Promise<void>;
  /** The flush that was committed last, unless it is known to be finished. Undefined: there is none. */
  unfinished(): Promise<string | undefined>;
  /** Takes the place of the flush that was committed last, which is finished: something else that the other store has to take on. Durable when it resolves. */
  keep(flush: string): Promise<void>;
  /** The flush that was committed last stands in the other store, but for these readings, which it refuses: they count as dead-lettered from now on. */
  finish(refused: readonly DeadLetter[]): Promise<void>;
  /** What the other store wants to remember beyond this process. */
  note(): Promise<string | undefined>;
  /** Durable when it resolves. Undefined: nothing any more. */
  setNote(note: string | undefined): Promise<void>;
  /** Newest first, at most `limit`; with `after` those that come after that place. */
  deadLetters(query: { limit: number; after?: DeadLetterPlace }): Promise<DeadLetter[]>;
  deadLetterCounts(): Promise<Map<DeadReason, number>>;
  /** Deletes dead letters that arrived before, UTC ms. @returns how many */
  pruneDeadLetters(before: number): Promise<number>;
}

/** The message is a short sentence: it goes into logs and health. */
export class BooksAwayError extends Error {
  readonly code = 'BOOKS_AWAY';
}
