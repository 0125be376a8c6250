import type { Id } from '@pulseboard/contract';
import { emptyRoster, Roster, type RosterData } from '../aggregation/roster.js';
import type { Registry, Room } from './registry.js';

/** What the registry knows, at hand: rosters by gym and names of rooms. */
export class People {
  readonly #rosters = new Map<Id, Roster>();
  readonly #rooms = new Map<string, Room>();
  readonly #nobody = new Roster(emptyRoster);

  constructor(private readonly registry: Registry) {}

  /** Takes over every room that is known. */
  async loadAll(): Promise<void> {
    for (const known of await this.registry.rooms()) await this.prepare(known.gym, known.room);
  }

  /** Makes gym and room known; repeated calls cost nothing. */
  readonly prepare = async (gym: Id, room: Id): Promise<void> => {
    if (this.isPrepared(gym, room)) return;
    const known = await this.registry.ensureRoom(gym, room);
    if (!this.#rosters.has(gym)) await this.reload(gym);
    this.#rooms.set(`${gym}/${room}`, known);
  };

  /** After the registry changed. */
  async reload(gym: Id): Promise<void> {
    this.use(gym, await this.registry.roster(gym));
  }

  /** What the registry said of a gym counts from now on. */
  use(gym: Id, data: RosterData): void {
    this.#rosters.set(gym, new Roster(data));
  }

  readonly isGym = (gym: Id): boolean => this.#rosters.has(gym);

  readonly isPrepared = (gym: Id, room: Id): boolean => this.#rooms.has(`${gym}/${room}`);
  readonly rosterOf = (gym: Id): Roster => this.#rosters.get(gym) ?? this.#nobody;
  /** Every room that is known, by gym and room. */
  rooms(): Room[] {
    return [...this.#rooms].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, room]) => room);
  }

  readonly roomName = (gym: Id, room: Id): string => this.#rooms.get(`${gym}/${room}`)?.name ?? room;
}
