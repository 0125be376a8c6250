import type { GatewayParams, Id, Session } from '@pulseboard/contract';
import type { Link, RosterData } from '../aggregation/roster.js';

export interface Room {
  gym: Id;
  room: Id;
  /** Display name. */
  name: string;
}

/** A member as a person is first written down. */
export interface NewMember {
  member: Id;
  nickname: string;
  /** May the nickname be shown and published? */
  consent: boolean;
  ageYears?: number;
  weightKg?: number;
  sex?: 'female' | 'male';
  ownHrMaxBpm?: number;
  /** Straps and foot pods. */
  sensors: readonly Id[];
}

/**
 * What is known of two sensors that may be one strap. `found`: their beats agreed. `given`, `overruled`: an operator said that they are one strap, or two.
 * `withdrawn`: nothing any more, once it is settled.
 */
export type StrapLinkState = 'found' | 'given' | 'overruled' | 'withdrawn';

export interface StrapLink extends Link {
  state: StrapLinkState;
  /** When their beats agreed, UTC ms, whatever an operator said since; absent: they never did. */
  foundAt?: number;
  /** The stored seconds are what they would be had it always been so. */
  settled: boolean;
}

/** Whether the two sensors count as one strap. */
export const isInForce = ({ state }: Pick<StrapLink, 'state'>): boolean => state === 'found' || state === 'given';

/** A gateway that was ever seen, in the room in which it was seen last. UTC ms of the processor's clock. */
export interface SeenGateway extends GatewayParams {
  firstSeenAt: number;
  lastSeenAt: number;
}

/** Gyms, rooms, members, straps, sessions, gateways. Every adapter passes `registry.contract.ts`. */
export interface Registry {
  /** The people of a gym, and the links in force; an unknown gym has none. */
  roster(gym: Id): Promise<RosterData>;
  /** Makes gym and room known when they are not. */
  ensureRoom(gym: Id, room: Id): Promise<Room>;
  rooms(): Promise<Room[]>;
  /** Adds members that are not there yet, with their profile and straps from `from` (UTC ms) on; those that are stay as they are. */
  addMembers(gym: Id, members: readonly NewMember[], from: number): Promise<void>;
  /** Gives members that are there straps that nobody was ever assigned from `from` (UTC ms) on; the others stay as they are. */
  addStraps(gym: Id, straps: readonly { member: Id; sensor: Id }[], from: number): Promise<void>;
  /** The gym of a member, or undefined when nobody has that id. */
  gymOf(member: Id): Promise<Id | undefined>;
  runningSessions(): Promise<Session[]>;
  /** Sessions of a room that overlap a stretch (`from` included, `until` not, UTC ms), the newest first, at most `limit`. */
  sessions(query: { gym: Id; room: Id; from: number; until: number; limit: number }): Promise<Session[]>;
  /** Writes or rewrites a session. */
  saveSession(session: Session): Promise<void>;
  /** Of all gyms, in whatever state. */
  strapLinks(): Promise<(StrapLink & { gym: Id })[]>;
  /**
   * Writes or rewrites what is known of a pair.
   * @throws when it would be in force, and one of the two sensors is in another link in force
   */
  saveStrapLink(gym: Id, link: StrapLink): Promise<void>;
  removeStrapLink(gym: Id, pair: Pick<Link, 'sensor' | 'twin'>): Promise<void>;
  /** Gateways that were ever seen, the longest ago first. */
  gateways(): Promise<SeenGateway[]>;
  /** Writes or rewrites them: the earliest first time and the given last time count. Those that were seen last are kept, `most` of them. */
  saveGateways(gateways: readonly SeenGateway[], most: number): Promise<void>;
  /** The random part of the client id of this gym's processor: the stored one, or `random`, which is then stored. */
  clientIdPart(gym: Id, random: string): Promise<string>;
  close(): Promise<void>;
}
