import type { CommittedMessage, World } from './world.js';

/** What it takes the broker to hand one message to the processor. */
const HANDLING_MS = 2;

/** Drops, duplicates and delays, so reorders; a restart forgets what is under way and mostly what is retained. */
export class SimulatedBroker {
  up = true;
  readonly retained = new Map<string, CommittedMessage>();
  drop: number;
  twice: number;
  slow: number;
  #life = 0;
  #busyUntil = 0;

  constructor(private readonly world: World) {
    this.drop = world.chance.pick([0, 0.02, 0.1, 0.3]);
    this.twice = world.chance.pick([0, 0.05, 0.2]);
    this.slow = world.chance.pick([0, 0.05, 0.2]);
  }

  /** @returns whether it acknowledged the message, which means nothing */
  carry(deliver: () => void, toProcessor = false): boolean {
    const { chance, events } = this.world;
    if (!this.up) return false;
    const life = this.#life;
    for (let copies = chance.is(this.drop) ? 0 : chance.is(this.twice) ? 2 : 1; copies > 0; copies--) {
      let wait = chance.between(2, 20) + (chance.is(this.slow) ? chance.between(100, 9000) : 0);
      if (toProcessor) {
        this.#busyUntil = Math.max(this.#busyUntil, events.now) + HANDLING_MS;
        wait += this.#busyUntil - events.now;
      }
      events.after(wait, () => {
        if (this.up && this.#life === life) deliver();
      });
    }
    return true;
  }

  restart(awayMs: number): void {
    const { chance, events, gateways } = this.world;
    this.up = false;
    this.#life++;
    if (chance.is(0.7)) this.retained.clear();
    for (const gateway of gateways) gateway.loseConnection();
    events.after(awayMs, () => {
      this.up = true;
    });
  }

  heal(): void {
    Object.assign(this, { drop: 0, twice: 0, slow: 0, up: true });
  }
}
