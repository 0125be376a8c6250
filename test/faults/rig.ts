import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Id } from '@pulseboard/contract';
import { Child } from '../harness/child.js';
import { dataFolder } from '../harness/data-folder.js';
import { mainScript, tempFolder } from '../harness/environment.js';
import type { Settings } from '../harness/system.js';
import { type Broker, type BrokerKind, createBroker } from './brokers.js';
import { Part } from './part.js';
import type { Cut } from './power-cut.js';
import { openRadioPipe } from './radio-pipe.js';
import { canMount, limitFiles, mountSmallDisk, type SmallDisk } from './small-disk.js';
import { INFLUX_DATABASE, InfluxRig, type StoreKind } from './stores.js';
import { TcpProxy, type Weather } from './tcp-proxy.js';

export const GYM: Id = 'demo';
export const ROOM: Id = 'main';

/** What is on the air. */
export type Air = { kind: 'replay'; folder: string } | { kind: 'simulated'; straps: number; seed: number };

export interface RigOptions {
  broker: BrokerKind;
  store: StoreKind;
  air: Air;
  gateways: readonly Id[];
  /** UTC ms at which the class begins. */
  startAt: number;
  /** Of every gateway, on top of the rig's. */
  gatewaySettings?: Settings;
  /** Environment of a gateway that is none of Pulseboard's. @param folder of the rig */
  gatewayEnv?: (folder: string, gateway: Id) => Record<string, string>;
  /** What the ways between gateways and broker are like when the gateways start. */
  firstWeather?: Weather;
  /** The folder of the store, or the spool folder of the first gateway, is on a disk of this many MB. */
  smallDisk?: { of: 'store' | 'spool'; megabytes: number };
}

/** One process of a gateway, with what it heard. */
export interface LifeOfGateway {
  radioLog: string;
  /** Resolves when, after its end, the whole log is there. */
  written: Promise<unknown>;
  wasKilled: boolean;
}

/** One gateway with its way to the broker. */
export interface GatewayRig {
  id: Id;
  part: Part;
  way: TcpProxy;
  spoolFolder: string;
  lives: LifeOfGateway[];
  /** What power cuts took from its spools. */
  cuts: Cut[];
}

/** Broker, processor and gateways as processes of their own, with a proxy on every way to the broker. */
export class Rig {
  readonly dataFolder: string;
  readonly broker: Part;
  readonly processor: Part;
  readonly gateways: GatewayRig[];
  /** Undefined: the store is the processor's own. */
  readonly influx: InfluxRig | undefined;
  readonly disk: SmallDisk | undefined;
  readonly #broker: Broker;
  readonly #processorWay: TcpProxy;
  #url = '';
  #isSilent = false;

  private constructor(
    readonly options: RigOptions,
    readonly folder: string,
    [processorWay, ...gatewayWays]: TcpProxy[],
    influx: InfluxRig | undefined,
  ) {
    this.dataFolder = join(folder, 'data');
    this.influx = influx;
    for (const name of ['broker', 'radio', 'spool', 'logs']) mkdirSync(join(this.folder, name));
    this.#processorWay = processorWay!;
    this.#broker = createBroker(options.broker, join(this.folder, 'broker'));
    this.broker = this.#broker.part;
    this.processor = new Part('processor', this.#launchProcessor, async (child) => {
      this.#url = (await child.line(/^ {2}board +(http:\S+)\/$/))[1]!;
      await child.line(/^Ready/);
    });
    this.gateways = options.gateways.map((id, i) => this.#gateway(id, gatewayWays[i]!));
    const { smallDisk } = options;
    const store = influx ?? { folder: this.dataFolder, part: this.processor };
    const onDisk = smallDisk?.of === 'store' ? store.folder : this.gateways[0]!.spoolFolder;
    const onDiskPart = smallDisk?.of === 'store' ? store.part : this.gateways[0]!.part;
    this.disk = smallDisk && (mountSmallDisk(onDisk, smallDisk.megabytes) ?? limitFiles(onDiskPart));
  }

  /** Everything is up and the class is on the air. */
  static async start(options: RigOptions): Promise<Rig> {
    const ways = await Promise.all(['processor', ...options.gateways].map(() => TcpProxy.open()));
    const folder = tempFolder();
    const influx = options.store === 'influx' ? await InfluxRig.open(join(folder, 'influx')) : undefined;
    const rig = new Rig(options, folder, ways, influx);
    await dataFolder(rig.dataFolder);
    await rig.startBroker();
    await influx?.part.start();
    await rig.processor.start();
    rig.weather = options.firstWeather ?? { reach: 'open' };
    await Promise.all(rig.gateways.map(({ part }) => part.start()));
    return rig;
  }

  /** Of every way between a gateway and the broker. */
  set weather(weather: Weather) {
    for (const { way } of this.gateways) way.weather = weather;
  }

  /** Of board and API, without a slash at its end. */
  get url(): string {
    return this.#url;
  }

