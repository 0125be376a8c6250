import type { Id } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { Registry, SeenGateway } from '../registry/registry.js';
import { type GatewayFleet, MOST_GATEWAYS } from './gateway-fleet.js';

export interface FleetKeeperOptions {
  fleet: GatewayFleet;
  registry: Pick<Registry, 'saveGateways'>;
  /** Makes gym and room known. */
  prepareRoom(gym: Id, room: Id): Promise<void>;
  isPrepared(gym: Id, room: Id): boolean;
  /** How many rooms are known. */
  roomCount(): number;
  log: Logger;
}

/** A gateway that is heard makes its room known, up to this many rooms: a broker without logins must not fill the registry. */
export const MOST_ROOMS = 500;
const LOOK_EVERY_MS = 1000;
/** A gateway that is known already is written down at every tenth look. */
const SAVE_EVERY = 10;

/** Writes down which gateways were seen, where and when, and makes their rooms known. What cannot be written is tried again. */
export class FleetKeeper {
  #looks = 0;
  #isAway = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(private readonly options: FleetKeeperOptions) {}

  /** @returns how to end it, after a last time */
  start(everyMs = LOOK_EVERY_MS): () => Promise<void> {
    const timer = setInterval(() => {
      if (this.options.fleet.hasNew || ++this.#looks % SAVE_EVERY === 0) void this.save();
    }, everyMs);
    return () => {
      clearInterval(timer);
      return this.save();
    };
  }

  /** Never throws. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  async #save(): Promise<void> {
    const { fleet, registry, log } = this.options;
    const unsaved = fleet.takeUnsaved();
    if (unsaved.length === 0) return;
    try {
      const saved: SeenGateway[] = [];
      for (const gateway of unsaved) if (await this.#hasRoom(gateway)) saved.push(gateway);
      await registry.saveGateways(saved, MOST_GATEWAYS);
      this.#isAway = false;
    } catch (error) {
      fleet.giveBack(unsaved);
      if (!this.#isAway) log.warn({ err: (error as Error).message }, 'the gateways that were seen could not be saved; it is tried again');
      this.#isAway = true;
    }
  }

  async #hasRoom({ gym, room }: SeenGateway): Promise<boolean> {
    const { prepareRoom, isPrepared, roomCount } = this.options;
    if (isPrepared(gym, room)) return true;
    if (roomCount() >= MOST_ROOMS) return false;
    await prepareRoom(gym, room);
    return true;
  }
}
