import type { GatewayParams, Id } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { Taken } from './waiting-readings.js';

export interface RoomsOptions {
  prepareRoom(gym: Id, room: Id): Promise<void>;
  isPrepared(gym: Id, room: Id): boolean;
  /** Ms that never go back. */
  monotonic(): number;
  log: Logger;
  /** The room is known: its readings go on. */
  onReady(taken: Taken): void;
  /** The registry did not answer: its readings are not taken after all. */
  onFailed(taken: Taken): void;
}

/** A registry that failed is left alone for this long. */
const RETRY_MS = 1000;

/** Holds the readings of rooms that the registry does not know yet: who wears what must be known before a second is derived. */
export class Rooms {
  #parked = new Map<string, Taken>();
  #retryAt = Number.NEGATIVE_INFINITY;
  #isRegistryAway = false;

  constructor(private readonly options: RoomsOptions) {}

  get isRegistryAway(): boolean {
    return this.#isRegistryAway;
  }

  /** Readings held. */
  get parked(): number {
    let count = 0;
    for (const { readings, deadLetters } of this.#parked.values()) count += readings.length + deadLetters.length;
    return count;
  }

  /** False while the registry, which would have to be asked, is away. */
  mayTake({ gym, room }: GatewayParams): boolean {
    return this.options.isPrepared(gym, room) || this.options.monotonic() >= this.#retryAt;
  }

  /** @returns false when the room is known; else its readings are held until it is */
  park({ gym, room }: GatewayParams, taken: Taken): boolean {
    if (this.options.isPrepared(gym, room)) return false;
    const key = `${gym}/${room}`;
    const held = this.#parked.get(key);
    if (held) {
      held.readings.push(...taken.readings);
      held.deadLetters.push(...taken.deadLetters);
    } else {
      this.#parked.set(key, taken);
      void this.#prepare(gym, room, key, taken);
    }
    return true;
  }

  /** Forgets what is held, whatever the registry answers. */
  clear(): void {
    this.#parked.clear();
  }

  async #prepare(gym: Id, room: Id, key: string, taken: Taken): Promise<void> {
    const { prepareRoom, log, onReady, onFailed, monotonic } = this.options;
    let failure: Error | undefined;
    try {
      await prepareRoom(gym, room);
    } catch (error) {
      failure = error as Error;
      this.#retryAt = monotonic() + RETRY_MS;
      if (!this.#isRegistryAway)
        log.error({ gym, room, err: failure.message }, 'the registry does not answer; nothing of new rooms is taken');
    }
    this.#isRegistryAway = failure !== undefined;
    if (this.#parked.get(key) !== taken) return;
    this.#parked.delete(key);
    if (failure) onFailed(taken);
    else onReady(taken);
  }
}
