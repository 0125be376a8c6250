import type { Clock, GatewayHealth, GatewayParams, GatewayPresence, GatewayStatus, Id, RadioHealth } from '@pulseboard/contract';
import type { SeenGateway } from '../registry/registry.js';
import { CloneWatch } from './clone-watch.js';

/** A gateway, and what it said of itself last. */
export interface HeardGateway {
  of: GatewayParams;
  health: GatewayHealth;
  /** When that was, UTC ms of the processor's clock. */
  heardAt: number;
  isOnline: boolean;
}

/** A gateway as people ask for it. */
export interface FleetGateway {
  of: GatewayParams;
  presence: GatewayPresence;
  /** UTC ms; with `offline` only. */
  offlineSince?: number;
  /** Why it is offline or was never heard, for people. */
  reason?: string;
  /** Any word of it, also to a former process; absent: never. */
  firstSeenAt?: number;
  lastSeenAt?: number;
  /** What it said of itself last, in this process. */
  health?: GatewayHealth;
  /** It spoke to this process. */
  isHeard: boolean;
  /** It reports straps that it hears, but none of its readings arrives. */
  isMute: boolean;
  clone?: Clone;
}

/** Two machines speak with this id. */
export interface Clone {
  /** When it was noticed, UTC ms. */
  since: number;
  /** Boots, or spools, that take turns. */
  speakers: string[];
  rooms: Id[];
  sentence: string;
}

export interface FleetOptions {
  /** UTC ms. */
  clock: Clock;
  /** Ms that never go back. */
  monotonic?: () => number;
}

/** What the envelope of a batch says of its sender. */
export interface BatchWord {
  boot: string;
  spool: string;
  sentAt: number;
  /** `at` of its newest reading, when that has one. */
  newestAt: number | undefined;
}

/** Three health messages that did not come: its connection may still stand, but nothing comes of it. */
const SILENT_MS = 30_000;
/** Of all gyms; more than a processor has. The registry keeps as many. */
export const MOST_GATEWAYS = 1000;
/** A gateway without a clock waits for a minute before it sends anything. */
const NO_READINGS_AFTER_MS = 75_000;
/** A strap that was heard this shortly before the health was said is worn. */
const WORN_MS = 30_000;
/** Readings of now are of the spool that a process writes; older ones may be of one that it drains. */
const LIVE_MS = 30_000;

interface Known {
  of: GatewayParams;
  health?: GatewayHealth;
  /** Its last health, UTC ms. */
  heardAt: number;
  /** Its last word, monotonic ms. */
  heardMs: number;
  seen?: { firstAt: number; lastAt: number };
  /** Its last batch, and since when it reports straps that it hears, monotonic ms. */
  batchMs: number;
  strapsSinceMs?: number | undefined;
  /** Where and when it said last that it goes, or its will did. */
  offline?: { room: Id; at: number } | undefined;
  boots: CloneWatch;
  spools: CloneWatch;
  cloneSince?: number | undefined;
  /** Something of it came that the broker had not kept. */
  isHeard: boolean;
  /** The registry does not know its last word yet. */
  isUnsaved: boolean;
  /** The registry does not know it, or not in this room. */
  isNew: boolean;
}

const NOT_HEARD = Number.NEGATIVE_INFINITY;

const REASONS = {
  left: 'It was stopped, or the broker lost its connection: check its power and its network.',
  silent: 'It stopped reporting without a word: check its power, its network and its log.',
  former: 'It has not been heard since the processor started: check its power, its network and its broker setting.',
  neverHeard: 'It is known by name only and has reported nothing yet: start it, and check its broker setting.',
} as const;

/**
 * Every gateway that is known, and its newest word: of this process, and through the registry of former ones. A broker that keeps the last messages
 * repeats them when the processor connects; one that lost them does no harm, as gateways report again when they reconnect.
 */
export class GatewayFleet {
  /** By `gym/gateway`, in the order in which they were heard. */
  readonly #gateways = new Map<string, Known>();
  readonly #clock: Clock;
  readonly #monotonic: () => number;

  constructor({ clock, monotonic = () => performance.now() }: FleetOptions) {
    this.#clock = clock;
    this.#monotonic = monotonic;
  }

  /** Takes over what a former process saw, the longest ago first. */
  remember(gateways: readonly SeenGateway[]): void {
    for (const { gym, room, gateway, firstSeenAt, lastSeenAt } of gateways) {
      const known = this.#known({ gym, room, gateway });
      known.seen = {
        firstAt: Math.min(firstSeenAt, known.seen?.firstAt ?? firstSeenAt),
        lastAt: Math.max(lastSeenAt, known.seen?.lastAt ?? lastSeenAt),
      };
      this.#keep(known);
    }
  }

