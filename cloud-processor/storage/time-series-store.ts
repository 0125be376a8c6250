import { type Id, type MemberSecond, UserFacingError } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { Totals } from '../aggregation/totals.js';
import type { DeadLetter, DeadReason } from '../ingest/dead-letter.js';
import type { SpoolRecord } from '../ingest/spool-record.js';

/** A run of seconds of one member, both ends included, UTC ms of their begins. */
export interface SecondsOfMember {
  gym: Id;
  member: Id;
  from: number;
  to: number;
}

/** What one flush makes durable: all of it or nothing. */
export interface StoreWrite {
  readings: readonly StoredReading[];
  /** Whatever stands in these seconds, in any room, is replaced by `seconds`. */
  replaced: readonly SecondsOfMember[];
  seconds: readonly MemberSecond[];
  /** Each replaces what was known of its spool. */
  spools: readonly SpoolRecord[];
  deadLetters: readonly DeadLetter[];
  /** Dead letters that are none any more. */
  removedDeadLetters: readonly Pick<DeadLetter, 'spool' | 'number'>[];
  /** Seconds up to this one (its begin, UTC ms) are derived. */
  watermarkAt: number;
}

/** What a processor must know when it starts, and when its store is back. */
export interface StoreState {
  /** Names the data of this store (`StoreId`): made at its first begin, the same ever after. */
  id: string;
  /** Counts the begins on this store. */
  epoch: number;
  watermarkAt: number | undefined;
  /** By spool. */
  spools: SpoolRecord[];
}

export interface ReadingsQuery {
  gym: Id;
  /** Empty: of all sensors. */
  sensors: readonly Id[];
  /** UTC ms, included. */
  from: number;
  /** UTC ms, not included. */
  until: number;
}

/** A stretch of one sensor: `from` included, `until` not, UTC ms. */
export interface SensorSpan {
  gym: Id;
  sensor: Id;
  from: number;
  until: number;
}

/** What is older goes: UTC ms, not included. */
export interface PruneLimits {
  readingsBefore: number;
  secondsBefore: number;
}

/** How many rows went. */
export interface PruneCounts {
  readings: number;
  deadLetters: number;
  seconds: number;
}

/** A dead letter's place among all: newest first, then by spool and number. */
export type DeadLetterPlace = Pick<DeadLetter, 'arrivedAt' | 'spool' | 'number'>;

/** One second of a room, over its members. */
export interface RoomSecond {
  at: number;
  members: number;
  meanBpm: number;
  minBpm: number;
  maxBpm: number;
}

export interface HeartRateSummary {
  /** Stored seconds. */
  seconds: number;
  /** Mean over stored seconds, to a tenth; these three are absent when there is none. */
  meanBpm?: number;
  minBpm?: number;
  maxBpm?: number;
}

/** The store answers, and would lose what is written. The message says what a person must do. */
export class StoreUnsafeError extends Error {
  readonly code = 'STORE_UNSAFE';
}

/** Readings, member-seconds, dead letters, and the books of spools. Every adapter passes `time-series-store.contract.ts`. */
export interface TimeSeriesStore {
  /**
   * Begins a new epoch, durably. Called at start, and again when a write failed: that one may have become durable all the same,
   * so what it returns is what stands in the store, never what is remembered.
   * @throws StoreUnsafeError while it answers but would lose what is written
   * @throws anything else while the store is away
   */
  begin(): Promise<StoreState>;
  /** While it is unsafe: begins an epoch in which it is only read. Where a store is never unsafe, it has no such. */
  beginReading?(): Promise<StoreState>;
  /**
   * @returns the member-seconds that stood where the new ones stand now
   * @throws UnstorableError when the store cannot hold some rows, whatever stands beside them: nothing is stored, and the rest can be written
   * @throws ReadingsSetAsideError when everything else is stored
   * @throws anything else when it is not known whether all or nothing of it is stored: `begin` tells
   */
  write(write: StoreWrite): Promise<MemberSecond[]>;
  /** Deletes readings, member-seconds, and dead letters that arrived before `readingsBefore`. Writes that come meanwhile wait for a part of it only. */
  prune(limits: PruneLimits): Promise<PruneCounts>;
  /** In order (`inOrder`). */
  readings(query: ReadingsQuery): Promise<StoredReading[]>;
  /** The readings of many stretches in one go, in order, without `raw`: nothing is derived from it. Those of one sensor must not overlap. */
  readingsOf(spans: readonly SensorSpan[]): Promise<StoredReading[]>;
  /** `at` of the latest reading, UTC ms; undefined when there is none. */
  newestReadingAt(): Promise<number | undefined>;
  /** Every sensor of every gym that was heard at or after `from`. */
  sensorsSince(from: number): Promise<{ gym: Id; sensor: Id }[]>;
  /** By time; `from` included, `until` not, UTC ms; at most `limit`, the earliest ones. */
  memberSeconds(query: { gym?: Id; member: Id; from: number; until: number; limit: number }): Promise<MemberSecond[]>;
  summary(query: { gym?: Id; member: Id; from: number; until: number }): Promise<HeartRateSummary>;
  roomSeconds(query: { gym: Id; room: Id; from: number; until: number; limit: number }): Promise<RoomSecond[]>;
  /** Sums over the stored seconds of a room from `from` (UTC ms) on, by member. */
  totals(query: { gym: Id; room: Id; from: number }): Promise<Map<Id, Totals>>;
  /** False when nothing was ever stored of that member. */
  hasMember(member: Id): Promise<boolean>;
  /** Newest first, at most `limit`; with `after` those that come after that place. */
  deadLetters(query: { limit: number; after?: DeadLetterPlace }): Promise<DeadLetter[]>;
  /** How many there are, by reason. */
  deadLetterCounts(): Promise<Map<DeadReason, number>>;
  close(): Promise<void>;
}

/** The store cannot be opened. The message is a sentence for people. */
export class StoreOpenError extends UserFacingError {
  readonly code = 'STORE_OPEN_FAILED';
}

/** A row that the store cannot hold, and why: the end of a sentence. */
export interface Unstorable<T> {
  row: T;
  reason: string;
}

/** Some rows do not fit into the store. Nothing of the write is stored, and the store can be used as before. */
export class UnstorableError extends Error {
  readonly code = 'STORE_ROWS_UNSTORABLE';
  constructor(
    readonly rows: {
      readings: readonly Unstorable<StoredReading>[];
      seconds: readonly Unstorable<MemberSecond>[];
      spools: readonly Unstorable<SpoolRecord>[];
      deadLetters: readonly Unstorable<DeadLetter>[];
    },
  ) {
    const [first] = [...rows.readings, ...rows.seconds, ...rows.spools, ...rows.deadLetters];
    super(`the store cannot hold ${first ? `a row: ${first.reason}` : 'a row'}`);
  }
}

/** The write is stored and the store can be used as before, but it keeps these readings as dead letters. */
export class ReadingsSetAsideError extends Error {
  readonly code: string = 'STORE_READINGS_SET_ASIDE';
  constructor(
    message: string,
    readonly deadLetters: readonly DeadLetter[],
    /** What `write` would have returned. */
    readonly before: MemberSecond[],
  ) {
    super(message);
  }
}
