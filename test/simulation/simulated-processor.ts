import type { SpoolBooks } from '@pulseboard/cloud-processor/protocol';
import { type FlushOf, flush } from './flush.js';
import { StoreAwayError } from './simulated-store.js';
import type { BatchMessage, HealthMessage, TrueReading, World } from './world.js';
import { noteMost, SIMULATED_STORE } from './world.js';

const FLUSH_INTERVAL_MS = 500;
const REPEAT_COMMITTED_MS = 3000;
/** What is older is not shown live. */
const LIVE_MS = 2000;

/** Share of the steps of a flush for which the store takes long. */
const SLOW_STEPS = 0.02;

const keyOf = (r: TrueReading): string => `${r.spool}#${r.number}`;

/** A processor around our books: everything in it is lost in a crash, what is in the store is not. */
export class SimulatedProcessor implements FlushOf {
  up = false;
  /** It comes back only when everything is healed. */
  staysDown = false;
  books!: SpoolBooks;
  /** Of this process. */
  committedReadings = 0;
  /** Where each second was written by this process: for a mistake. */
  readonly rooms = new Map<string, string>();
  #life = 0;
  #storeAway = false;
  #flushing = 0;
  #buffer = new Map<string, TrueReading>();
  readonly #crashRate: number;

  constructor(readonly world: World) {
    this.#crashRate = world.chance.pick([0, 0, 0.003, 0.02]);
    world.events.every(FLUSH_INTERVAL_MS, () => this.#tick());
    world.events.every(REPEAT_COMMITTED_MS, () => this.publish());
  }

  get isQuiet(): boolean {
    return this.up && this.#buffer.size === 0 && this.#flushing === 0 && this.world.store.intents.size === 0;
  }

  get waiting(): number {
    return this.#buffer.size;
  }

  start(): void {
    const { store, variant, healed } = this.world;
    if (this.staysDown && !healed) return;
    this.up = true;
    this.#life++;
    this.#flushing = 0;
    this.#buffer = new Map();
    this.#storeAway = true;
    this.committedReadings = 0;
    this.rooms.clear();
    if (!variant.keepsWatermark) store.watermarkAt = undefined;
    store.epoch++;
    this.books = new variant.Books([...store.records.values()]);
    this.#recover();
  }

  crash(awayMs: number): void {
    if (!this.up) return;
    this.world.figures.crashes++;
    this.up = false;
    this.#life++;
    this.world.events.after(awayMs, () => {
      if (!this.up) this.start();
    });
  }

  receive({ from, boot, spool, first, oldest, readings, hash }: BatchMessage): void {
    if (!this.up) return;
    const { events } = this.world;
    if (readings.some(({ isPoison }) => isPoison)) {
      for (const reading of readings) reading.wasUnreadable = true;
      this.books.reject(from, hash, 'unreadable');
      return;
    }
    // The board does not wait for the store.
    for (const reading of readings) if (Math.abs(reading.at - events.now) <= LIVE_MS) this.#show(reading);
    if (this.#storeAway) {
      this.books.turnAway(readings.length);
      return;
    }
    for (const n of this.books.take({ ...from, spool, boot }, first, readings.length, oldest, events.now)) {
      const reading = readings[n - first]!;
      this.#buffer.set(keyOf(reading), reading);
    }
  }

  hearHealth({ from, ...health }: HealthMessage): void {
    if (this.up) this.books.hearHealth(from, health, this.world.events.now);
  }

  publish(): void {
    if (!this.up || this.#storeAway) return;
    const { broker, chance, events, figures, gateways, store } = this.world;
    for (const { to, message: ofBooks } of this.books.committed(store.epoch)) {
      const message = { store: SIMULATED_STORE, ...ofBooks };
      noteMost(figures, 'maxListed', message.spools.length);
      const gateway = gateways.find(({ id }) => id === to.gateway)!;
      const { rejected: _, ...retained } = message;
      if (broker.up) broker.retained.set(to.gateway, { ...retained, rejected: [] });
      const deliver = () => {
        if (gateway.connected) gateway.hear(message);
      };
      if (gateway.link) broker.carry(deliver);
      // Heard again, much later.
      if (chance.is(0.02)) events.after(chance.between(1000, 30_000), deliver);
    }
  }

  /** What a flush takes; one that does not wait for others takes it away from them. */
  takeFresh(): TrueReading[] {
    for (const [key, { spool, number }] of this.#buffer) if (!this.books.isWaiting(spool, number)) this.#buffer.delete(key);
    const fresh = [...this.#buffer.values()];
    if (!this.world.variant.flushesSerially) this.#buffer.clear();
    return fresh;
  }

  finish(fresh: readonly TrueReading[]): void {
    this.committedReadings += fresh.length;
    for (const reading of fresh) this.#buffer.delete(keyOf(reading));
  }

  #tick(): void {
    if (!this.up) return;
    const { store, variant } = this.world;
    if (this.#storeAway) {
      if (!store.up) return;
      if (variant.beginsEpochWithStore) store.epoch++;
      this.#recover();
    }
    if (this.#flushing && variant.flushesSerially) return;
    this.#flushing++;
    this.#run(flush(this));
  }

  /** At each `yield` of a flush it may crash, and others may go on. */
  #run(steps: Generator<void>): void {
    const { world } = this;
    const { chance, events } = world;
    const life = this.#life;
    const step = () => {
      if (this.#life !== life) return;
      try {
        if (steps.next().done) {
          this.#flushing--;
          return;
        }
      } catch (error) {
        if (!(error instanceof StoreAwayError)) throw error;
        this.#flushing--;
        this.#storeAway = true;
        this.books.forgetWaiting();
        this.#buffer.clear();
        return;
      }
      if (!world.healed && chance.is(this.#crashRate)) this.crash(chance.between(200, 6000));
      else events.after(!world.healed && chance.is(SLOW_STEPS) ? chance.between(200, 2000) : chance.between(3, 30), step);
    };
    step();
  }

  /** At start, and when the store has come back: what was about to be written and is there goes its way. */
  #recover(): void {
    const { store, events, variant } = this.world;
    if (!store.up) return;
    this.#storeAway = false;
    if (!variant.notesIntents) store.intents.clear();
    if (store.intents.size === 0) return;
    for (const reading of [...[...store.readings.values()].flat(), ...store.deadLetters.values()]) {
      if (!store.intents.has(keyOf(reading))) continue;
      const { gym, room, gateway, spool, number } = reading;
      if (this.books.take({ gym, room, gateway, spool }, number, 1, 0, events.now).length) this.#buffer.set(keyOf(reading), reading);
    }
    for (const key of store.intents) if (!this.#buffer.has(key)) store.intents.delete(key);
  }

  #show(reading: TrueReading): void {
    const { events, figures, gateways } = this.world;
    if (!Number.isNaN(reading.shownAt)) return;
    reading.shownAt = events.now;
    const { catchUp, connectedAt } = gateways.find(({ id }) => id === reading.gateway)!;
    if (catchUp && reading.decodedAt >= Math.max(catchUp.from, connectedAt)) noteMost(figures, 'liveMs', events.now - reading.decodedAt);
  }
}
