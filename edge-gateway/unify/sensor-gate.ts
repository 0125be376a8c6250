import type { Id } from '@pulseboard/contract';

/** On the list of those denied; not on that of those allowed; `weak`: from the room next door; `rotating`: the address will be another one in a few minutes. */
export type Refusal = 'denied' | 'unlisted' | 'weak' | 'rotating';

/** Whose heartbeats this gateway takes. */
export interface SensorRules {
  /** Ids; a trailing `*` stands for any end. Empty: everybody. Who is named here is taken however weak, and with a rotating address. */
  allow: readonly string[];
  deny: readonly string[];
  /** A sensor counts as in the room once it was heard this strong. */
  minRssiDbm?: number | undefined;
}

export const everybody: SensorRules = { allow: [], deny: [] };

/** In the room, a strap may be weaker for this long: a body turns away, and must not be cut to pieces. */
const STAYS_MS = 60_000;

/** Says of a sensor whether it is taken. Time is the events' own. */
export class SensorGate {
  /** When each sensor was last heard strong enough. */
  readonly #strongAt = new Map<Id, number>();
  #sweptAt = Number.NEGATIVE_INFINITY;
  readonly #isNamed: (sensor: Id) => boolean;
  readonly #isDenied: (sensor: Id) => boolean;

  constructor(private readonly rules: SensorRules = everybody) {
    this.#isNamed = matcher(rules.allow);
    this.#isDenied = matcher(rules.deny);
  }

  /**
   * @param at ms, as of events
   * @param isRotating its address is a private random one
   * @returns undefined when it is taken
   */
  refusal(sensor: Id, at: number, rssiDbm: number | undefined, isRotating = false): Refusal | undefined {
    if (this.#isDenied(sensor)) return 'denied';
    if (this.rules.allow.length > 0) return this.#isNamed(sensor) ? undefined : 'unlisted';
    if (isRotating) return 'rotating';
    const { minRssiDbm } = this.rules;
    if (minRssiDbm === undefined || rssiDbm === undefined) return undefined;
    this.#sweep(at);
    if (rssiDbm >= minRssiDbm) this.#strongAt.set(sensor, at);
    const strongAt = this.#strongAt.get(sensor);
    return strongAt !== undefined && at - strongAt < STAYS_MS ? undefined : 'weak';
  }

  #sweep(at: number): void {
    if (at - this.#sweptAt < STAYS_MS) return;
    this.#sweptAt = at;
    for (const [sensor, strongAt] of this.#strongAt) if (at - strongAt >= STAYS_MS) this.#strongAt.delete(sensor);
  }
}

/**
 * A random address whose two upper bits are not both set is a private one, which changes every few minutes (Bluetooth core specification, volume 6, part B, 1.3.2).
 * @param address with colons or without
 */
export const isRotatingAddress = (address: string, type: 'public' | 'random' | undefined): boolean =>
  type === 'random' && (Number.parseInt(address.slice(0, 2), 16) & 0xc0) !== 0xc0;

function matcher(patterns: readonly string[]): (sensor: Id) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('*')));
  const beginnings = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  return (sensor) => exact.has(sensor) || beginnings.some((beginning) => sensor.startsWith(beginning));
}
