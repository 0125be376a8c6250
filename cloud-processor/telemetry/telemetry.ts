import type { Alert, Clock } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { GatewayFleet } from '../ingest/gateway-fleet.js';
import { ledgerRow, rowsByGateway } from '../ingest/ledger.js';
import type { Registry } from '../registry/registry.js';
import { LineError } from '../storage/influx/line-protocol.js';
import type { Measurement } from '../storage/influx/measurement.js';
import type { PruneLimits, TimeSeriesStore } from '../storage/time-series-store.js';
import { gatewayRow, radioRows, strapRows } from './gateway-rows.js';
import {
  type AlertRow,
  alertPoints,
  deadLettersPoints,
  gatewayPoints,
  pipelinePoints,
  radioPoints,
  sessionMemberPoints,
  sessionPoints,
  strapPoints,
} from './measurements.js';
import { deadLettersRows, type Observed, type ObservedHealth, pipelineRow } from './pipeline-rows.js';
import type { SessionTotals } from './session-totals.js';

/** Takes what dashboards read beside member-seconds: InfluxDB, where it is the store. */
export interface FigureStore {
  /**
   * @param lines line protocol with times in nanoseconds
   * @returns how many of them it refuses
   * @throws when none may be stored
   */
  write(lines: readonly string[]): Promise<number>;
  prune(limits: PruneLimits): Promise<void>;
}

export interface TelemetryOptions {
  store: FigureStore;
  /** Id of this processor. */
  processor: string;
  pipeline: Observed;
  fleet: GatewayFleet;
  sessions: SessionTotals;
  /** Whether it answers is told. */
  registry: Pick<Registry, 'rooms'>;
  deadLetters: Pick<TimeSeriesStore, 'deadLetterCounts'>;
  health(): ObservedHealth;
  clock: Clock;
  log: Logger;
}

/** Alerts that may wait while InfluxDB is slow: whoever reaches the webhook may tell any number. */
const MOST_ALERTS = 1000;
/** Each kind is a series of InfluxDB; those that come after so many, since the start, are of one. */
const MOST_KINDS = 200;
const OTHER_KIND = 'other';
/** Of alerts in one millisecond: its nanoseconds. */
const PLACES = 1_000_000;

/** What is written in one go. */
interface Figures {
  lines: string[];
  /** Called when they are written. */
  done?: (() => void) | undefined;
}

/** A gateway that was taken down for good is missed for this long. */
const MISSED_MS = 24 * 3_600_000;

/** Tells dashboards how everything is. What could not be written is not kept: the next figures are newer. */
export class Telemetry {
  #lostLines = 0;
  #isAway = false;
  #isWaiting = false;
  /** Not written yet. */
  #waitingAlerts = 0;
  /** Ever written down. */
  #alerts = 0;
  readonly #kinds = new Set<string>();
  /** What could not be asked the last time. */
  readonly #unasked = new Set<string>();
  #working: Promise<void> = Promise.resolve();

  constructor(private readonly options: TelemetryOptions) {}

  /** Lines that could not be written, since the start. */
  get lostLines(): number {
    return this.#lostLines;
  }

