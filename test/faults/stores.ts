import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { influxdPath } from '@pulseboard/cloud-processor/influx-server';
import { Child } from '../harness/child.js';
import { eventually } from '../harness/eventually.js';
import { Part } from './part.js';
import { TcpProxy } from './tcp-proxy.js';

export const STORES = ['duckdb', 'influx'] as const;
export type StoreKind = (typeof STORES)[number];

export const INFLUX_DATABASE = 'pulseboard';

/** InfluxDB 1 as a process of its own, with a proxy on the way to it; each start is on another port. */
export class InfluxRig {
  readonly part: Part;
  /** Of the process that runs. */
  port = 0;

  private constructor(
    readonly folder: string,
    readonly way: TcpProxy,
  ) {
    mkdirSync(folder, { recursive: true });
    const launch = () => new Child(influxdPath!, ['run', '-config', '/dev/null'], { env: this.#env });
    this.part = new Part('influxd', launch, async (child) => {
      this.port = await eventually('influxd', () => portIn(child.stderr));
      this.way.serverPort = this.port;
    });
  }

  /** @param folder for all that it writes down */
  static async open(folder: string): Promise<InfluxRig> {
    return new InfluxRig(folder, await TcpProxy.open());
  }

  /** By the proxy. */
  get url(): string {
    return `http://127.0.0.1:${this.way.port}`;
  }

  /** What has broken its connections until now is over. */
  async restart(): Promise<void> {
    if (this.part.isRunning) await this.part.kill();
    await this.part.start();
  }

  /** It ends in order with another signal than our own parts, and with 0. */
  async close(): Promise<void> {
    if (this.part.isRunning) await this.part.kill();
    await this.way.close();
  }

  get #env(): Record<string, string> {
    return {
      INFLUXDB_REPORTING_DISABLED: 'true',
      INFLUXDB_BIND_ADDRESS: '127.0.0.1:0',
      INFLUXDB_META_DIR: join(this.folder, 'meta'),
      INFLUXDB_DATA_DIR: join(this.folder, 'data'),
      INFLUXDB_DATA_WAL_DIR: join(this.folder, 'wal'),
      INFLUXDB_HTTP_BIND_ADDRESS: '127.0.0.1:0',
      INFLUXDB_HTTP_LOG_ENABLED: 'false',
      INFLUXDB_DATA_QUERY_LOG_ENABLED: 'false',
      INFLUXDB_MONITOR_STORE_ENABLED: 'false',
    };
  }
}

function portIn(said: readonly string[]): number | undefined {
  for (const line of said) {
    const [, port] = /Listening on HTTP.* addr=127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (port) return Number(port);
  }
  return undefined;
}
