import type { Clock, GatewayParams, Id, Reading, ReadingBatchEnvelope } from '@pulseboard/contract';
import { batchName } from '@pulseboard/contract/batch-name';
import type { Logger } from 'pino';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { Boards } from '../board/boards.js';
import { MAX_AHEAD_MS } from '../board/live-member.js';
import type { RoomBoard } from '../board/room-board.js';
import { Breather } from '../breather.js';
import type { ClockSighting } from '../health/clock-watch.js';
import type { Fate } from '../health/flow-watch.js';
import { ArrivalAges } from './arrival-ages.js';
import type { DeadLetter } from './dead-letter.js';
import type { BatchWord } from './gateway-fleet.js';
import { BatchForeignError, BatchUnreadableError, demandOwner, isOutOfTime, judge, openBatch, payloadText } from './intake.js';
import { LimitedLog } from './limited-log.js';
import { BatchImplausibleError } from './plausible-numbers.js';
import { Rooms } from './rooms.js';
import type { SpoolBooks } from './spool-books.js';
import { sizeOf, type Taken, WaitingReadings } from './waiting-readings.js';

export interface ReceptionOptions {
  books: SpoolBooks;
  boards: Boards;
  /** How long the store keeps readings. */
  readingsMs: number;
  /** Makes gym and room known; resolves when their roster can be asked. */
  prepareRoom(gym: Id, room: Id): Promise<void>;
  /** Whether the roster of a gym can be asked already. */
  isPrepared(gym: Id, room: Id): boolean;
  clock: Clock;
  /** Ms that never go back. */
  monotonic?: () => number;
  log: Logger;
  onPicture(board: RoomBoard): void;
  /** How the clock of a gateway stands to the processor's: for each batch that has readings of now. */
  onClock?(sighting: ClockSighting): void;
  /** Why the processor's clock may be wrong: then no reading is called too old or ahead, and such batches are deferred. */
  clockDoubt?(): string | undefined;
  /** Each reading once it is shown, also one that is not taken and comes again. @param now as `clock` says */
  onHeard?(reading: StoredReading, now: number): void;
  /** Each batch that its sender may send, before it is judged. */
  onBatch?(from: GatewayParams, word: BatchWord): void;
  /** What became of a batch, or of so many of its readings. */
  onFate?(from: GatewayParams, fate: Fate, count: number): void;
  /** Readings that may wait for the store. */
  maxWaitingReadings?: number;
}

/** Ten minutes of 40 straps. */
const MAX_WAITING_READINGS = 50_000;
/** Of these the last fifth is for live readings. */
const BACKLOG_SHARE = 0.8;
/** A batch whose last reading is older than this is backlog: it is opened by a flush, piece by piece, and live ones do not wait for it. */
const LIVE_MS = 20_000;

/** A reading that was sent within this of its time was just made. */
const JUST_MADE_MS = 3000;
/** One that was just made and is older than this by our clock: no network holds all up for so long. */
const LATE_MS = 5000;

const atOf = (candidate: unknown): number | undefined => {
  const at = (candidate as { at?: unknown } | null)?.at;
  return typeof at === 'number' ? at : undefined;
};

/** Where batches come in: shown at once, numbered in the books, and held until a flush takes them. */
export class Reception {
  /** All that came, refused ones too. */
  batches = 0;
  refusedBatches = 0;
  /** Everything is turned away: shown, not taken. */
  isClosed = false;
  readonly arrivals = new ArrivalAges();
  readonly #waiting = new WaitingReadings();
  readonly #rooms: Rooms;
  readonly #monotonic: () => number;
  readonly #maxWaiting: number;
  readonly #faults: LimitedLog;
  /** Taken by the flush under way. */
  #underWay = 0;