  /** Takes over gateways of which nothing but the name is known, such as those of stored spools. */
  know(gateways: Iterable<GatewayParams>): void {
    for (const { gym, room, gateway } of gateways)
      if (!this.#gateways.has(keyOf({ gym, room, gateway }))) this.#keep(this.#known({ gym, room, gateway }));
  }

  /** @param isKept the broker kept the message for whoever subscribes: then it is as old as it says */
  hearHealth(of: GatewayParams, health: GatewayHealth, isKept: boolean): void {
    const now = this.#clock();
    const known = this.#known(of);
    if (!isKept) this.#note(known.boots, health.boot, of, health.at);
    // A gateway that was carried to another room has left its last word in the one before.
    if (known.health && known.of.room !== of.room && health.at < known.health.at) return;
    known.health = health;
    if (!hearsStraps(health)) known.strapsSinceMs = undefined;
    else if (!isKept) known.strapsSinceMs ??= this.#monotonic();
    known.heardAt = isKept ? Math.min(now, health.at) : now;
    this.#speak(known, of, known.heardAt, isKept);
  }

  /** A status that the broker kept is no word of now; a live `online` is. */
  hearStatus(of: GatewayParams, { status, boot }: GatewayStatus, isKept: boolean): void {
    const now = this.#clock();
    const known = this.#known(of);
    if (status === 'offline') {
      known.offline = { room: of.room, at: isKept ? (known.seen?.lastAt ?? now) : now };
      this.#keep(known);
    } else if (isKept) {
      if (known.offline?.room === of.room) known.offline = undefined;
      this.#keep(known);
    } else {
      this.#note(known.boots, boot, of, now);
      this.#speak(known, of, now, false);
    }
  }

  /** A batch that may be of this gateway arrived. */
  hearBatch(of: GatewayParams, { boot, spool, sentAt, newestAt }: BatchWord): void {
    const now = this.#clock();
    const known = this.#known(of);
    known.batchMs = this.#monotonic();
    this.#note(known.boots, boot, of, sentAt);
    if (newestAt !== undefined && Math.abs(now - newestAt) < LIVE_MS) this.#note(known.spools, spool, of, newestAt);
    this.#speak(known, of, now, false);
  }

  /** Those of a gym that ever told their health in this process, by id. */
  of(gym: Id): HeardGateway[] {
    return this.all().filter((gateway) => gateway.of.gym === gym);
  }

  /** Those of all gyms that told their health, by gym and id. */
  all(): HeardGateway[] {
    const ms = this.#monotonic();
    return this.#sorted().flatMap((known) =>
      known.health ? [{ of: known.of, health: known.health, heardAt: known.heardAt, isOnline: isOnline(known, ms) }] : [],
    );
  }

  /** Every gateway of a gym that is known, by id. */
  gateways(gym: Id): FleetGateway[] {
    return this.#described(({ of }) => of.gym === gym);
  }

  /** Those of a room; a cloned one is in every room that it speaks in. */
  inRoom(gym: Id, room: Id): FleetGateway[] {
    // Pages ask for it many times a second: only what may be in the room is looked at.
    const mayBe = ({ of, cloneSince }: Known) => of.gym === gym && (of.room === room || cloneSince !== undefined);
    return this.#described(mayBe).filter(({ of, clone }) => of.room === room || clone?.rooms.includes(room));
  }

  /** Every gateway that is known, by gym and id. */
  everywhere(): FleetGateway[] {
    return this.#described(() => true);
  }

