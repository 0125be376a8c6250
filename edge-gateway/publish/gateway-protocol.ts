import { type Committed, Ranges } from '@pulseboard/contract';
import { type DropReason, type RecoveredSpool, type Run, SpoolState } from './spool-state.js';

/** Numbers of one spool to be sent as one batch now; all of them are held. */
export interface Sending {
  spool: SpoolState;
  first: number;
  last: number;
  /** A resend, or of an outage: counted by the window. */
  isBacklog: boolean;
}

export interface ProtocolOptions {
  /** Resends and backlog under way at once, in batches. */
  windowBatches?: number;
  /** First timeout of a batch, ms; doubled without progress. */
  baseBackoffMs?: number;
  maxBackoffMs?: number;
  /** Readings in a batch, at most. */
  maxBatchReadings?: number;
  /** The store whose commits count; absent: the first one that is heard. */
  store?: string | undefined;
}

const DEFAULTS: Required<Omit<ProtocolOptions, 'store'>> = {
  windowBatches: 16,
  baseBackoffMs: 4000,
  maxBackoffMs: 120_000,
  maxBatchReadings: 1000,
};
/** While disconnected a batch spans this long. */
export const OFFLINE_BATCH_MS = 1000;

/**
 * What a gateway sends, keeps and forgets: rules 1, 2, 4, 5 and 7 of the design's guarantee, as a pure machine.
 * Times are monotonic ms, chance is an argument; it reads no clock and touches no bytes.
 */
export class GatewayProtocol {
  readonly spools: SpoolState[];
  current: SpoolState;
  readonly #o: Required<Omit<ProtocolOptions, 'store'>>;
  #connected = false;
  #backoffMs: number;
  /** When numbers were newly committed, or the back-off grew. */
  #progressAt: number | undefined;
  #epoch = 0;
  #refusedEntries = 0;
  /** No processor has said since the connect that it hears. */
  #isUnheard = false;
  #store: string | undefined;

