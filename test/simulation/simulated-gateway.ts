import type { Committed, GatewayParams, NumberRange } from '@pulseboard/contract';
import type { GatewayProtocol, Sending, SpoolState } from '@pulseboard/edge-gateway/protocol';
import { SimulatedCard } from './simulated-card.js';
import { CEILING_HEADROOM } from './simulated-disk.js';
import type { HealthMessage, TrueReading, World } from './world.js';
import { noteMost } from './world.js';

export const WINDOW_BATCHES = 16;
const TICK_MS = 250;
/** Payloads that it can still be told of as unreadable. */
const REMEMBERED_BATCHES = 256;

/** The backlog at the moment when the faults were over, and how it went away. */
interface CatchUp {
  from: number;
  batches: number;
  backlog: { spool: SpoolState; span: NumberRange }[];
  drainedAt: number;
}

/** A gateway around our protocol: what its disk keeps, what its connection believes, when it dies. */
export class SimulatedGateway {
  up = false;
  connected = false;
  connectedAt = 0;
  link = true;
  protocol!: GatewayProtocol;
  catchUp: CatchUp | undefined;
  readonly params: GatewayParams;
  /** Spools that are done with, as they were at the end. */
  readonly finished: SpoolState[] = [];
  readonly card: SimulatedCard;
  /** Its clock is ahead, or begins anew at each start. */
  readonly hasWrongClock: boolean;
  readonly #aheadMs: number;
  readonly #hasNoClock: boolean;
  /** Small ones make a backlog of many batches out of few readings. */
  readonly #maxBatchReadings: number;
  #startedAt = 0;
  #hashes = 0;
  #sent = new Map<string, { spool: string; first: number; last: number }>();
  /** Of a gateway that writes batches down, not readings. */
  #unwritten: TrueReading[] = [];

