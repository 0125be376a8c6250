import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBResult,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { Breather } from '../breather.js';
import { deadLettersTable, prepareTables, readingsTable, secondsTable, spoolsTable } from './duckdb-schema.js';
import type { DuckDbTable } from './duckdb-table.js';

/** Every instance of this product is opened with these. */
export const DUCKDB_OPTIONS = {
  /** Without a limit DuckDB takes most of a Pi's memory. */
  memory_limit: '512MB',
  threads: '2',
  /** Nothing is fetched from the network or loaded from a home folder because a query names it. */
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
} as const;

/** As a copy is called while it is attached. */
const COPY = 'backup_copy';

/** Asked while it is away. */
export class StoreClosedError extends Error {
  readonly code = 'STORE_CLOSED';
}

/** An open database file: a connection that writes, one transaction at a time, and one that reads beside it. */
export class DuckDbFile {
  readonly #appenders = new Map<string, DuckDBAppender>();
  #writing: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  /** The copy that is being made. */
  #copying: { connection: DuckDBConnection; ended: Promise<unknown> } | undefined;
  readonly #reading = new Set<Promise<unknown>>();

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly writer: DuckDBConnection,
    private readonly reader: DuckDBConnection,
  ) {}

  /** Opens the file, makes it when it is not there, and brings its tables up to date. */
  static async open(path: string): Promise<DuckDbFile> {
    await mkdir(dirname(path), { recursive: true });
    const instance = await DuckDBInstance.create(path, DUCKDB_OPTIONS);
    try {
      const writer = await instance.connect();
      await prepareTables(writer);
      const file = new DuckDbFile(instance, writer, await instance.connect());
      for (const { name } of [readingsTable, secondsTable, spoolsTable, deadLettersTable])
        file.#appenders.set(name, await writer.createAppender(name));
      return file;
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  }

  /** Rows as they stand: a transaction under way is not seen. */
  async read(sql: string, values?: DuckDBValue[]): Promise<DuckDBResult> {
    this.#demandOpen();
    const run = this.reader.run(sql, values);
    this.#reading.add(run);
    return run.finally(() => this.#reading.delete(run));
  }

  /** Runs within a transaction; calls wait for each other. `work` has the writing connection for itself. */
  transaction<T>(work: (writer: DuckDBConnection) => Promise<T>): Promise<T> {
    const run = this.#writing.then(async () => {
      this.#demandOpen();
      await this.writer.run('BEGIN TRANSACTION');
      try {
        const result = await work(this.writer);
        await this.writer.run('COMMIT');
        return result;
      } catch (error) {
        for (const appender of this.#appenders.values()) appender.clear();
        await this.writer.run('ROLLBACK').catch(() => {});
        throw error;
      }
    });
    this.#writing = run.catch(() => {});
    return run;
  }

  /** Only within a transaction. @param chunks as the table made them */
  async append<T extends object>(table: DuckDbTable<T>, chunks: readonly DuckDBDataChunk[], breather: Breather): Promise<void> {
    await table.append(this.#appenders.get(table.name)!, chunks, breather);
  }

  /**
   * Copies everything into a new file, as it stands at one moment: each transaction is in it whole, or not at all. Reading and writing go on meanwhile.
   * Ends with an error when the file is closed.
   */
  async copyTo(path: string): Promise<void> {
    this.#demandOpen();
    if (this.#copying) throw new Error('a copy is being made already');
    const connection = await this.instance.connect();
    const work = async () => {
      const [[name]] = (await connection.runAndReadAll('SELECT current_database()')).getRows() as [[string]];
      await connection.run(`ATTACH '${path.replaceAll("'", "''")}' AS ${COPY}`);
      try {
        await connection.run(`COPY FROM DATABASE "${name}" TO ${COPY}`);
        await connection.run(`CHECKPOINT ${COPY}`);
      } finally {
        await connection.run(`DETACH ${COPY}`);
      }
    };
    const copying = work().finally(() => {
      connection.closeSync();
      this.#copying = undefined;
    });
    this.#copying = { connection, ended: copying.catch(() => {}) };
    await copying;
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#copying?.connection.interrupt();
    await this.#copying?.ended;
    await Promise.allSettled(this.#reading);
    const steps = [
      ...[...this.#appenders.values()].map((appender) => () => appender.closeSync()),
      () => this.writer.run('CHECKPOINT'),
      () => this.reader.closeSync(),
      () => this.writer.closeSync(),
      () => this.instance.closeSync(),
    ];
    const faults: unknown[] = [];
    // Whatever fails, the file is let go: it may be opened again by this process, and two instances on one file would spoil it.
    for (const step of steps)
      try {
        await step();
      } catch (error) {
        faults.push(error);
      }
    if (faults.length) throw faults[0];
  }

  #demandOpen(): void {
    if (this.#isClosed) throw new StoreClosedError('the store is closed, or could not be opened again');
  }
}
