import { guestMemberId, type Id, isFootPod, isGuest, strapOfGuest } from '@pulseboard/contract';
import { type Profile, tanakaHrMaxBpm } from './formulas.js';

/** Who wears a strap from when until when (UTC ms; `until` is the first moment it is not theirs any more). */
export interface Assignment {
  sensor: Id;
  member: Id;
  from: number;
  until?: number;
}

/** Two sensors of one strap, from a moment on (UTC ms): its Bluetooth one and its ANT+ one. Each is in one link at most. */
export interface Link {
  sensor: Id;
  twin: Id;
  from: number;
}

/** What is known of a member from a moment on. */
export interface ProfileVersion {
  member: Id;
  from: number;
  ageYears?: number;
  weightKg?: number;
  sex?: 'female' | 'male';
  ownHrMaxBpm?: number;
}

/** The people of one gym, as values: what the registry knows, looked up by time. */
export interface RosterData {
  assumedHrMaxBpm: number;
  assignments: readonly Assignment[];
  profiles: readonly ProfileVersion[];
  members: readonly { member: Id; nickname: string; consent: boolean }[];
  links: readonly Link[];
}

/** Unless the gym says otherwise. */
export const ASSUMED_HR_MAX_BPM = 190;
export const emptyRoster: RosterData = { assumedHrMaxBpm: ASSUMED_HR_MAX_BPM, assignments: [], profiles: [], members: [], links: [] };

/** Answers who wore what in a second, and with which body. Pure over its data. */
export class Roster {
  readonly #bySensor = new Map<Id, Assignment[]>();
  readonly #byMember = new Map<Id, Assignment[]>();
  readonly #profiles = new Map<Id, { from: number; profile: Profile }[]>();
  readonly #unknown: Profile;
  readonly #nicknames = new Map<Id, string>();
  /** By either sensor. */
  readonly #links = new Map<Id, Link>();

  constructor(data: RosterData) {
    // The latest first: of two that are in force, the later one counts.
    for (const a of [...data.assignments].sort((x, y) => y.from - x.from)) push(this.#bySensor, a.sensor, a);
    for (const a of data.assignments) push(this.#byMember, a.member, a);
    this.#unknown = profileOf(undefined, data.assumedHrMaxBpm);
    for (const version of [...data.profiles].sort((a, b) => a.from - b.from))
      push(this.#profiles, version.member, { from: version.from, profile: profileOf(version, data.assumedHrMaxBpm) });
    for (const m of data.members) if (m.consent) this.#nicknames.set(m.member, m.nickname);
    for (const link of data.links) this.#links.set(link.sensor, link).set(link.twin, link);
  }

  /**
   * The member of a sensor at a time: whoever it is assigned to, else whoever the other sensor of its strap is assigned to, else a guest, one for both.
   * Undefined for a foot pod of nobody.
   */
  memberOf(sensor: Id, at: number): Id | undefined {
    const assigned = this.assignedTo(sensor, at);
    const link = this.#links.get(sensor);
    if (assigned !== undefined || !link || at < link.from) return assigned ?? guestOf(sensor);
    return this.assignedTo(otherOf(link, sensor), at) ?? guestOf(link.twin);
  }

  /** As `memberOf`, were no sensors linked. */
  ownMemberOf(sensor: Id, at: number): Id | undefined {
    return this.assignedTo(sensor, at) ?? guestOf(sensor);
  }

  /** Undefined when this very sensor is nobody's. */
  assignedTo(sensor: Id, at: number): Id | undefined {
    return this.#bySensor.get(sensor)?.find((a) => inForce(a, at))?.member;
  }

  /** The sensors that a member wore at a time. */
  sensorsOf(member: Id, at: number): Id[] {
    const own = isGuest(member) ? [strapOfGuest(member)] : (this.#byMember.get(member) ?? []).map((a) => a.sensor);
    const worn = own.flatMap((sensor) => {
      const link = this.#links.get(sensor);
      return link ? [sensor, otherOf(link, sensor)] : [sensor];
    });
    return [...new Set(worn)].filter((sensor) => this.memberOf(sensor, at) === member);
  }

  /** Own HRmax, else by age, else the gym's assumption. */
  profileOf(member: Id, at: number): Profile {
    return this.#profiles.get(member)?.findLast((p) => p.from <= at)?.profile ?? this.#unknown;
  }

  /** Only with consent. */
  nicknameOf(member: Id): string | undefined {
    return this.#nicknames.get(member);
  }
}

function profileOf(version: ProfileVersion | undefined, assumedHrMaxBpm: number): Profile {
  const known = version?.ownHrMaxBpm ?? (version?.ageYears === undefined ? undefined : tanakaHrMaxBpm(version.ageYears));
  return {
    hrMaxBpm: known ?? assumedHrMaxBpm,
    hrMaxAssumed: known === undefined,
    ...(version?.ageYears === undefined ? {} : { ageYears: version.ageYears }),
    ...(version?.weightKg === undefined ? {} : { weightKg: version.weightKg }),
    ...(version?.sex === undefined ? {} : { sex: version.sex }),
  };
}

const guestOf = (sensor: Id): Id | undefined => (isFootPod(sensor) ? undefined : guestMemberId(sensor));
const otherOf = (link: Link, sensor: Id): Id => (sensor === link.sensor ? link.twin : link.sensor);
const inForce = (a: Assignment, at: number): boolean => a.from <= at && (a.until === undefined || at < a.until);

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