  constructor(
    private readonly world: World,
    gateway: string,
    room: string,
    limitReadings: number,
  ) {
    this.params = { gym: 'demo', room, gateway };
    this.card = new SimulatedCard(world, gateway, limitReadings);
    this.#aheadMs = world.chance.is(0.1) ? 20_000 : 0;
    this.#hasNoClock = world.chance.is(0.15);
    this.#maxBatchReadings = world.chance.pick([5, 30, 1000]);
    this.hasWrongClock = this.#hasNoClock || this.#aheadMs > 0;
    world.events.every(TICK_MS, () => this.#tick());
    world.events.every(1000, () => this.#sync());
    world.events.every(10_000, () => this.#sendHealth());
  }

  get id(): string {
    return this.params.gateway;
  }

  /** All spools of it that ever were. */
  get states(): SpoolState[] {
    return [...this.finished, ...this.protocol.spools];
  }

  get isQuiet(): boolean {
    const { spools, current } = this.protocol;
    return this.up && this.#unwritten.length === 0 && spools.length === 1 && current.settled && current.open > current.written;
  }

  start(): void {
    const { chance, events, variant } = this.world;
    this.up = true;
    this.connected = false;
    this.#startedAt = events.now;
    this.#sent.clear();
    const options = { windowBatches: WINDOW_BATCHES, maxBatchReadings: this.#maxBatchReadings };
    this.protocol = this.card.open((id, recovered) => new variant.Protocol(id, recovered, chance.next, options));
    this.protocol.raiseCeiling(CEILING_HEADROOM);
  }

  stop(powerCut: boolean): void {
    if (!this.up) return;
    this.up = false;
    this.connected = false;
    for (const reading of this.#unwritten.splice(0)) reading.fate = 'buffer';
    if (powerCut) this.card.cutPower();
  }

  /** It may go on believing in a dead link for a while. */
  loseConnection(): void {
    if (!this.connected) return;
    const since = this.connectedAt;
    this.world.events.after(this.world.chance.is(0.5) ? 0 : this.world.chance.between(500, 4000), () => {
      if (this.connectedAt === since) this.#disconnect();
    });
  }

  decode(page: Pick<TrueReading, 'sensor' | 'heartRateBpm' | 'beatCount' | 'contact' | 'rssiDbm'>): void {
    if (!this.up) return;
    const { chance, events, truth, figures, variant } = this.world;
    const reading: TrueReading = {
      ...page,
      ...this.params,
      spool: '',
      number: 0,
      at: this.#at(),
      uid: truth.length,
      decodedAt: events.now,
      shownAt: Number.NaN,
      fate: '',
      nanoseconds: 0,
      isPoison: chance.is(0.001),
      wasUnreadable: false,
    };
    truth.push(reading);
    figures.decoded++;
    if (variant.appendsEach) this.#append(reading);
    else this.#unwritten.push(reading);
  }

  /** Whatever comes from the broker as `committed`, forged or not. */
  hear(message: Committed): void {
    if (!this.up) return;
    const { events, figures } = this.world;
    for (const { batch: hash } of message.rejected) {
      const batch = this.#sent.get(hash);
      if (batch) this.card.setAside(this.protocol, batch);
    }
    const refusedBefore = this.protocol.refusedEntries;
    const finished = this.protocol.hear(message, events.now);
    figures.refused += this.protocol.refusedEntries - refusedBefore;
    this.card.forget(this.protocol);
    for (const spool of finished) {
      this.card.remove(spool.id);
      this.finished.push(spool);
    }
    if (finished.length || this.protocol.newlyDrained().length) this.#sendHealth();
    this.#noteDrained();
  }

  startCatchUp(): void {
    const { spools } = this.protocol;
    const backlog = spools.flatMap((spool) => spool.heldIn(1, spool.written).map((span) => ({ spool, span })));
    this.catchUp = { from: this.world.events.now, batches: spools.reduce((sum, { runs }) => sum + runs.length, 0), backlog, drainedAt: 0 };
  }

  #at(): number {
    const { now } = this.world.events;
    // Every start begins at the same time, and coarsely, so that keys collide in few runs.
    return (this.#hasNoClock ? 100_000 + Math.floor((now - this.#startedAt) / 50) * 50 : now) + this.#aheadMs;
  }

  #append(reading: TrueReading): void {
    const disk = this.card.current;
    reading.number = this.protocol.append(this.world.events.now);
    reading.spool = disk.id;
    reading.nanoseconds = reading.at * 1e6 + (((this.world.variant.saltsKeys ? disk.salt : 0) + reading.number) % 1e6);
    disk.append(reading);
  }

  #tick(): void {
    if (!this.up) return;
    const { broker, chance, events, figures, variant } = this.world;
    if (!this.connected && broker.up && this.link && chance.is(0.2)) this.#connect();
    for (const reading of this.#unwritten.splice(0)) this.#append(reading);
    this.card.makeRoom(this.protocol);
    for (const sending of this.protocol.due(events.now)) this.#send(sending);
    noteMost(figures, 'maxWindow', this.protocol.underWay(events.now));
    for (const spool of this.protocol.spools)
      for (const run of [...spool.runs])
        if (run.tries >= variant.givesUpAfter) this.card.setAside(this.protocol, { spool: spool.id, ...run });
  }

  #connect(): void {
    const { broker, events, healed } = this.world;
    this.connected = true;
    this.connectedAt = events.now;
    this.protocol.connect();
    if (healed && !this.catchUp) this.startCatchUp();
    const retained = broker.retained.get(this.id);
    if (retained) broker.carry(() => this.hear(retained));
    this.#sendHealth();
  }

  #disconnect(): void {
    this.connected = false;
    this.protocol.disconnect();
  }

  #send({ spool, first, last }: Sending): void {
    const { broker, processor, variant, fail } = this.world;
    const disk = this.card.diskOf(spool.id);
    const readings: TrueReading[] = [];
    for (let n = first; n <= last; n++) {
      const reading = disk.read(n);
      if (reading) readings.push(reading);
      else fail(5, `${spool.id}#${n} is to be sent and not on the disk`);
    }
    const hash = `${this.id}/${this.#startedAt}/${++this.#hashes}`;
    this.#sent.set(hash, { spool: spool.id, first, last });
    if (this.#sent.size > REMEMBERED_BATCHES) this.#sent.delete(this.#sent.keys().next().value!);
    const message = { from: this.params, boot: String(this.#startedAt), spool: spool.id, first, oldest: spool.oldest, readings, hash };
    const acknowledged = this.link && broker.carry(() => processor.receive(message), true);
    if (acknowledged && variant.trustsPuback) {
      spool.hear([[first, last]]);
      this.card.forget(this.protocol);
    }
  }

  #sendHealth(): void {
    if (!this.up || !this.connected || !this.link) return;
    const { broker, processor } = this.world;
    const spools = this.protocol.spools.map((s) => ({ spool: s.id, oldest: s.oldest, drained: !s.current && s.heldCount === 0 }));
    const message: HealthMessage = { from: this.params, boot: String(this.#startedAt), at: this.#at(), spools };
    broker.carry(() => processor.hearHealth(message), true);
  }

  #sync(): void {
    if (this.up) this.protocol.raiseCeiling(this.card.sync());
  }

  #noteDrained(): void {
    const { catchUp } = this;
    if (!catchUp || catchUp.drainedAt) return;
    catchUp.backlog = catchUp.backlog.filter(({ spool, span: [from, to] }) => spool.heldIn(from, to).length > 0);
    if (catchUp.backlog.length === 0) catchUp.drainedAt = this.world.events.now;
  }
}
