import type { DropReason, GatewayProtocol, RecoveredSpool, SpoolState } from '@pulseboard/edge-gateway/protocol';
import { SimulatedDisk } from './simulated-disk.js';
import type { TrueReading, World } from './world.js';

/** The spools of one gateway on its card, with a limit to all of them. What is given up or lost is marked in the truth. */
export class SimulatedCard {
  /** Spools that were there when the power went: without its book one does not know what became of what is not there. */
  readonly cutSpools = new Set<string>();
  readonly #disks: SimulatedDisk[] = [];
  #spools = 0;

  constructor(
    private readonly world: World,
    private readonly gateway: string,
    private readonly limitReadings: number,
  ) {}

  get current(): SimulatedDisk {
    return this.#disks.at(-1)!;
  }

  /** A process starts: it finds the older spools and opens a new one. */
  open(create: (id: string, recovered: RecoveredSpool[]) => GatewayProtocol): GatewayProtocol {
    const { chance, variant } = this.world;
    const goesOn = !variant.opensNewSpool && this.#disks.length > 0;
    const disk = goesOn
      ? this.#disks.pop()!
      : new SimulatedDisk(`${this.gateway}-${++this.#spools}-${chance.between(1, 1e6)}`, chance.between(0, 999_999));
    const protocol = create(
      disk.id,
      this.#disks.map((older) => older.recover(variant.keepsCeiling)),
    );
    if (goesOn) goOn(protocol.current, disk.recover(true));
    this.#disks.push(disk);
    return protocol;
  }

  cutPower(): void {
    const losesBook = this.world.chance.is(0.3);
    for (const disk of this.#disks) {
      for (const reading of disk.cutPower(losesBook)) reading.fate = 'powerCut';
      this.cutSpools.add(disk.id);
    }
  }

  /** @returns the ceiling of the current spool */
  sync(): number {
    return this.#disks.map((disk) => disk.sync()).at(-1)!;
  }

  diskOf(spool: string): SimulatedDisk {
    return this.#disks.find(({ id }) => id === spool)!;
  }

  remove(spool: string): void {
    this.#disks.splice(this.#disks.indexOf(this.diskOf(spool)), 1);
  }

  /** Deletes what is not held any more; (5) only what is durably committed, or was given up. */
  forget({ spools }: GatewayProtocol): void {
    const { events, store, fail } = this.world;
    for (const state of spools)
      for (const { number, fate } of this.diskOf(state.id).forget(state, events.now))
        if (fate === '' && !store.isCommitted(state.id, number)) fail(5, `${state.id}#${number} deleted, never committed`);
  }

  /** The oldest segments go when there is no room. */
  makeRoom(protocol: GatewayProtocol): void {
    let count = this.#disks.reduce((sum, disk) => sum + disk.count, 0);
    for (const disk of this.#disks) {
      const state = protocol.spools.find(({ id }) => id === disk.id)!;
      for (
        let oldest = disk.oldestSegment(state.current);
        oldest && count > this.limitReadings;
        oldest = disk.oldestSegment(state.current)
      ) {
        const before = disk.count;
        this.#markDropped(state, oldest.first, oldest.last, 'full');
        protocol.drop(state, oldest.first, oldest.last, 'full');
        disk.dropOldestSegment(state, this.world.events.now);
        count -= before - disk.count;
      }
    }
  }

  setAside(protocol: GatewayProtocol, { spool, first, last }: { spool: string; first: number; last: number }): void {
    const state = protocol.spools.find(({ id }) => id === spool);
    if (!state) return;
    this.#markDropped(state, first, last, 'rejected');
    protocol.reject(spool, first, last);
  }

  #markDropped(state: SpoolState, first: number, last: number, reason: DropReason & TrueReading['fate']): void {
    const disk = this.diskOf(state.id);
    for (const [from, to] of state.heldIn(first, Math.min(last, state.written)))
      for (let n = from; n <= to; n++) {
        const reading = disk.read(n);
        if (!reading) continue;
        reading.fate = reason;
        this.world.figures.dropped++;
      }
  }
}

/** A spool that is written to again by the next process: a mistake, as numbers that the power took are given away twice. */
function goOn(spool: SpoolState, { written, ceiling, present, heard }: RecoveredSpool): void {
  Object.assign(spool, { written, sent: ceiling });
  spool.hear(heard);
  for (let n = 1; n <= written; n++) if (!present.has(n)) spool.drop(n, n, 'full');
}
