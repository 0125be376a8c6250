import type { Clock, GatewayParams, Id } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { Boards } from '../board/boards.js';
import type { RoomBoard } from '../board/room-board.js';
import { type Derivation, type Flushed, SECOND_CLOSES_AFTER_MS } from './derivation.js';
import { BatchRefusedError, type Intake } from './intake.js';

export interface PipelineOptions {
  intake: Intake;
  derivation: Derivation;
  boards: Boards;
  /** Makes gym and room known; resolves when their roster can be asked. */
  prepareRoom(gym: Id, room: Id): Promise<void>;
  /** Whether the roster of a gym can be asked already. */
  isPrepared(gym: Id, room: Id): boolean;
  clock: Clock;
  log: Logger;
  onPicture(board: RoomBoard): void;
  onFlushed(flushed: Flushed): void;
  /** Readings that may wait for the store. */
  maxWaitingReadings?: number;
  /** After each flush, whether it changed anything or not. */
  onTick(now: number): void;
}

export interface PipelineCounts {
  receivedReadings: number;
  storedReadings: number;
  duplicateReadings: number;
  refusedReadings: number;
  /** Not taken because too much waits for the store already. */
  turnedAwayReadings: number;
  refusedBatches: number;
  failedFlushes: number;
}

const FLUSH_INTERVAL_MS = 250;
/** While the store is away it is asked less and less often. */
const MAX_RETRY_MS = 5000;
/** Ten minutes of 40 straps. */
const MAX_WAITING_READINGS = 50_000;

/** From a batch to the board, the store and the publisher: live at once, stored and derived a few times a second. */
export class Pipeline {
  readonly counts: PipelineCounts = {
    receivedReadings: 0,
    storedReadings: 0,
    duplicateReadings: 0,
    refusedReadings: 0,
    turnedAwayReadings: 0,
    refusedBatches: 0,
    failedFlushes: 0,
  };
  #buffer: StoredReading[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #stopped = false;
  #storeAway = false;
  #retryMs = 0;

  constructor(private readonly options: PipelineOptions) {}

  start(): void {
    this.#schedule();
  }

  /** Takes what arrived on a gateway's readings topic. Never throws: what cannot be taken is counted and told. */
  receive(from: GatewayParams, payload: unknown): void {
    const { intake, boards, clock, log, onPicture, isPrepared } = this.options;
    const now = clock();
    try {
      // With the store away, what comes is still shown, but no more is kept: the gateways have it.
      const full = this.#buffer.length >= (this.options.maxWaitingReadings ?? MAX_WAITING_READINGS);
      const { fresh, refused, duplicates } = intake.accept(from, payload, now, !full);
      this.counts.receivedReadings += fresh.length + refused.length + duplicates;
      this.counts.duplicateReadings += duplicates;
      this.counts.refusedReadings += refused.length;
      const [first] = refused;
      if (first) log.warn({ ...from, count: refused.length, first }, 'readings refused');
      if (full) this.counts.turnedAwayReadings += fresh.length;
      else this.#buffer.push(...fresh);
      if (!isPrepared(from.gym, from.room)) return; // shown with its next reading; stored all the same
      const changed = new Set<RoomBoard>();
      for (const reading of fresh) {
        const board = boards.note(reading, now);
        if (board) changed.add(board);
      }
      for (const board of changed) onPicture(board);
    } catch (error) {
      if (!(error instanceof BatchRefusedError)) throw error;
      this.counts.refusedBatches++;
      log.warn({ ...from, reason: error.message }, 'batch refused');
    }
  }

  /** Stores what waits, then stops. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#flushing;
    await this.flush();
  }

  /** The last flush failed. */
  get storeAway(): boolean {
    return this.#storeAway;
  }

  /** Flushes fall on the moment a second closes, so that it is told as early as it can be. */
  #schedule(): void {
    if (this.#stopped) return;
    const phase = (Date.now() - SECOND_CLOSES_AFTER_MS) % FLUSH_INTERVAL_MS;
    this.#timer = setTimeout(
      () => {
        this.#flushing = this.flush().finally(() => this.#schedule());
      },
      FLUSH_INTERVAL_MS - phase + this.#retryMs,
    );
  }

  /** Stores and derives what waits, then tells it. Its own timer calls it; calls must not overlap. Never throws. */
  async flush(): Promise<void> {
    const { derivation, boards, intake, clock, log, prepareRoom, onFlushed, onTick } = this.options;
    const fresh = this.#buffer;
    this.#buffer = [];
    try {
      for (const { gym, room } of rooms(fresh)) await prepareRoom(gym, room);
      const flushed = await derivation.flush(fresh);
      this.#storeAway = false;
      this.#retryMs = 0;
      this.counts.storedReadings += fresh.length;
      this.#tell(() => {
        if (!flushed) return;
        intake.commit(flushed.ranges);
        boards.derived(flushed.before, flushed.after);
        onFlushed(flushed);
      });
    } catch (error) {
      this.counts.failedFlushes++;
      this.#storeAway = true;
      this.#retryMs = Math.min(MAX_RETRY_MS, Math.max(FLUSH_INTERVAL_MS, this.#retryMs * 2));
      this.#buffer = fresh.concat(this.#buffer);
      log.error({ err: (error as Error).message, waiting: this.#buffer.length }, 'the store did not take a flush; it is tried again');
    }
    this.#tell(() => onTick(clock()));
  }

  /** What is stored is stored: a fault in telling of it must not store it again. */
  #tell(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.options.log.error({ err: (error as Error).stack }, 'what was stored could not be told');
    }
  }
}

function rooms(readings: readonly StoredReading[]): { gym: Id; room: Id }[] {
  const seen = new Map<string, { gym: Id; room: Id }>();
  for (const { gym, room } of readings) seen.set(`${gym}/${room}`, { gym, room });
  return [...seen.values()];
}
