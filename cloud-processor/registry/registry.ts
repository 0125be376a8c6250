import type { Id, Session } from '@pulseboard/contract';
import type { RosterData } from '../aggregation/roster.js';

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

/** Gyms, rooms, members, straps, sessions. Every adapter passes `registry.contract.ts`. */
export interface Registry {
  /** The people of a gym; an unknown gym has none. */
  roster(gym: Id): Promise<RosterData>;
  /** Makes gym and room known when they are not. */
  ensureRoom(gym: Id, room: Id): Promise<Room>;
  rooms(): Promise<Room[]>;
  /** Adds members that are not there yet, with their profile and straps from `from` (UTC ms) on; those that are stay as they are. */
  addMembers(gym: Id, members: readonly NewMember[], from: number): Promise<void>;
  /** The gym of a member, or undefined when nobody has that id. */
  gymOf(member: Id): Promise<Id | undefined>;
  runningSessions(): Promise<Session[]>;
  /** Writes or rewrites a session. */
  saveSession(session: Session): Promise<void>;
  close(): Promise<void>;
}
