import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { DuckDbTimeSeriesStore } from '../storage/duckdb-time-series-store.js';
import type { InfluxTimeSeriesStore } from '../storage/influx/influx-time-series-store.js';
import { type OpenInfluxOptions, openInfluxStore } from '../storage/influx/open-influx-store.js';
import { FaultProxy } from './fault-proxy.js';
import { InfluxServer } from './influx-server.js';
import type { StandInVersion } from './influx-stand-in.js';
import { T0 } from './readings.js';
import { TestBooks } from './test-books.js';

export type OpenOptions = Partial<OpenInfluxOptions> & { direct?: boolean };

/** A real InfluxDB with a proxy before it, a real database for the books, and a folder: for one test file. */
export class InfluxUnderTest {
  /** What the stores logged, as objects. */
  readonly logged: Record<string, unknown>[] = [];
  /** Ms that stores believe to have waited because InfluxDB asked for it. */
  waitedMs = 0;
  /** Time that passes when somebody waits for it. */
  readonly patience = {
    monotonic: () => this.waitedMs,
    sleep: async (ms: number) => {
      this.waitedMs += ms;
    },
  };
  readonly #log: Logger;

  private constructor(
    readonly folder: string,
    readonly server: InfluxServer,
    readonly proxy: FaultProxy,
    readonly books: TestBooks,
  ) {
    this.#log = pino({ base: null }, { write: (line) => void this.logged.push(JSON.parse(line)) });
  }

  static async start(env?: Record<string, string>, version?: StandInVersion): Promise<InfluxUnderTest> {
    const folder = await mkdtemp(join(tmpdir(), 'pulseboard-influx-'));
    const [server, books] = await Promise.all([InfluxServer.start(join(folder, 'influx'), env, version), TestBooks.start()]);
    return new InfluxUnderTest(folder, server, await FaultProxy.open(() => server.port), books);
  }

  /** @param name of the database; books go by it */
  async open(name: string, { direct = false, ...options }: OpenOptions = {}): Promise<InfluxTimeSeriesStore> {
    const { token } = this.server.login;
    return openInfluxStore({
      ...(token === undefined ? {} : { token }),
      url: direct ? this.server.url : this.proxy.url,
      database: name,
      books: await this.books.open(name),
      clock: () => T0 + 3_600_000,
      log: this.#log,
      startsWithinMs: 0,
      patience: this.patience,
      ...options,
    });
  }

  /** The embedded store of that name, in the folder. */
  openOracle(name: string): Promise<DuckDbTimeSeriesStore> {
    return DuckDbTimeSeriesStore.open(join(this.folder, `${name}.duckdb`));
  }

  /** Before each test. */
  heal(): void {
    this.proxy.fateOf = () => 'pass';
    this.proxy.version = undefined;
    this.proxy.seen.length = 0;
    this.logged.length = 0;
    this.waitedMs = 0;
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await this.server.close();
    await this.books.close();
    await rm(this.folder, { recursive: true });
  }
}
