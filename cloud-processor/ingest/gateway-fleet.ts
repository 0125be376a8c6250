import type { GatewayHealth, GatewayParams, Id } from '@pulseboard/contract';

/** A gateway, and what it said of itself last. */
export interface HeardGateway {
  gateway: Id;
  room: Id;
  health: GatewayHealth;
}

/** Of a gym; far more than any has. */
const MOST_GATEWAYS = 1000;

/** The last health of every gateway that was heard since the processor began; a broker that keeps the last ones tells them at once. */
export class GatewayFleet {
  readonly #gyms = new Map<Id, Map<Id, HeardGateway>>();

  hear({ gym, room, gateway }: GatewayParams, health: GatewayHealth): void {
    let ofGym = this.#gyms.get(gym);
    if (!ofGym) {
      ofGym = new Map();
      this.#gyms.set(gym, ofGym);
    }
    // A gateway that was carried to another room has left its last word in the one before.
    const known = ofGym.get(gateway);
    if (known && known.room !== room && health.at < known.health.at) return;
    ofGym.delete(gateway);
    ofGym.set(gateway, { gateway, room, health });
    // In the order in which they were heard: a broker without logins must not fill the memory.
    if (ofGym.size > MOST_GATEWAYS) ofGym.delete(ofGym.keys().next().value!);
  }

  /** By id. */
  of(gym: Id): HeardGateway[] {
    return [...(this.#gyms.get(gym)?.values() ?? [])].sort((a, b) => (a.gateway < b.gateway ? -1 : 1));
  }
}