  /** The broker itself, not by a proxy. */
  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.#broker.port}`;
  }

  get storeFile(): string {
    return join(this.dataFolder, 'pulseboard.duckdb');
  }

  async startBroker(): Promise<void> {
    await this.broker.start();
    for (const way of [this.#processorWay, ...this.gateways.map((gateway) => gateway.way)]) way.serverPort = this.#broker.port;
  }

  forgetBroker(): void {
    this.#broker.forget();
  }

  /** Starts every gateway again, in a room where nobody wears a strap. */
  async startSilent(): Promise<void> {
    this.#isSilent = true;
    await Promise.all(this.gateways.map(({ part }) => part.start()));
  }

  async killGateway({ part, lives }: GatewayRig): Promise<void> {
    lives.at(-1)!.wasKilled = true;
    await part.kill();
  }

  /** Notes what every part takes at the moment at most. */
  notePeaks(): void {
    for (const part of this.#parts) part.notePeak();
  }

  /** Copies all there is to a folder that stays. @returns it */
  keep(name: string): string {
    const kept = mkdtempSync(join(tmpdir(), `pulseboard-faults-${name}-`));
    for (const part of this.#parts)
      for (const [i, log] of part.logs.entries()) writeFileSync(join(this.folder, 'logs', `${part.name}.${i + 1}.log`), log);
    cpSync(this.folder, kept, { recursive: true });
    return kept;
  }

  /** Ends what still runs. */
  async close(): Promise<void> {
    for (const part of this.#parts) if (part.isRunning) await part.kill();
    await this.influx?.close();
    await Promise.all([this.#processorWay, ...this.gateways.map(({ way }) => way)].map((way) => way.close()));
    this.disk?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #parts(): Part[] {
    return [this.broker, this.processor, ...(this.influx ? [this.influx.part] : []), ...this.gateways.map(({ part }) => part)];
  }

  readonly #launchProcessor = (): Child => {
    const { air, gateways } = this.options;
    const env: Settings = {
      PULSEBOARD_BROKER_URL: `mqtt://127.0.0.1:${this.#processorWay.port}`,
      PULSEBOARD_DATA_DIR: this.dataFolder,
      PULSEBOARD_HTTP_PORT: '0',
      ...(this.influx ? { PULSEBOARD_INFLUX_URL: this.influx.url, PULSEBOARD_INFLUX_DATABASE: INFLUX_DATABASE } : {}),
      ...(this.influx?.token ? { PULSEBOARD_INFLUX_TOKEN: this.influx.token } : {}),
      ...(air.kind === 'simulated'
        ? {
            PULSEBOARD_RADIO: 'simulated',
            PULSEBOARD_STRAPS: String(air.straps),
            // It knows the class of the first gateway; whom the others hear are guests.
            PULSEBOARD_SEED: String(air.seed),
            PULSEBOARD_GATEWAY: gateways[0]!,
          }
        : {}),
    };
    return new Child(process.execPath, [mainScript, 'processor'], { env: env as Record<string, string> });
  };

  #gateway(id: Id, way: TcpProxy): GatewayRig {
    const spoolFolder = join(this.folder, 'spool', id);
    const lives: LifeOfGateway[] = [];
    const launch = () => {
      const radioLog = join(this.folder, 'radio', `${id}.${lives.length + 1}.jsonl`);
      const pipe = this.#isLimited(id) ? openRadioPipe(radioLog) : undefined;
      lives.push({ radioLog, written: pipe?.written ?? Promise.resolve(), wasKilled: false });
      return this.#launchGateway({
        PULSEBOARD_GATEWAY: id,
        PULSEBOARD_BROKER_URL: `mqtt://127.0.0.1:${way.port}`,
        PULSEBOARD_SPOOL_DIR: spoolFolder,
        PULSEBOARD_RADIO_LOG: pipe?.path ?? radioLog,
      });
    };
    return { id, part: new Part(id, launch), way, spoolFolder, lives, cuts: [] };
  }

  /** Its disk is full by a limit on the size of all its files. */
  #isLimited(id: Id): boolean {
    return this.options.smallDisk?.of === 'spool' && id === this.gateways[0]!.id && !canMount();
  }

  #launchGateway(own: Settings & { PULSEBOARD_GATEWAY: Id }): Child {
    const { air, startAt, gatewaySettings, gatewayEnv } = this.options;
    const heard: Settings =
      air.kind === 'replay'
        ? { PULSEBOARD_REPLAY_DIR: air.folder }
        : { PULSEBOARD_STRAPS: String(air.straps), PULSEBOARD_SEED: String(air.seed) };
    // A class that begins tomorrow.
    const silence: Settings = {
      PULSEBOARD_RADIO: 'simulated',
      PULSEBOARD_START_AT: String(Date.now() + 86_400_000),
      PULSEBOARD_REPLAY_SPEED: '1',
    };
    const env: Settings = {
      PULSEBOARD_RADIO: air.kind,
      PULSEBOARD_START_AT: String(startAt),
      ...heard,
      ...gatewaySettings,
      ...(this.#isSilent ? silence : {}),
      ...own,
    };
    return new Child(process.execPath, [mainScript, 'gateway'], {
      env: { ...gatewayEnv?.(this.folder, own.PULSEBOARD_GATEWAY), ...(env as Record<string, string>) },
    });
  }
}