  constructor(private readonly options: ReceptionOptions) {
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#maxWaiting = options.maxWaitingReadings ?? MAX_WAITING_READINGS;
    this.#faults = new LimitedLog(options.log, this.#monotonic);
    this.#rooms = new Rooms({
      prepareRoom: options.prepareRoom,
      isPrepared: options.isPrepared,
      monotonic: this.#monotonic,
      log: options.log,
      onReady: (taken) => {
        this.#waiting.add(taken);
        this.#show(taken.readings);
      },
      onFailed: ({ readings, deadLetters }) => options.books.release([...readings, ...deadLetters]),
    });
  }

  /** Readings in memory that are not stored. */
  get held(): number {
    return this.#waiting.size + this.#rooms.parked + this.#underWay;
  }

  /** Readings that a flush could take now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  get isRegistryAway(): boolean {
    return this.#rooms.isRegistryAway;
  }

  /**
   * Takes what arrived on a gateway's readings topic. Never throws: what cannot be taken is counted and told.
   * @param payload the parsed JSON, or whatever else arrived
   * @param raw the bytes of the message: their hash is the name of a batch that cannot be read
   */
  receive(from: GatewayParams, payload: unknown, raw: Uint8Array): void {
    this.batches++;
    this.#refusing(from, raw, () => {
      const batch = openBatch(from, payload, raw.byteLength);
      demandOwner(batch.spool, from, this.options.books.ownerOf(batch.spool));
      this.options.onBatch?.(from, wordOf(batch));
      this.#compareClocks(from, batch);
      const isBacklog = this.#isBacklog(from, batch);
      const isFull = this.held >= this.#maxWaiting * (isBacklog ? BACKLOG_SHARE : 1);
      if (this.isClosed || isFull || !this.#rooms.mayTake(from) || this.#isClockWrongFor(batch)) this.#turnAway(from, batch);
      else if (isBacklog) this.#waiting.addUnopened({ from, batch });
      else {
        const taken = this.#open(from, batch);
        if (this.#rooms.park(from, taken)) return; // shown once its room is known
        this.#waiting.add(taken);
        this.#show(taken.readings);
      }
    });
  }

  /** What a flush takes, about `most`: all that is live, then backlog. `finish` ends it. */
  async takeSome(most: number): Promise<Taken> {
    const { books } = this.options;
    const breather = new Breather();
    const some = this.#waiting.take(most, ({ spool, number }) => books.isWaiting(spool, number));
    this.#underWay = sizeOf(some);
    while (this.#underWay < most) {
      const unopened = this.#waiting.takeUnopened();
      if (!unopened) break;
      const { from, batch } = unopened;
      this.#refusing(from, undefined, () => {
        // It may have got another owner since it came.
        demandOwner(batch.spool, from, books.ownerOf(batch.spool));
        const taken = this.#open(from, batch);
        if (this.#rooms.park(from, taken)) return;
        some.readings.push(...taken.readings);
        some.deadLetters.push(...taken.deadLetters);
        this.#show(taken.readings);
      });
      this.#underWay = sizeOf(some);
      if (breather.isDue) await breather.breathe();
    }
    return some;
  }

  /** What was taken is stored, or given up. */
  finish(): void {
    this.#underWay = 0;
  }

  /** Keeps nothing: the gateways have it. */
  clear(): void {
    this.options.books.forgetWaiting();
    this.#waiting.clear();
    this.#rooms.clear();
    this.#underWay = 0;
  }

  #isBacklog({ gym, room }: GatewayParams, { readings }: ReadingBatchEnvelope): boolean {
    const { boards, clock } = this.options;
    const at = atOf(readings.at(-1));
    return at !== undefined && at < boards.nowIn(gym, room, clock()) - LIVE_MS - boards.slackMs;
  }

  /** By a clock that may be wrong itself, no good reading becomes a dead letter: the gateway keeps it. */
  #isClockWrongFor({ readings }: ReadingBatchEnvelope): boolean {
    const { clock, readingsMs, clockDoubt } = this.options;
    if (clockDoubt?.() === undefined) return false;
    const rules = { now: clock(), readingsMs };
    return readings.some((candidate) => isOutOfTime(atOf(candidate), rules));
  }

  /** What a gateway sends now shows how its clock stands to ours; a replay has a time of its own. */
  #compareClocks(from: GatewayParams, { clock: state, sentAt, readings }: ReadingBatchEnvelope): void {
    const { boards, clock, isPrepared, onClock } = this.options;
    if (state === 'virtual' || !isPrepared(from.gym, from.room)) return;
    const now = clock();
    const monotonicMs = this.#monotonic();
    const board = boards.of(from.gym, from.room);
    board.clock.note({ gateway: from.gateway, sentAt, now, monotonicMs });
    let fresh = 0;
    let ahead = 0;
    let late = 0;
    for (const candidate of readings) {
      const at = atOf(candidate);
      if (at === undefined || Math.abs(sentAt - at) > JUST_MADE_MS) continue;
      fresh++;
      if (at > now + MAX_AHEAD_MS) ahead++;
      else if (now - at >= LATE_MS) late++;
    }
    board.noteLate(late);
    if (fresh > 0) onClock?.({ of: from, lateMs: now - sentAt, readings: fresh, off: ahead + late, monotonicMs });
  }

  /** A batch that may not be taken is counted, and named to its gateway with the reason when it cannot be read. */
  #refusing(from: GatewayParams, raw: Uint8Array | undefined, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof BatchUnreadableError || error instanceof BatchForeignError || error instanceof BatchImplausibleError))
        throw error;
      this.refusedBatches++;
      this.options.onFate?.(from, 'refused', 1);
      if (raw && error instanceof BatchUnreadableError) this.options.books.reject(from, batchName(raw), error.message);
      this.#faults.warn(`${error.code} ${keyOf(from)}`, { ...from, reason: error.message, code: error.code }, 'batch rejected');
    }
  }

  /** @returns what of a batch is new */
  #open(from: GatewayParams, { spool, boot, first, oldest, readings }: ReadingBatchEnvelope): Taken {
    const { books, clock, readingsMs } = this.options;
    const now = clock();
    const taken: Taken = { readings: [], deadLetters: [] };
    for (const number of books.take({ ...from, spool, boot }, first, readings.length, oldest, this.#monotonic())) {
      const candidate = readings[number - first];
      const judged = judge(candidate, { now, readingsMs });
      if ('reading' in judged) {
        this.arrivals.note(now - judged.reading.at);
        taken.readings.push(numbered(judged.reading, from, spool, number));
      } else taken.deadLetters.push({ ...from, spool, number, arrivedAt: now, ...judged, payload: payloadText(candidate) });
    }
    if (oldest > first)
      this.#faults.warn(
        `oldest ${keyOf(from)}`,
        { ...from, spool, first, oldest },
        'a batch says that its own readings are not held any more; that is ignored',
      );
    this.#tellFates(from, readings.length, taken);
    this.#reportDead(from, taken.deadLetters);
    return taken;
  }

  #reportDead(from: GatewayParams, letters: readonly DeadLetter[]): void {
    for (const { reason, detail } of letters) this.options.books.noteDead(from, reason, 1, detail);
    const [letter] = letters;
    if (!letter) return;
    const { spool, number, reason, detail } = letter;
    this.#faults.warn(
      `dead ${reason} ${keyOf(from)}`,
      { ...from, count: letters.length, spool, number, reason, detail },
      'readings set aside as dead letters',
    );
  }

  #tellFates(from: GatewayParams, count: number, { readings, deadLetters }: Taken): void {
    const { onFate } = this.options;
    if (!onFate) return;
    const duplicates = count - readings.length - deadLetters.length;
    // What is taken comes last: it ends whatever else was noticed.
    if (duplicates > 0) onFate(from, 'duplicate', duplicates);
    if (deadLetters.length > 0) onFate(from, 'deadLettered', deadLetters.length);
    if (readings.length > 0) onFate(from, 'taken', readings.length);
  }

  /** Shown all the same; the gateway has it, and sends it again. */
  #turnAway(from: GatewayParams, { spool, first, readings }: ReadingBatchEnvelope): void {
    const { books, clock, readingsMs, isPrepared } = this.options;
    books.turnAway(readings.length);
    this.options.onFate?.(from, 'deferred', readings.length);
    if (!isPrepared(from.gym, from.room)) return;
    const rules = { now: clock(), readingsMs };
    const shown: StoredReading[] = [];
    for (const [i, candidate] of readings.entries()) {
      const judged = judge(candidate, rules);
      if ('reading' in judged) shown.push(numbered(judged.reading, from, spool, first + i));
    }
    this.#show(shown);
  }

  /** What is taken is taken: a fault in showing it must not keep it from the store. */
  #show(readings: readonly StoredReading[]): void {
    const { boards, clock, log, onPicture, onHeard } = this.options;
    try {
      const now = clock();
      const changed = new Set<RoomBoard>();
      for (const reading of readings) {
        const board = boards.note(reading, now);
        if (board) changed.add(board);
      }
      for (const board of changed) onPicture(board);
      if (onHeard) for (const reading of readings) onHeard(reading, now);
    } catch (error) {
      log.error({ err: (error as Error).stack }, 'readings could not be shown');
    }
  }
}

function wordOf({ boot, spool, sentAt, readings }: ReadingBatchEnvelope): BatchWord {
  const at = (readings.at(-1) as { at?: unknown } | null)?.at;
  return { boot, spool, sentAt, newestAt: typeof at === 'number' ? at : undefined };
}
const keyOf = ({ gym, room, gateway }: GatewayParams): string => `${gym}/${room}/${gateway}`;

/** Not by spreading: that took ten times as long, as measured on an hour of backlog. */
const numbered = (reading: Reading, { gym, room, gateway }: GatewayParams, spool: string, number: number): StoredReading =>
  Object.assign({ gym, room, gateway, spool, number }, reading);
