import type { DeviceFacts } from './device-facts.js';

/** What is remembered of a device. Times are ms of the events' clock. */
export interface HeardDevice {
  address: string;
  addressType?: 'public' | 'random';
  uuids: readonly string[];
  /** As it was last heard; undefined once BlueZ does not hear it any more. */
  rssiDbm?: number | undefined;
  heardAt: number;
  /** When BlueZ first told of it, or it was last heard. */
  notedAt: number;
  isConnected: boolean;
  /** Somebody wants BlueZ to keep it. */
  isKept: boolean;
  /** When its heart rate was last in its advertisements: a strap that shows it there needs no connection. */
  heartRateAdvertisedAt: number;
}

const SWEEP_INTERVAL_MS = 10_000;

/** The devices around one adapter: those that pass by are forgotten. */
export class HeardDevices {
  readonly #byAddress = new Map<string, HeardDevice>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly forgetAfterMs: number) {}

  get(address: string): HeardDevice | undefined {
    return this.#byAddress.get(address);
  }

  all(): Iterable<HeardDevice> {
    return this.#byAddress.values();
  }

  /** @param isHeard the news came off the air this moment, not out of BlueZ's memory */
  note(address: string, at: number, facts: DeviceFacts, isHeard: boolean): HeardDevice {
    let device = this.#byAddress.get(address);
    if (!device) {
      device = {
        ...{ address, uuids: [], heardAt: Number.NEGATIVE_INFINITY, notedAt: at },
        ...{ isConnected: false, isKept: false, heartRateAdvertisedAt: Number.NEGATIVE_INFINITY },
      };
      this.#byAddress.set(address, device);
    }
    const { addressType, uuids, rssiDbm, isConnected, isKept } = facts;
    if (addressType !== undefined) device.addressType = addressType;
    if (uuids !== undefined) device.uuids = uuids;
    if (rssiDbm !== undefined) device.rssiDbm = rssiDbm;
    if (isConnected !== undefined) device.isConnected = isConnected;
    if (isKept !== undefined) device.isKept = isKept;
    if (isHeard) device.heardAt = device.notedAt = at;
    return device;
  }

  remove(address: string): void {
    this.#byAddress.delete(address);
  }
  clear(): void {
    this.#byAddress.clear();
  }

  /** @param taken addresses that are connected, and so not heard @returns those that are forgotten now */
  sweep(at: number, taken: ReadonlySet<string>): HeardDevice[] {
    if (at - this.#sweptAt < Math.min(SWEEP_INTERVAL_MS, this.forgetAfterMs)) return [];
    this.#sweptAt = at;
    const isGone = ({ address, isConnected, notedAt }: HeardDevice): boolean =>
      !isConnected && !taken.has(address) && at - notedAt >= this.forgetAfterMs;
    const gone = [...this.#byAddress.values()].filter(isGone);
    for (const { address } of gone) this.remove(address);
    return gone;
  }
}
