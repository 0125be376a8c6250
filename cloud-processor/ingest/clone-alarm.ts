import type { Alert, GatewayParams } from '@pulseboard/contract';
import type { FleetGateway } from './gateway-fleet.js';

/** Alerts once when two machines begin to use one gateway id, and once when only one is left: in each room in which they were heard. */
export class CloneAlarm {
  /** By `gym/gateway`: those that people were alerted to. */
  readonly #known = new Map<string, GatewayParams[]>();

  /** @param now UTC ms; @returns what is to be published */
  look(fleet: readonly FleetGateway[], now: number): Alert[] {
    const alerts: Alert[] = [];
    const cloned = new Set<string>();
    for (const { of, clone } of fleet) {
      if (!clone) continue;
      const key = `${of.gym}/${of.gateway}`;
      cloned.add(key);
      const known = this.#known.get(key) ?? [];
      const rooms = [...new Set([...clone.rooms, of.room])].filter((room) => !known.some((each) => each.room === room));
      const fresh = rooms.map((room) => ({ gym: of.gym, room, gateway: of.gateway }));
      this.#known.set(key, [...known, ...fresh]);
      alerts.push(
        ...fresh.map((place) => ({ ...place, at: now, kind: 'gateway-cloned', severity: 'critical' as const, message: clone.sentence })),
      );
    }
    for (const [key, places] of this.#known) {
      if (cloned.has(key)) continue;
      this.#known.delete(key);
      for (const place of places)
        alerts.push({
          ...place,
          at: now,
          kind: 'gateway-cloned',
          severity: 'info',
          message: `Only one machine uses the gateway id "${place.gateway}" now.`,
        });
    }
    return alerts;
  }
}