  /** Whether a gateway spoke that the registry does not know, or knows in another room. */
  get hasNew(): boolean {
    for (const { isNew } of this.#gateways.values()) if (isNew) return true;
    return false;
  }

  /** Those whose last word is newer than what was taken before. */
  takeUnsaved(): SeenGateway[] {
    const unsaved = [...this.#gateways.values()].filter(({ isUnsaved }) => isUnsaved);
    for (const known of unsaved) {
      known.isUnsaved = false;
      known.isNew = false;
    }
    return unsaved.map(({ of, seen }) => ({ ...of, firstSeenAt: seen!.firstAt, lastSeenAt: seen!.lastAt }));
  }

  /** They could not be saved. */
  giveBack(gateways: readonly GatewayParams[]): void {
    for (const of of gateways) {
      const known = this.#gateways.get(keyOf(of));
      if (known?.seen) known.isUnsaved = true;
    }
  }

  #described(isAsked: (known: Known) => boolean): FleetGateway[] {
    const ms = this.#monotonic();
    return this.#sorted(isAsked).map((known) => this.#describe(known, ms));
  }

  #describe(known: Known, ms: number): FleetGateway {
    const { of, health, seen, offline } = known;
    const clone = this.#cloneOf(known, ms);
    const base = {
      of,
      ...(seen ? { firstSeenAt: seen.firstAt, lastSeenAt: seen.lastAt } : {}),
      ...(health ? { health } : {}),
      isHeard: known.isHeard,
      isMute: false,
      ...(clone ? { clone } : {}),
    };
    if (isOnline(known, ms)) return { ...base, presence: 'online', isMute: isMute(known, ms) };
    if (!seen) return { ...base, presence: 'never-heard', reason: REASONS.neverHeard };
    const left = offline?.room === of.room ? offline : undefined;
    const reason = !known.isHeard ? REASONS.former : left ? REASONS.left : REASONS.silent;
    return { ...base, presence: 'offline', offlineSince: Math.max(left?.at ?? 0, seen.lastAt), reason };
  }

  #cloneOf(known: Known, ms: number): Clone | undefined {
    const signs = known.boots.signs(ms) ?? known.spools.signs(ms);
    if (!signs) {
      known.cloneSince = undefined;
      return undefined;
    }
    known.cloneSince ??= this.#clock();
    return { since: known.cloneSince, ...signs, sentence: cloneSentence(known.of, signs.rooms) };
  }

  #note(watch: CloneWatch, speaker: string, { room }: GatewayParams, saidAt: number): void {
    watch.hear({ speaker, room, saidAt, arrivedMs: this.#monotonic() });
  }

  #speak(known: Known, of: GatewayParams, at: number, isKept: boolean): void {
    if (known.of.room !== of.room || !known.seen) known.isNew = true;
    known.of = of;
    const ms = this.#monotonic();
    known.heardMs = isKept ? Math.max(known.heardMs, ms - (this.#clock() - at)) : ms;
    if (!isKept) {
      known.offline = undefined;
      known.isHeard = true;
    }
    known.seen = { firstAt: known.seen?.firstAt ?? at, lastAt: isKept ? Math.max(at, known.seen?.lastAt ?? at) : at };
    known.isUnsaved = true;
    this.#keep(known);
  }

  #known(of: GatewayParams): Known {
    return (
      this.#gateways.get(keyOf(of)) ?? {
        of,
        heardAt: 0,
        heardMs: NOT_HEARD,
        batchMs: NOT_HEARD,
        boots: new CloneWatch(),
        spools: new CloneWatch(),
        isHeard: false,
        isUnsaved: false,
        isNew: false,
      }
    );
  }

  /** Those that were heard last: a broker without logins must not fill the memory. */
  #keep(known: Known): void {
    const key = keyOf(known.of);
    this.#gateways.delete(key);
    this.#gateways.set(key, known);
    if (this.#gateways.size > MOST_GATEWAYS) this.#gateways.delete(this.#gateways.keys().next().value!);
  }

  #sorted(isAsked: (known: Known) => boolean = () => true): Known[] {
    const asked = [...this.#gateways].filter(([, known]) => isAsked(known));
    return asked.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, known]) => known);
  }
}

const keyOf = ({ gym, gateway }: GatewayParams): string => `${gym}/${gateway}`;

const isOnline = ({ of, offline, heardMs }: Known, ms: number): boolean => offline?.room !== of.room && ms - heardMs < SILENT_MS;

const isMute = ({ strapsSinceMs, batchMs }: Known, ms: number): boolean =>
  strapsSinceMs !== undefined && ms - Math.max(strapsSinceMs, batchMs) > NO_READINGS_AFTER_MS;

/** Whether straps were heard just before this health was said. */
export const hearsStraps = ({ at, straps }: Pick<GatewayHealth, 'at' | 'straps'>): boolean =>
  straps.some(({ lastHeardAt }) => at - lastHeardAt < WORN_MS);

/** Whether at least one antenna works. */
export const hasRadio = (radios: readonly Pick<RadioHealth, 'state'>[]): boolean =>
  radios.some(({ state }) => state === 'receiving' || state === 'searching');

const cloneSentence = ({ gateway }: GatewayParams, rooms: readonly Id[]): string =>
  `Two machines use the gateway id "${gateway}"${rooms.length > 1 ? ` (in the rooms ${rooms.join(', ')})` : ''}: a card was copied. Give one of them another id with PULSEBOARD_GATEWAY, or prepare its card again. No reading is counted twice meanwhile.`;
