import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { STORE_ID_PATTERN } from '@pulseboard/contract';
import { replaceFile } from '../replace-file.js';

const KNOWN_FILE = 'store.json';
const ORDER_FILE = 'use-store.json';
/** A disk that takes nothing is tried again this often. */
const RETRY_MS = 10_000;
/** A foreign store is reported this long after its last word. */
const FOREIGN_MS = 60_000;

/** The store whose commits count, beside the spool; and what an operator or another store says about it. */
export class KnownStore {
  #saved: string | undefined;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #foreign: { store: string; atMs: number } | undefined;

  /** @param folder of the spool */
  constructor(private readonly folder: string) {
    this.#saved = readStore(join(folder, KNOWN_FILE));
  }

  /** As the disk has it. */
  get saved(): string | undefined {
    return this.#saved;
  }

  /** Durable when it returns true; nothing is done when it stands there already. @param nowMs monotonic */
  save(store: string, nowMs: number): boolean {
    if (store === this.#saved) return true;
    if (nowMs - this.#triedAtMs < RETRY_MS) return false;
    this.#triedAtMs = nowMs;
    try {
      replaceFile(join(this.folder, KNOWN_FILE), JSON.stringify({ store }), true);
    } catch {
      return false;
    }
    this.#saved = store;
    this.#triedAtMs = Number.NEGATIVE_INFINITY;
    return true;
  }

  /** The store that an operator named; `done` once it is known durably. */
  order(): { store: string; done(): void } | undefined {
    const path = join(this.folder, ORDER_FILE);
    const store = readStore(path);
    return store === undefined ? undefined : { store, done: () => rmSync(path, { force: true }) };
  }

  /** Another store than the known one spoke. @param nowMs monotonic @returns whether that is news */
  noteForeign(store: string, nowMs: number): boolean {
    const isNews = this.#foreign?.store !== store;
    this.#foreign = { store, atMs: nowMs };
    return isNews;
  }

  /** What to do about a foreign store that spoke in the last minute: a sentence. @param nowMs monotonic */
  foreignSentence(known: string | undefined, nowMs: number): string | undefined {
    if (!this.#foreign || this.#foreign.store === known || nowMs - this.#foreign.atMs > FOREIGN_MS) return undefined;
    const { store } = this.#foreign;
    return `A processor with another store (${store}) reports commits; this gateway knows the store ${known} and keeps its readings for that one. Stop the other processor. If its store replaces the known one, run on this gateway: npm run gateway -- use-store ${store}`;
  }
}

/** Leaves the decision for the gateway of that spool folder: a running one takes it within a second, another one at its start. @throws what the file system throws */
export function orderStore(folder: string, store: string): void {
  replaceFile(join(folder, ORDER_FILE), JSON.stringify({ store }), true);
}

/** Never throws. @returns undefined when there is none that can be read */
function readStore(path: string): string | undefined {
  try {
    const { store } = JSON.parse(readFileSync(path, 'utf8')) as { store: unknown };
    return isStoreId(store) ? store : undefined;
  } catch {
    return undefined;
  }
}

export const isStoreId = (value: unknown): value is string => typeof value === 'string' && new RegExp(STORE_ID_PATTERN).test(value);
