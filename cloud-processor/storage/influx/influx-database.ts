import type { Logger } from 'pino';
import { type MachineMoment, machineMoment } from '../../machine-moment.js';
import { InfluxConnection, type InfluxLogin, type Series } from './influx-connection.js';
import { DatabaseMissingError, InfluxAwayError, InfluxLoginError, QueryRefusedError } from './influx-errors.js';
import { named } from './influxql.js';
import { type RefusedLine, writeLines } from './line-writer.js';
import { Patience, type PatienceOptions } from './patience.js';
import { type Lane, RequestSlots } from './request-slots.js';
import { type ServerStart, startInDiagnostics, startInMetrics } from './server-start.js';

export interface DatabaseOptions {
  log: Logger;
  /** A request of a flush that takes longer means that the store is away, ms. */
  writeTimeoutMs?: number;
  /** Of somebody's question: sums over a long session take a while, ms. */
  readTimeoutMs?: number;
  patience?: PatienceOptions;
  /** Shared by all that ask one server; absent: its own. */
  slots?: RequestSlots;
  /** Where all its requests wait for a slot; absent: each in its own lane. */
  lane?: Lane;
  /** Absent: of this machine. */
  moment?: () => MachineMoment;
}

const WRITE_TIMEOUT_MS = 10_000;
const READ_TIMEOUT_MS = 30_000;

/** One database of InfluxDB: a few requests at a time, waiting when it asks for that, made when it is not there. */
export class InfluxDatabase {
  readonly #slots: RequestSlots;
  readonly #lane: Lane | undefined;
  readonly #patience: Patience;
  readonly #connections: Record<Lane, InfluxConnection>;
  readonly #name: string;
  readonly #log: Logger;
  readonly #moment: () => MachineMoment;
  #major: number | undefined;

  constructor(login: InfluxLogin, options: DatabaseOptions) {
    const {
      log,
      writeTimeoutMs = WRITE_TIMEOUT_MS,
      readTimeoutMs = READ_TIMEOUT_MS,
      patience,
      slots = new RequestSlots(),
      lane,
      moment = machineMoment,
    } = options;
    this.#slots = slots;
    this.#lane = lane;
    // Each its own: a question that takes too long must not end a flush.
    this.#connections = { write: new InfluxConnection(login, writeTimeoutMs), read: new InfluxConnection(login, readTimeoutMs) };
    this.#patience = new Patience(patience);
    this.#name = login.database;
    this.#log = log;
    this.#moment = moment;
  }

  /**
   * Looks who is there, and whether the database is.
   * @returns the version
   * @throws InfluxAwayError
   */
  async open(): Promise<string> {
    const version = await this.#ask('write', (connection) => connection.ping());
    this.#major = /^\d+/.test(version) ? Number.parseInt(version, 10) : undefined;
    await this.query(['SHOW MEASUREMENTS LIMIT 1'], 'write');
    return version;
  }

  /** InfluxDB 3 has no DELETE. */
  get canDelete(): boolean {
    return this.#major === undefined || this.#major < 3;
  }

  /** @returns the lines that it refuses; all others are stored @throws InfluxAwayError */
  write(lines: readonly string[]): Promise<RefusedLine[]> {
    return writeLines(lines, (some) => this.#there(() => this.#ask('write', (connection) => connection.write(some))));
  }

  /** @returns the series of each statement @throws InfluxAwayError */
  query(statements: readonly string[], lane: Lane = 'read'): Promise<Series[][]> {
    if (statements.length === 0) return Promise.resolve([]);
    return this.#there(() => this.#ask(lane, (connection) => connection.query(statements)));
  }

  /**
   * @returns which start of the server this is; undefined: neither its diagnostics nor its metrics tell
   * @throws InfluxAwayError when it does not answer
   */
  async serverStart(): Promise<ServerStart | undefined> {
    // Versions 2 and 3 answer `not implemented: SHOW DIAGNOSTICS`.
    const isVersion1 = this.#major === undefined || this.#major === 1;
    const start = (isVersion1 ? await this.#startInDiagnostics() : undefined) ?? (await this.#startInMetrics(isVersion1));
    if (!start) this.#log.warn('InfluxDB does not report which start of it this is');
    return start;
  }

  async #startInDiagnostics(): Promise<ServerStart | undefined> {
    try {
      const [series = []] = await this.query(['SHOW DIAGNOSTICS'], 'write');
      return startInDiagnostics(series);
    } catch (error) {
      if (!(error instanceof QueryRefusedError || error instanceof InfluxLoginError)) throw error;
      return undefined;
    }
  }

  async #startInMetrics(isVersion1: boolean): Promise<ServerStart | undefined> {
    const asked = this.#moment();
    const text = await this.#ask('write', (connection) => connection.metrics());
    if (text === undefined) return undefined;
    return startInMetrics(text, { asked, tookMs: this.#moment().monotonicMs - asked.monotonicMs }, isVersion1);
  }

  close(): void {
    for (const connection of Object.values(this.#connections)) connection.close();
  }

  /** A slot is free for others while one waits. */
  #ask<T>(lane: Lane, request: (connection: InfluxConnection) => Promise<T>): Promise<T> {
    return this.#patience.with(() => this.#slots.take(this.#lane ?? lane, () => request(this.#connections[lane])));
  }

  async #there<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof DatabaseMissingError)) throw error;
      await this.#create(error);
      return request();
    }
  }

  async #create({ message }: DatabaseMissingError): Promise<void> {
    if (this.#major !== undefined && this.#major > 1)
      throw new InfluxAwayError(
        `${message}; make ${this.#name} (of InfluxDB 2 a bucket), or set PULSEBOARD_INFLUX_DATABASE to one that is there`,
      );
    await this.#ask('write', (connection) => connection.query([`CREATE DATABASE ${named(this.#name)}`]));
    this.#log.warn({ database: this.#name }, 'InfluxDB had no such database; it is made now, and empty');
  }
}
