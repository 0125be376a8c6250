import type { NumberRange } from '@pulseboard/contract';
import type { DropReason, SpoolState } from '../publish/spool-state.js';

export const BOOK_FILE = 'book.json';

/** What a spool remembers beside its readings, so that its ledger goes on after a restart. Losing it costs no reading. */
export interface Book {
  /** Highest number appended when the book was written. */
  written: number;
  /** Highest number that could be sent then. */
  ceiling: number;
  heard: NumberRange[];
  dropped: Partial<Record<DropReason, NumberRange[]>>;
}

export function bookOf(spool: SpoolState): Book {
  return {
    written: spool.written,
    ceiling: spool.ceiling,
    heard: spool.heard.toArray(),
    dropped: Object.fromEntries([...spool.dropped].map(([reason, ranges]) => [reason, ranges.toArray()])),
  };
}

const REASONS: readonly DropReason[] = ['full', 'age', 'disk', 'rejected', 'damaged', 'elsewhere'];

/** Reads a book; what is not readable of it is empty. Never throws. */
export function parseBook(text: string): Book {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const book = (typeof value === 'object' && value !== null ? value : {}) as {
    written?: unknown;
    ceiling?: unknown;
    heard?: unknown;
    dropped?: unknown;
  };
  const dropped = (typeof book.dropped === 'object' && book.dropped !== null ? book.dropped : {}) as Record<string, unknown>;
  return {
    written: isNumber(book.written) ? book.written : 0,
    ceiling: isNumber(book.ceiling) ? book.ceiling : 0,
    heard: rangesOf(book.heard),
    dropped: Object.fromEntries(REASONS.flatMap((reason) => (dropped[reason] ? [[reason, rangesOf(dropped[reason])]] : []))),
  };
}

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function rangesOf(value: unknown): NumberRange[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (range): range is NumberRange =>
      Array.isArray(range) && range.length === 2 && isNumber(range[0]) && isNumber(range[1]) && range[0] >= 1 && range[0] <= range[1],
  );
}
