import { join } from 'node:path';
import type { SpoolState } from '../publish/spool-state.js';
import { makeFolder, replaceFile } from '../replace-file.js';
import { type Anchor, readAnchor, writeAnchor } from './anchor.js';
import { BOOK_FILE, type Book, bookOf } from './book.js';
import { readCeiling, writeCeiling } from './ceiling.js';

/** An SD card wears out by small writes. */
const BOOK_INTERVAL_MS = 60_000;

/** The small files beside the segments of each spool: anchor, ceiling and book. None of them stops anything when the disk does not take it. */
export class SpoolNotes {
  readonly #anchors = new Map<string, Anchor>();
  /** Those that the disk has not taken yet. */
  readonly #unwrittenAnchors = new Map<string, Anchor>();
  /** Spools whose ceiling stands in a file of its own: their segments may go. */
  readonly #ceilingKept = new Set<string>();
  readonly #books = new Map<string, { at: number; dropped: string }>();

  /**
   * @param folder holds one folder a spool
   * @param onFault told what the file system throws
   */
  constructor(
    private readonly folder: string,
    private readonly gateway: string,
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** How times of a spool become UTC; undefined before its anchor. */
  anchorOf(spool: string): Anchor | undefined {
    return this.#anchors.get(spool);
  }

  /** Takes the anchor that a former process wrote down. @returns whether there is one */
  recallAnchor(spool: string): boolean {
    const anchor = readAnchor(join(this.folder, spool));
    if (anchor) this.#anchors.set(spool, anchor);
    return anchor !== undefined;
  }

  setAnchor(spool: string, anchor: Anchor): void {
    this.#anchors.set(spool, anchor);
    try {
      makeFolder(join(this.folder, spool));
      writeAnchor(join(this.folder, spool), anchor);
      this.#unwrittenAnchors.delete(spool);
    } catch (error) {
      this.#unwrittenAnchors.set(spool, anchor);
      this.onFault(error);
    }
  }

  retryAnchors(): void {
    for (const [spool, anchor] of this.#unwrittenAnchors) this.setAnchor(spool, anchor);
  }

  hasCeiling(spool: string): boolean {
    return this.#ceilingKept.has(spool);
  }

  keepCeiling(spool: string, ceiling: number): void {
    const path = join(this.folder, spool);
    try {
      if ((readCeiling(path)?.ceiling ?? -1) < ceiling) writeCeiling(path, { gateway: this.gateway, spool, ceiling });
      this.#ceilingKept.add(spool);
    } catch (error) {
      this.onFault(error);
    }
  }

  /** Now and then, and at once when something was dropped: all else that it says is heard again. @param now monotonic ms */
  saveBook(spool: SpoolState, now: number): void {
    const book = bookOf(spool);
    const dropped = JSON.stringify(book.dropped);
    const saved = this.#books.get(spool.id);
    if (saved && saved.dropped === dropped && now - saved.at < BOOK_INTERVAL_MS) return;
    if (this.#writeBook(spool.id, book)) this.#books.set(spool.id, { at: now, dropped });
  }

  /** At an orderly end, whatever was written when; of a spool that never began, or of which nothing was committed or dropped, there is none. */
  saveLastBook(spool: SpoolState): void {
    const book = bookOf(spool);
    if (spool.written > 0 && book.heard.length + spool.dropped.size > 0) this.#writeBook(spool.id, book);
  }

  /** @returns whether the disk took it */
  #writeBook(spool: string, book: Book): boolean {
    try {
      replaceFile(join(this.folder, spool, BOOK_FILE), JSON.stringify(book), false);
      return true;
    } catch (error) {
      this.onFault(error);
      return false;
    }
  }

  /** The files are gone with their spool. */
  forget(spool: string): void {
    this.#anchors.delete(spool);
    this.#unwrittenAnchors.delete(spool);
    this.#ceilingKept.delete(spool);
    this.#books.delete(spool);
  }
}
