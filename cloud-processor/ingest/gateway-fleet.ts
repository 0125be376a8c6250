import type { GatewayHealth, GatewayParams, GatewayStatus, Id } from '@pulseboard/contract';

/** A gateway, and what it said of itself last. */
export interface HeardGateway {
  of: GatewayParams;
  health: GatewayHealth;
  /** When that was, UTC ms of the processor's clock. */
  heardAt: number;
  isOnline: boolean;
}

/** Three health messages that did not come: its connection may still stand, but nothing comes of it. */
const SILENT_MS = 30_000;
/** Of all gyms; far more than a processor has. */
const MOST_GATEWAYS = 10_000;

interface Known {
  of: GatewayParams;
  health?: GatewayHealth;
  heardAt: number;
  /** The room in which it said last that it goes, or its will did. */
  offlineIn?: Id | undefined;
}

/** The newest word of every gateway since the processor began; a broker that keeps the last ones tells them at once. Times are UTC ms of the processor's clock. */
export class GatewayFleet {
  /** By `gym/gateway`, in the order in which they were heard. */
  readonly #gateways = new Map<string, Known>();

  /** @param isKept the broker kept the message for whoever subscribes: then it is as old as it says */
  hearHealth(of: GatewayParams, health: GatewayHealth, now: number, isKept: boolean): void {
    const known = this.#known(of);
    // A gateway that was carried to another room has left its last word in the one before.
    if (known.health && known.of.room !== of.room && health.at < known.health.at) return;
    known.of = of;
    known.health = health;
    known.heardAt = isKept ? Math.min(now, health.at) : now;
    if (!isKept) known.offlineIn = undefined;
    this.#keep(known);
  }

  hearStatus(of: GatewayParams, { status }: GatewayStatus): void {
    const known = this.#known(of);
    if (status === 'offline') known.offlineIn = of.room;
    else if (known.offlineIn === of.room) known.offlineIn = undefined;
    this.#keep(known);
  }

  /** Those of a gym that ever told their health, by id. */
  of(gym: Id, now: number): HeardGateway[] {
    return this.all(now).filter((gateway) => gateway.of.gym === gym);
  }

  /** Those of all gyms, by gym and id. */
  all(now: number): HeardGateway[] {
    const sorted = [...this.#gateways].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.flatMap(([, known]) => heard(known, now));
  }

  #known(of: GatewayParams): Known {
    return this.#gateways.get(keyOf(of)) ?? { of, heardAt: 0 };
  }

  /** Those that were heard last: a broker without logins must not fill the memory. */
  #keep(known: Known): void {
    const key = keyOf(known.of);
    this.#gateways.delete(key);
    this.#gateways.set(key, known);
    if (this.#gateways.size > MOST_GATEWAYS) this.#gateways.delete(this.#gateways.keys().next().value!);
  }
}

const keyOf = ({ gym, gateway }: GatewayParams): string => `${gym}/${gateway}`;

const heard = ({ of, health, heardAt, offlineIn }: Known, now: number): HeardGateway[] =>
  health ? [{ of, health, heardAt, isOnline: offlineIn !== of.room && now - heardAt < SILENT_MS }] : [];
