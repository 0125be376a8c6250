import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InfluxServer, influxd, type Series } from '@pulseboard/cloud-processor/influx-server';

const LINES_AT_ONCE = 10_000;

/** A real influxd on a folder of its own, which goes with it. */
export class InfluxDatabases {
  private constructor(
    private readonly server: InfluxServer,
    private readonly folder: string,
  ) {}

  /** @throws Error when influxd is not installed */
  static async start(): Promise<InfluxDatabases> {
    if (!influxd) throw new Error('influxd is not installed (Debian package influxdb).');
    const folder = mkdtempSync(join(tmpdir(), 'pulseboard-influx-'));
    return new InfluxDatabases(await InfluxServer.start(folder), folder);
  }

  get url(): string {
    return this.server.url;
  }

  async create(database: string): Promise<void> {
    await this.server.query('', `CREATE DATABASE "${database}"`);
  }

  /** @throws Error with what InfluxDB says of a statement that it does not take */
  query(database: string, statement: string): Promise<Series[]> {
    return this.server.query(database, statement);
  }

  /** @param lines line protocol with nanoseconds */
  async write(database: string, lines: readonly string[]): Promise<void> {
    for (let i = 0; i < lines.length; i += LINES_AT_ONCE) {
      const { status, body } = await this.server.put(database, lines.slice(i, i + LINES_AT_ONCE).join('\n'));
      if (status !== 204) throw new Error(`InfluxDB answers ${status}: ${body}`);
    }
  }

  async stop(): Promise<void> {
    await this.server.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
