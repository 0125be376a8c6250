import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type QueryConfig, type QueryResult } from 'pg';
import { connectionFault, isOfStatement, PostgresAwayError, PostgresInUseError, PostgresRefusedError } from './postgres-errors.js';

export interface SessionOptions {
  /** postgres://user:password@host:port/database */
  url: string;
  /** A statement that takes longer is given up, ms. */
  answersWithinMs?: number;
  /** How long the lock of the database is waited for, ms: a predecessor that was killed may just be ending. */
  lockWithinMs?: number;
}

const ANSWERS_WITHIN_MS = 10_000;
const LOCK_WITHIN_MS = 5000;
const LOCK_ASKED_EVERY_MS = 50;
/** The server gives up a statement by itself; when not even that is heard after this, it is away. */
const GRACE_MS = 1000;
const CLOSES_WITHIN_MS = 1000;
/** Two halves of the key of the lock, in ASCII: `puls`, `eboa`. */
const LOCK = [0x70756c73, 0x65626f61];

/** A host that is gone without a word lets go of its lock after 25 s. A server that syncs nothing by default syncs our commits. */
const PREPARE = `
  SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`;

const HOLDER = `
  SELECT a.application_name AS name, CASE WHEN a.application_name = $3 THEN pg_terminate_backend(a.pid) END
  FROM pg_locks l JOIN pg_stat_activity a USING (pid) JOIN pg_database d ON d.oid = l.database
  WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted AND l.classid = $1 AND l.objid = $2 AND l.objsubid = 2`;

/**
 * One connection to PostgreSQL, which has the lock of its database: one processor at a time. Because the connection that works is the one that has the lock, a
 * statement that was given up, and that a server on its knees carries out later all the same, is over before the next session begins.
 */
export class PostgresSession {
  #fault: PostgresAwayError | PostgresRefusedError | undefined;

  private constructor(
    private readonly client: Client,
    private readonly place: string,
    private readonly name: string,
    private readonly answersWithinMs: number,
    /** Called once, when it is of no use any more. */
    private readonly onLost: (fault: Error) => void,
  ) {
    client.on('error', (error) => this.#lose(connectionFault(error, place)));
    client.on('end', () => this.#lose(new PostgresAwayError(`PostgreSQL at ${place} ended the connection`)));
  }

  /**
   * @param name by which a session that was lost is known: one of the same name is ended, so that its lock is free
   * @throws PostgresAwayError, PostgresRefusedError, PostgresInUseError
   */
  static async open(
    { url, name, answersWithinMs = ANSWERS_WITHIN_MS, lockWithinMs = LOCK_WITHIN_MS }: SessionOptions & { name: string },
    onLost: (fault: Error) => void,
  ): Promise<PostgresSession> {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: answersWithinMs, keepAlive: true });
    const session = new PostgresSession(client, placeOf(url), name, answersWithinMs, onLost);
    try {
      await client.connect();
      await session.#prepare();
      await session.#lock(performance.now() + lockWithinMs);
      return session;
    } catch (error) {
      session.#lose(connectionFault(error as Error, session.place));
      throw session.#fault!;
    }
  }

  get fault(): Error | undefined {
    return this.#fault;
  }

  /** @throws pg's DatabaseError when the statement is wrong, PostgresAwayError when the connection is lost: nobody knows then whether it was carried out */
  async query(statement: QueryConfig | string, values?: unknown[]): Promise<QueryResult> {
    if (this.#fault) throw this.#fault;
    const timer = setTimeout(() => this.#lose(this.#late()), this.answersWithinMs + GRACE_MS);
    try {
      return await this.client.query(statement as QueryConfig, values);
    } catch (error) {
      if (this.#fault) throw this.#fault;
      if (isOfStatement(error)) throw error;
      throw this.#lose(connectionFault(error as Error, this.place));
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#fault ??= new PostgresAwayError('the registry is closed');
    await Promise.race([this.client.end(), sleep(CLOSES_WITHIN_MS, undefined, { ref: false })]);
    this.client.connection.stream.destroy();
  }

  /** Not by the address: what stands there goes before. */
  async #prepare(): Promise<void> {
    await this.query(PREPARE);
    const { rows } = await this.query({
      text: `SELECT set_config('application_name', $1, false), set_config('statement_timeout', $2, false), current_setting('server_encoding') AS encoding`,
      values: [this.name, String(this.answersWithinMs)],
    });
    const { encoding } = rows[0] as { encoding: string };
    if (encoding !== 'UTF8')
      throw new PostgresRefusedError(
        `the database at ${this.place} has the encoding ${encoding}; make one with UTF8, so that it can hold any name`,
      );
  }

  async #lock(until: number): Promise<void> {
    for (;;) {
      const { rows } = await this.query({ text: 'SELECT pg_try_advisory_lock($1, $2) AS mine', values: LOCK });
      if ((rows[0] as { mine: boolean }).mine) return;
      const holder = await this.query({ text: HOLDER, values: [...LOCK, this.name] });
      if (performance.now() >= until) throw this.#inUse((holder.rows[0] as { name: string } | undefined)?.name);
      await sleep(LOCK_ASKED_EVERY_MS);
    }
  }

  #inUse(holder = ''): PostgresAwayError {
    if (holder === this.name) return new PostgresAwayError(`PostgreSQL at ${this.place} has not ended the connection that was lost`);
    const [, pid, host] = /^pulseboard (\d+)@(\S+) /.exec(holder) ?? [];
    const who = pid === undefined ? '' : ` (process ${pid} on the host ${host})`;
    return new PostgresInUseError(
      `the database at ${this.place} is in use by another processor${who}; stop that one, or set PULSEBOARD_DATABASE_URL to another database`,
    );
  }

  #late(): PostgresAwayError {
    return new PostgresAwayError(`PostgreSQL at ${this.place} did not answer within ${this.answersWithinMs / 1000} s`);
  }

  #lose(fault: PostgresAwayError | PostgresRefusedError): Error {
    if (this.#fault) return this.#fault;
    this.#fault = fault;
    this.client.connection.stream.destroy();
    this.onLost(fault);
    return fault;
  }
}

/** Where a database is, for people: without user, password and options. */
export function placeOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `${decodeURIComponent(host) || searchParams.get('host') || 'localhost'}${pathname}`;
}
