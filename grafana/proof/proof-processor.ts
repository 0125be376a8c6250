import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Boards,
  Derivation,
  DuckDbTimeSeriesStore,
  demoMembers,
  GatewayFleet,
  openStores,
  Pipeline,
  Roster,
  SessionTotals,
  SpoolBooks,
  sessionSaver,
  Telemetry,
  type TimeSeriesStore,
} from '@pulseboard/cloud-processor/parts';
import type { Alert, DemoPerson, Id } from '@pulseboard/contract';
import { pino } from 'pino';
import { mirroredStore } from './mirrored-store.js';
import type { Arrival } from './simulated-gym.js';

const NO_BYTES = new Uint8Array();
const TELEMETRY_MS = 10_000;
const FLUSH_MS = 1000;
/** Until every second is closed, and everybody has left the board. */
const AFTERWARDS_MS = 90_000;
const log = pino({ level: 'warn' });

export interface ProofProcessorOptions {
  /** UTC ms. */
  begin: number;
  /** Members of gym `demo`; whoever else comes is a guest. */
  people: readonly DemoPerson[];
  influx: { url: string; database: string };
}

/** The processor's real parts on a real InfluxDB, driven by a clock of the proof's own. A DuckDB is given the same seconds. */
export class ProofProcessor {
  #now: number;
  #toldAt = 0;
  #pipeline!: Pipeline;
  #telemetry!: Telemetry;
  readonly #fleet = new GatewayFleet({ clock: () => this.now, monotonic: () => this.now });
  readonly #closers: (() => Promise<void> | void)[] = [];

  private constructor(
    begin: number,
    /** What the answers of InfluxDB are compared with. */
    readonly duckDb: TimeSeriesStore,
  ) {
    this.#now = begin;
  }

  static async open({ begin, people, influx }: ProofProcessorOptions): Promise<ProofProcessor> {
    const folder = mkdtempSync(join(tmpdir(), 'pulseboard-proof-'));
    const processor = new ProofProcessor(begin, await DuckDbTimeSeriesStore.open(join(folder, 'proof.duckdb')));
    const clock = () => processor.now;
    const { store: influxStore, registry, figures, close } = await openStores({ dataDir: folder, influx, clock, log });
    processor.#closers.push(
      close,
      () => processor.duckDb.close(),
      () => rmSync(folder, { recursive: true, force: true }),
    );
    const store = mirroredStore(influxStore, processor.duckDb);
    for (const [gym, room] of [
      ['demo', 'main'],
      ['demo', 'studio'],
      ['annex', 'main'],
    ] as const)
      await registry.ensureRoom(gym, room);
    await registry.addMembers('demo', demoMembers(people), 0);
    const rosters = new Map<Id, Roster>();
    for (const gym of ['demo', 'annex']) rosters.set(gym, new Roster(await registry.roster(gym)));
    const rosterOf = (gym: Id) => rosters.get(gym)!;

    const state = await store.begin();
    const boards = new Boards(rosterOf);
    const derivation = new Derivation({ store, rosterOf, clock, watermarkAt: state.watermarkAt });
    await derivation.resume();
    const sessions = new SessionTotals({ boards, registry, store, log });
    const saveSessions = sessionSaver(boards, (session) => registry.saveSession(session), log);
    processor.#pipeline = new Pipeline({
      store,
      books: new SpoolBooks(state.spools),
      epoch: state.epoch,
      storeId: state.id,
      derivation,
      boards,
      readingsMs: 30 * 86_400_000,
      prepareRoom: async () => {},
      isPrepared: () => true,
      clock,
      monotonic: clock,
      log: pino({ level: 'silent' }),
      onPicture: () => {},
      onFlushed: ({ before, after }) => {
        sessions.changed(before);
        sessions.changed(after);
      },
      onEpoch: () => {},
      onTick: (now) => {
        boards.tick(now);
        saveSessions();
      },
    });
    processor.#telemetry = new Telemetry({
      store: figures!,
      processor: 'processor-demo',
      pipeline: processor.#pipeline,
      fleet: processor.#fleet,
      sessions,
      registry,
      deadLetters: store,
      health: () => ({ broker: 'connected', clockFaults: 0, derivedUntil: derivation.watermarkAt + 1000, memoryMb: 210 }),
      clock,
      log,
    });
    return processor;
  }

  get now(): number {
    return this.#now;
  }

  /** Takes what arrives as it arrives, then silence until it is all derived and told. */
  async take(arrivals: readonly Arrival[]): Promise<void> {
    let i = 0;
    const last = arrivals.at(-1)!.at;
    this.#toldAt = arrivals[0]!.at;
    for (let now = arrivals[0]!.at; now <= last + AFTERWARDS_MS; now += FLUSH_MS) {
      this.#now = now;
      for (; i < arrivals.length && arrivals[i]!.at <= now; i++) this.#hear(arrivals[i]!);
      if (now <= last + AFTERWARDS_MS / 3 || now > last + AFTERWARDS_MS - FLUSH_MS) await this.#pipeline.flush();
      if (now - this.#toldAt < TELEMETRY_MS || now > last + FLUSH_MS) continue;
      this.#toldAt = now;
      await this.#telemetry.tell();
    }
    await this.#telemetry.tell();
  }

  /** As when Grafana calls the webhook. */
  async hearAlerts(alerts: readonly Alert[]): Promise<void> {
    await this.#telemetry.alert(alerts);
  }

  /** Nothing happens until then. */
  async waitUntil(now: number): Promise<void> {
    this.#now = now;
    await this.#pipeline.flush();
    await this.#telemetry.tell();
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0)) await close();
  }

  #hear(arrival: Arrival): void {
    const { from } = arrival;
    if ('batch' in arrival) this.#pipeline.receive(from, arrival.batch, NO_BYTES);
    else {
      this.#pipeline.hearHealth(from, arrival.health, false);
      this.#fleet.hearHealth(from, arrival.health, false);
    }
  }
}