  /**
   * @param id of the spool of this process start, random
   * @param recovered older spools: only drained, never appended to
   * @param random 0 ≤ x < 1
   */
  constructor(
    id: string,
    recovered: readonly RecoveredSpool[],
    private readonly random: () => number,
    options: ProtocolOptions = {},
  ) {
    const { store, ...limits } = options;
    this.#store = store;
    this.#o = { ...DEFAULTS, ...limits };
    this.#backoffMs = this.#o.baseBackoffMs;
    this.current = new SpoolState(id, true);
    this.spools = [...recovered.map((spool) => new SpoolState(spool.id, false, spool)), this.current];
    for (const spool of this.spools) if (spool !== this.current) this.#cut(spool, spool.written);
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** The store whose commits count; undefined before the first one was heard. */
  get store(): string | undefined {
    return this.#store;
  }

  /** Whether a store may say what is committed. The first store that is heard becomes the known one. */
  accepts(store: string): boolean {
    this.#store ??= store;
    return store === this.#store;
  }

  /** An operator's decision: another store counts from now on. All that is still held is sent to it. */
  useStore(store: string): void {
    if (store === this.#store) return;
    if (this.#store !== undefined) for (const spool of this.spools) spool.changeStore();
    this.#store = store;
    this.#epoch = 0;
    this.hurry();
  }

  /** Entries of `committed` beyond what can have been sent. */
  get refusedEntries(): number {
    return this.#refusedEntries;
  }

  get heldCount(): number {
    return this.spools.reduce((sum, spool) => sum + spool.heldCount, 0);
  }

  /** Something that this process sent is not committed yet. */
  get awaitsCommits(): boolean {
    return this.spools.some((spool) => spool.heldIn(1, spool.sent).length > 0);
  }

  /** A reading was appended to the current spool. @returns its number */
  append(now: number): number {
    const spool = this.current;
    spool.written++;
    if (spool.written === spool.open) spool.openedAt = now;
    return spool.written;
  }

  /**
   * Readings go to a new spool from now on, and what the current one holds is drained like that of a former process.
   * @param id random
   */
  turn(id: string): void {
    const former = this.current;
    this.#cut(former, former.written);
    former.current = false;
    this.current = new SpoolState(id, true);
    this.spools.push(this.current);
  }

  /** Numbers up to `ceiling` of the current spool may be sent: that is durable. */
  raiseCeiling(ceiling: number): void {
    this.current.ceiling = Math.max(this.current.ceiling, ceiling);
  }

  /** Connected: nobody knows what arrived, and the processor may be a new one. */
  connect(): void {
    this.#connected = true;
    this.#isUnheard = true;
    this.hurry();
  }

  /**
   * A processor says that it hears. What was sent between the connect and that, maybe nobody heard: it goes again without waiting for its time.
   * Once for each connect: a processor whose store is away hears, too, and commits nothing.
   */
  hearProcessor(): void {
    if (this.#isUnheard) this.hurry();
    this.#isUnheard = false;
  }

  disconnect(): void {
    this.#connected = false;
  }

  /**
   * What to send now: what is new first and once, then what is not committed in time, within the window.
   * @param maxBacklog batches of the latter, at most
   */
  due(now: number, maxBacklog = Number.POSITIVE_INFINITY): Sending[] {
    const sendings: Sending[] = [];
    const { current } = this;
    this.#progressAt ??= now;
    if (current.written >= current.open && (this.#connected || now - current.openedAt >= OFFLINE_BATCH_MS)) {
      const added = this.#cut(current, current.written);
      if (this.#connected) for (const run of added) if (run.last <= current.ceiling) sendings.push(this.#send(current, run, now, false));
    }
    if (this.#connected) this.#resend(now, maxBacklog, sendings);
    return sendings;
  }

  /** Resends under way: for the bound of rule 6. */
  underWay(now: number): number {
    let count = 0;
    for (const spool of this.spools) for (const run of spool.runs) if (run.inWindow && now < run.sentAt + this.timeoutMs(run)) count++;
    return count;
  }

  /**
   * Takes what the processor says is stored and derived. Another store than the known one changes nothing.
   * @returns spools that are done with: settled and closed, to be deleted
   */
  hear({ store, epoch, spools }: Committed, now: number): SpoolState[] {
    if (!this.accepts(store)) return [];
    const finished = new Set<SpoolState>();
    for (const entry of spools) {
      const spool = this.spools.find((s) => s.id === entry.spool);
      if (!spool) continue; // closed long ago
      if (this.#isBeyond(spool, entry)) {
        this.#refusedEntries++;
        continue;
      }
      for (const [from, to] of entry.gone) spool.gone.add(from, to);
      spool.closed = entry.closed;
      if (spool.hear(entry.ranges)) this.#progress(now);
      // Given up once, and there again since a power cut took that from the book: the processor will never take it.
      if (!spool.current) for (const [from, to] of entry.gone) spool.drop(from, to, 'rejected');
      if (!spool.current && spool.closed && spool.settled) finished.add(spool);
    }
    for (const spool of finished) this.spools.splice(this.spools.indexOf(spool), 1);
    // A new epoch: the processor or its store begins anew and has forgotten what it had not committed.
    // The first one heard is as good as new once something went unanswered.
    if (epoch !== this.#epoch && (this.#epoch !== 0 || this.#backoffMs > this.#o.baseBackoffMs)) this.hurry();
    this.#epoch = epoch;
    return [...finished];
  }

  /**
   * The processor named a batch as one that it cannot read: exactly that one is set aside, whatever of it is still held.
   * @returns how many readings
   */
  reject(spool: string, first: number, last: number): number {
    const state = this.spools.find((s) => s.id === spool);
    return state ? state.drop(first, last, 'rejected') : 0;
  }

  /** Older spools without a held number that nobody was told of yet: health goes out at once for them. */
  newlyDrained(): SpoolState[] {
    const drained = this.spools.filter((spool) => !spool.current && !spool.toldDrained && spool.heldCount === 0);
    for (const spool of drained) spool.toldDrained = true;
    return drained;
  }

  /** Gives up a span, counted by its reason. @returns how many readings */
  drop(spool: SpoolState, first: number, last: number, reason: DropReason): number {
    if (spool.current && last >= spool.open) this.#cut(spool, Math.min(last, spool.written));
    return spool.drop(first, last, reason);
  }

  /** All that is held may be sent again at once. */
  protected hurry(): void {
    this.#backoffMs = this.#o.baseBackoffMs;
    for (const spool of this.spools)
      for (const run of spool.runs) Object.assign(run, { sentAt: Number.NEGATIVE_INFINITY, tries: 0, inWindow: false });
  }

  /** Nobody can have been sent these numbers. Of a spool of which nothing was found there is nothing to compare with, and nothing to lose. */
  #isBeyond(spool: SpoolState, { ranges, gone }: Committed['spools'][number]): boolean {
    if (!spool.current && spool.ceiling === 0) return false;
    const limit = spool.current ? spool.sent : spool.ceiling;
    // What was given up before it was sent is gone, too.
    return new Ranges(ranges).max > limit || new Ranges(gone).max > Math.max(limit, spool.written);
  }

  #progress(now: number): void {
    this.#progressAt = now;
    this.#backoffMs = this.#o.baseBackoffMs;
  }

  /** How long a run waits for its commit before it is sent again. */
  protected timeoutMs(run: Run): number {
    return run.jitter * this.#backoffMs;
  }

  /** Closes what is open up to `last` into runs. @returns the new ones */
  #cut(spool: SpoolState, last: number): Run[] {
    const added: Run[] = [];
    for (const [from, to] of spool.heldIn(spool.open, last))
      for (let first = from; first <= to; first += this.#o.maxBatchReadings)
        added.push({
          first,
          last: Math.min(to, first + this.#o.maxBatchReadings - 1),
          sentAt: Number.NEGATIVE_INFINITY,
          tries: 0,
          inWindow: false,
          jitter: 1,
        });
    spool.runs.push(...added);
    spool.open = last + 1;
    return added;
  }

  #send(spool: SpoolState, run: Run, now: number, isBacklog: boolean): Sending {
    run.sentAt = now;
    run.jitter = 0.75 + this.random() / 2;
    spool.sent = Math.max(spool.sent, run.last);
    return { spool, first: run.first, last: run.last, isBacklog };
  }

  /**
   * What was never sent first, oldest spool first, then what waits longest: a spool of which nothing is ever committed does not keep the others from it.
   * Runs that were never sent and follow each other travel together.
   */
  #resend(now: number, max: number, sendings: Sending[]): void {
    let room = max;
    let underWay = 0;
    const expired: { spool: SpoolState; run: Run }[] = [];
    for (const spool of this.spools)
      for (const run of spool.runs) {
        if (run.sentAt === Number.NEGATIVE_INFINITY) continue;
        const isDue = now >= run.sentAt + this.timeoutMs(run);
        if (run.inWindow) run.inWindow = !isDue;
        if (run.inWindow) underWay++;
        if (isDue && run.last <= spool.ceiling) expired.push({ spool, run });
      }
    room = Math.min(room, this.#o.windowBatches - underWay);
    for (const spool of this.spools)
      for (let i = 0; i < spool.runs.length && room > 0; i++) {
        const run = spool.runs[i]!;
        if (run.sentAt !== Number.NEGATIVE_INFINITY || run.last > spool.ceiling) continue;
        this.#merge(spool, i);
        sendings.push(this.#sendAgain(spool, run, now));
        room--;
      }
    if (room <= 0) return;
    expired.sort((a, b) => a.run.sentAt - b.run.sentAt);
    for (const { spool, run } of expired.slice(0, room)) sendings.push(this.#sendAgain(spool, run, now));
  }

  #sendAgain(spool: SpoolState, run: Run, now: number): Sending {
    if (run.tries++ > 0 && now - (this.#progressAt ?? now) > this.#backoffMs) {
      this.#backoffMs = Math.min(this.#o.maxBackoffMs, this.#backoffMs * 2);
      this.#progressAt = now;
    }
    run.inWindow = true;
    return this.#send(spool, run, now, true);
  }

  #merge(spool: SpoolState, at: number): void {
    const run = spool.runs[at]!;
    let taken = 0;
    for (let next = spool.runs[at + 1]; next; next = spool.runs[at + 1 + taken]) {
      const fits = next.first === run.last + 1 && next.last - run.first < this.#o.maxBatchReadings && next.last <= spool.ceiling;
      if (!fits || next.sentAt !== Number.NEGATIVE_INFINITY || run.sentAt !== Number.NEGATIVE_INFINITY) break;
      run.last = next.last;
      taken++;
    }
    spool.runs.splice(at + 1, taken);
  }
}
