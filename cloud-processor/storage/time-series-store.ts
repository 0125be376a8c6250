import type { Id, MemberSecond, NumberRange } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { Totals } from '../aggregation/totals.js';

/** A run of seconds of one member, both ends included, UTC ms of their begins. */
export interface SecondsOfMember {
  gym: Id;
  member: Id;
  from: number;
  to: number;
}

/** Numbers of one spool that are stored and derived. */
export interface SpoolRanges {
  gym: Id;
  room: Id;
  gateway: Id;
  spool: string;
  ranges: NumberRange[];
}

/** What one flush makes durable: all of it or nothing. */
export interface StoreWrite {
  readings: readonly StoredReading[];
  /** Whatever stands in these seconds, in any room, is replaced by `seconds`. */
  replaced: readonly SecondsOfMember[];
  seconds: readonly MemberSecond[];
  /** Added to what is known of the spools. */
  ranges: readonly SpoolRanges[];
  /** Seconds up to this one (its begin, UTC ms) are derived. */
  watermarkAt: number;
}

/** What a processor must know when it starts. */
export interface StoreState {
  /** Counts the starts on this store. */
  epoch: number;
  watermarkAt: number | undefined;
  ranges: SpoolRanges[];
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

/** Readings and member-seconds. Every adapter passes `time-series-store.contract.ts`. */
export interface TimeSeriesStore {
  /** Begins a new epoch. Called once. */
  begin(): Promise<StoreState>;
  /**
   * @returns the member-seconds that stood where the new ones stand now
   * @throws when nothing of it was stored
   */
  write(write: StoreWrite): Promise<MemberSecond[]>;
  /** In order (`inOrder`). */
  readings(query: ReadingsQuery): Promise<StoredReading[]>;
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
  close(): Promise<void>;
}

/** The store cannot be opened. The message is a sentence for people. */
export class StoreOpenError extends Error {
  readonly code = 'STORE_OPEN_FAILED';
}
