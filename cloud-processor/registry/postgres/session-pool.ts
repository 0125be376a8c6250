import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryConfig, QueryResult } from 'pg';
import { PostgresAwayError } from './postgres-errors.js';
import { PostgresSession, type SessionOptions } from './postgres-session.js';

/** What drizzle does with a connection that it has for a while. */
export interface Turn {
  query(statement: QueryConfig | string, values?: unknown[]): Promise<QueryResult>;
  release(): void;
}

export interface SessionPoolOptions extends SessionOptions {
  /** Called when the session is lost, or is away for another reason than before; and when there is one again. */
  onLost?(fault: Error): void;
  onBack?(): void;
}

/** A server that could not be reached is left alone for this long, and then asked again by itself, so that its database stays ours. */
const LEFT_ALONE_MS = 500;
/** At the end, what is under way is waited for this long. */
const CLOSES_WITHIN_MS = 5000;

/**
 * A pool of one session, opened anew when it is lost: statements and transactions take turns, so that all is written in the order in which it was asked for.
 * Drizzle knows a pool by the word in the name of its class: for a transaction it takes a turn.
 */
export class SessionPool {
  /** By which the server knows our sessions from those of others; at most 63 bytes. */
  readonly #name = `pulseboard ${process.pid}@${hostname().slice(0, 32)} ${randomUUID().slice(0, 8)}`;
  #session: PostgresSession | undefined;
  #turn: Promise<void> = Promise.resolve();
  /** Of the last attempt, while the server is left alone. */
  #fault: { error: Error; until: number } | undefined;
  /** Why it is away, as it was told last. */
  #told: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(private readonly options: SessionPoolOptions) {}

  /** A turn, for several statements. @throws PostgresAwayError, PostgresRefusedError, PostgresInUseError when there is no session */
  async connect(): Promise<Turn> {
    const before = this.#turn;
    let release = () => {};
    this.#turn = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    try {
      const session = await this.#open();
      return { query: (statement, values) => session.query(statement, values), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** One statement, in its turn. */
  async query(statement: QueryConfig | string, values?: unknown[]): Promise<QueryResult> {
    const turn = await this.connect();
    try {
      return await turn.query(statement, values);
    } finally {
      turn.release();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.race([this.#turn, sleep(CLOSES_WITHIN_MS, undefined, { ref: false })]);
    await this.#session?.close();
  }

  async #open(): Promise<PostgresSession> {
    if (this.#isClosed) throw new PostgresAwayError('the registry is closed');
    if (this.#session && !this.#session.fault) return this.#session;
    if (this.#fault && performance.now() < this.#fault.until) throw this.#fault.error;
    try {
      this.#session = await PostgresSession.open({ ...this.options, name: this.#name }, (fault) => this.#lost(fault));
    } catch (error) {
      this.#fault = { error: error as Error, until: performance.now() + LEFT_ALONE_MS };
      throw error;
    }
    this.#fault = undefined;
    if (this.#told !== undefined) this.options.onBack?.();
    this.#told = undefined;
    return this.#session;
  }

  /** Also when it could not be opened anew. Before it was opened for the first time, whoever opens it asks again. */
  #lost(fault: Error): void {
    if (this.#session === undefined || this.#isClosed) return;
    if (fault.message !== this.#told) this.options.onLost?.(fault);
    this.#told = fault.message;
    this.#timer ??= this.#askLater();
  }

  #askLater(): NodeJS.Timeout {
    return setTimeout(async () => {
      await this.connect().then(
        (turn) => turn.release(),
        () => {},
      );
      this.#timer = this.#session?.fault && !this.#isClosed ? this.#askLater() : undefined;
    }, LEFT_ALONE_MS).unref();
  }
}
