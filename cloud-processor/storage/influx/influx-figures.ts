import type { Logger } from 'pino';
import {
  alertPoints,
  deadLettersPoints,
  gatewayPoints,
  pipelinePoints,
  radioPoints,
  sessionMemberPoints,
  sessionPoints,
  strapPoints,
} from '../../telemetry/measurements.js';
import type { FigureStore } from '../../telemetry/telemetry.js';
import type { PruneLimits } from '../time-series-store.js';
import type { InfluxLogin } from './influx-connection.js';
import { InfluxDatabase } from './influx-database.js';
import type { LogGuard } from './log-guard.js';
import type { Measurement } from './measurement.js';
import { pruneStep } from './prune-step.js';
import type { RequestSlots } from './request-slots.js';

/** Figures are written every 10 s: those that take longer are late. */
const WRITE_TIMEOUT_MS = 5000;

type PruneStep = (database: InfluxDatabase, before: number) => Promise<number | undefined>;
/** @param field that every point has */
const stepOf =
  <T extends { at: number }>(points: Measurement<T>, field: keyof T & string): PruneStep =>
  (database, before) =>
    pruneStep(database, points, `count("${field}")`, before);

/** What grows old goes with the readings; sessions stay as long as member-seconds do. */
const HEALTH = [
  stepOf(gatewayPoints, 'online'),
  stepOf(strapPoints, 'silentS'),
  stepOf(radioPoints, 'frames'),
  stepOf(pipelinePoints, 'received'),
  stepOf(deadLettersPoints, 'letters'),
  stepOf(alertPoints, 'message'),
];
const SESSIONS = [stepOf(sessionPoints, 'session'), stepOf(sessionMemberPoints, 'session')];

export interface InfluxFiguresOptions extends InfluxLogin {
  /** Of the store that writes to the same InfluxDB: what one of them tears, the other must not write into. */
  guard: Pick<LogGuard, 'guarded'>;
  /** Of that store, too. */
  slots: RequestSlots;
  log: Logger;
  writeTimeoutMs?: number;
}

/** What dashboards read beside member-seconds, in the same database, by connections of its own, and never in the last slot: whatever becomes of it, no flush waits for it. */
export class InfluxFigures implements FigureStore {
  readonly #database: InfluxDatabase;
  #isClosing = false;

  constructor(private readonly options: InfluxFiguresOptions) {
    const { log, slots, writeTimeoutMs = WRITE_TIMEOUT_MS } = options;
    this.#database = new InfluxDatabase(options, { log, slots, lane: 'read', writeTimeoutMs, patience: { mostMs: writeTimeoutMs } });
  }

  async write(lines: readonly string[]): Promise<number> {
    return (await this.options.guard.guarded(() => this.#database.write(lines))).length;
  }

  async prune({ readingsBefore, secondsBefore }: PruneLimits): Promise<void> {
    for (const step of HEALTH) await this.#pruneAll(step, readingsBefore);
    for (const step of SESSIONS) await this.#pruneAll(step, secondsBefore);
  }

  close(): void {
    this.#isClosing = true;
    this.#database.close();
  }

  async #pruneAll(step: PruneStep, before: number): Promise<void> {
    while (!this.#isClosing && (await this.options.guard.guarded(() => step(this.#database, before))) !== undefined);
  }
}
