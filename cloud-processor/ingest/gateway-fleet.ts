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
/** Of a gym; far more than any has. */
const MOST_GATEWAYS = 1000;

interface Known {
  of: GatewayParams;
  health?: GatewayHealth;
  heardAt: number;
  /** The room in which it said last that it goes, or its will did. */
  offlineIn?: Id | undefined;
}

/** The newest word of every gateway since the processor began; a broker that keeps the last ones tells them at once. Times are UTC ms of the processor's clock. */
export class GatewayFleet {
  readonly #gyms = new Map<Id, Map<Id, Known>>();

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
    return [...(this.#gyms.get(gym)?.values() ?? [])]
      .flatMap((known) => heard(known, now))
      .sort((a, b) => (a.of.gateway < b.of.gateway ? -1 : 1));
  }

  /** Those of all gyms. */
  all(now: number): HeardGateway[] {
    return [...this.#gyms.keys()].flatMap((gym) => this.of(gym, now));
  }

  #known(of: GatewayParams): Known {
    return this.#gyms.get(of.gym)?.get(of.gateway) ?? { of, heardAt: 0 };
  }

  /** In the order in which they were heard: a broker without logins must not fill the memory. */
  #keep(known: Known): void {
    const { gym, gateway } = known.of;
    const ofGym = this.#gyms.get(gym) ?? new Map<Id, Known>();
    this.#gyms.set(gym, ofGym);
    ofGym.delete(gateway);
    ofGym.set(gateway, known);
    if (ofGym.size > MOST_GATEWAYS) ofGym.delete(ofGym.keys().next().value!);
  }
}

const heard = ({ of, health, heardAt, offlineIn }: Known, now: number): HeardGateway[] =>
  health ? [{ of, health, heardAt, isOnline: offlineIn !== of.room && now - heardAt < SILENT_MS }] : [];