  /** Writes everything once, after what is under way. Never throws. */
  async tell(): Promise<void> {
    // While InfluxDB is slow one of them waits, not one more every 10 s.
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.#write(() => {
        this.#isWaiting = false;
        return this.#figures(this.options.clock());
      });
    }
    return this.#working;
  }

  /** Writes these down, but for those that are more than may wait: they are lost. Never throws. */
  alert(alerts: readonly Alert[]): Promise<void> {
    const taken = alerts.slice(0, MOST_ALERTS - this.#waitingAlerts);
    this.#lostLines += alerts.length - taken.length;
    if (taken.length === 0) return this.#working;
    this.#waitingAlerts += taken.length;
    return this.#write(async () => ({ lines: taken.flatMap((alert) => this.#line(alertPoints, this.#alertRow(alert))) })).then(() => {
      this.#waitingAlerts -= taken.length;
    });
  }

  /** Lets go of what is too old, never beside a write. @throws what the store throws */
  prune(limits: PruneLimits): Promise<void> {
    const pruned = this.#working.then(() => this.options.store.prune(limits));
    this.#working = pruned.catch(() => {});
    return pruned;
  }

  /** @param everyMs in real time @returns how to end it, after a last time */
  start(everyMs: number): () => Promise<void> {
    const timer = setInterval(() => void this.tell(), everyMs);
    return () => {
      clearInterval(timer);
      return this.tell();
    };
  }

  #write(make: () => Promise<Figures>): Promise<void> {
    this.#working = this.#working.then(async () => {
      const { store, log } = this.options;
      let lines: string[] = [];
      try {
        const made = await make();
        lines = made.lines;
        this.#lostLines += await store.write(lines);
        made.done?.();
        if (this.#isAway) log.info('figures for dashboards are written again');
        this.#isAway = false;
      } catch (error) {
        this.#lostLines += lines.length;
        if (!this.#isAway) log.warn({ err: (error as Error).message }, 'figures for dashboards could not be written; the next ones may');
        this.#isAway = true;
      }
    });
    return this.#working;
  }

  #alertRow(alert: Alert): AlertRow {
    if (this.#kinds.size < MOST_KINDS) this.#kinds.add(alert.kind);
    return { ...alert, kind: this.#kinds.has(alert.kind) ? alert.kind : OTHER_KIND, place: this.#alerts++ % PLACES };
  }

  async #figures(now: number): Promise<Figures> {
    const { pipeline, fleet, sessions, registry, deadLetters, processor, health } = this.options;
    const spools = rowsByGateway([...pipeline.books.ledger()].map(ledgerRow));
    const gateways = fleet.all().filter(({ heardAt }) => now - heardAt <= MISSED_MS);
    const [rooms, counts, rows] = await Promise.all([
      this.#asked('the registry', registry.rooms()),
      this.#asked('dead letters', deadLetters.deadLetterCounts()),
      this.#asked('sessions', sessions.rows(now)),
    ]);
    const ofProcessor = { ...health(), processor, isRegistryAway: pipeline.isRegistryAway || !rooms, lostLines: this.#lostLines };
    const lines = [
      ...this.#line(pipelinePoints, pipelineRow(pipeline, ofProcessor, now)),
      ...deadLettersRows(counts ?? new Map(), processor, now).flatMap((row) => this.#line(deadLettersPoints, row)),
      ...gateways.flatMap((gateway) => [
        ...this.#line(gatewayPoints, gatewayRow(gateway, spools.get(`${gateway.of.gym}/${gateway.of.gateway}`) ?? [], now)),
        ...radioRows(gateway).flatMap((row) => this.#line(radioPoints, row)),
        ...strapRows(gateway).flatMap((row) => this.#line(strapPoints, row)),
      ]),
      ...(rows?.sessions ?? []).flatMap((row) => this.#line(sessionPoints, row)),
      ...(rows?.members ?? []).flatMap((row) => this.#line(sessionMemberPoints, row)),
    ];
    return { lines, done: rows?.done };
  }

  /** What cannot be asked is left out, so that the rest is told: that something is away above all. */
  async #asked<T>(what: string, answer: Promise<T>): Promise<T | undefined> {
    try {
      const answered = await answer;
      this.#unasked.delete(what);
      return answered;
    } catch (error) {
      if (!this.#unasked.has(what))
        this.options.log.warn({ err: (error as Error).message }, `${what} cannot be asked; other figures for dashboards are written`);
      this.#unasked.add(what);
      return undefined;
    }
  }

  /** One that does not fit, such as a radio with an absurd name, is lost; the others are not. */
  #line<T extends { at: number }>(points: Measurement<T>, row: T): string[] {
    try {
      return [points.lineOf(row)];
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.#lostLines++;
      return [];
    }
  }
}
