import { mkdirSync } from 'node:fs';
import {
  InfluxStandIn,
  influxd,
  influxdArgs,
  influxdEnvironment,
  influxdPort,
  makeBucket,
  setUp,
  TEST_TOKEN,
} from '@pulseboard/cloud-processor/influx-server';
import { Child } from '../harness/child.js';
import { eventually } from '../harness/eventually.js';
import { Part } from './part.js';
import { TcpProxy } from './tcp-proxy.js';

export const STORES = ['duckdb', 'influx'] as const;
export type StoreKind = (typeof STORES)[number];

export const INFLUX_DATABASE = 'pulseboard';

/** InfluxDB as a process of its own, with a proxy on the way to it; each start is on another port. */
export class InfluxRig {
  readonly part: Part;
  /** Of the process that runs, or of what stands in for its version. */
  port = 0;

  private constructor(
    readonly folder: string,
    readonly way: TcpProxy,
    readonly standIn: InfluxStandIn | undefined,
    portOfServer: { port: number },
  ) {
    mkdirSync(folder, { recursive: true });
    const launch = () => new Child(influxd!.path, influxdArgs(influxd!), { env: influxdEnvironment(folder) });
    this.part = new Part('influxd', launch, async (child) => {
      portOfServer.port = await eventually('influxd', () => [...child.stderr, ...child.stdout].map(influxdPort).find(Boolean));
      standIn?.onServerStart();
      this.port = standIn?.port ?? portOfServer.port;
      this.way.serverPort = this.port;
      if (influxd!.major === 1) return;
      const url = `http://127.0.0.1:${this.port}`;
      await setUp(url);
      await makeBucket(url, INFLUX_DATABASE);
    });
  }

  /** @param folder for all that it writes down */
  static async open(folder: string): Promise<InfluxRig> {
    const portOfServer = { port: 0 };
    const standIn = influxd!.standIn && (await InfluxStandIn.open(influxd!.standIn, () => portOfServer.port));
    return new InfluxRig(folder, await TcpProxy.open(), standIn, portOfServer);
  }

  /** By the proxy. */
  get url(): string {
    return `http://127.0.0.1:${this.way.port}`;
  }

  /** Of version 2. */
  get token(): string | undefined {
    return influxd!.major === 1 ? undefined : TEST_TOKEN;
  }

  /** What has broken its connections until now is over. */
  async restart(): Promise<void> {
    if (this.part.isRunning) await this.part.kill();
    await this.part.start();
  }

  /** It ends in order with another signal than our own parts, and with 0. */
  async close(): Promise<void> {
    if (this.part.isRunning) await this.part.kill();
    await this.standIn?.close();
    await this.way.close();
  }
}
