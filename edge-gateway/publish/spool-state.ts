import { type NumberRange, Ranges } from '@pulseboard/contract';

/** Why a reading was given up. Each is counted; none is silent. */
export type DropReason = 'full' | 'age' | 'disk' | 'rejected' | 'damaged' | 'elsewhere';

/** A run of numbers that travels together. */
export interface Run {
  first: number;
  last: number;
  /** Monotonic ms; −∞ when it was never sent by this process. */
  sentAt: number;
  /** Times it was sent again. */
  tries: number;
  /** It is one of the resends under way. */
  inWindow: boolean;
  /** Its timeout is the back-off times this. */
  jitter: number;
}

/** What a former process left of a spool. */
export interface RecoveredSpool {
  id: string;
  /** Highest number found. */
  written: number;
  /** Highest ceiling found: numbers up to it may have been sent. */
  ceiling: number;
  /** Numbers that are there. */
  present: Ranges;
  /** As its book remembers them. */
  heard: readonly NumberRange[];
  dropped: Readonly<Partial<Record<DropReason, readonly NumberRange[]>>>;
}

/** One spool as the protocol sees it: numbers, no bytes. */
export class SpoolState {
  heard = new Ranges();
  gone = new Ranges();
  readonly dropped = new Map<DropReason, Ranges>();
  /** Not there, not heard of and not given up: damaged, or lost with a tail. The processor may have them all the same. */
  readonly absent = new Ranges();
  /** heard, dropped and absent: what is not held. */
  readonly #done = new Ranges();
  written = 0;
  ceiling = 0;
  /** Highest number handed out by this process. */
  sent = 0;
  /** In order of their numbers; every number of them is held. */
  runs: Run[] = [];
  /** First number that is in no run yet. */
  open = 1;
  openedAt = 0;
  /** The processor takes no more of it. */
  closed = false;
  /** Its being drained was told. */
  toldDrained = false;

  constructor(
    readonly id: string,
    /** New readings go to it. */
    public current: boolean,
    recovered?: RecoveredSpool,
  ) {
    if (!recovered) return;
    this.written = recovered.written;
    this.ceiling = recovered.ceiling;
    this.hear(recovered.heard);
    for (const [reason, ranges] of Object.entries(recovered.dropped) as [DropReason, readonly NumberRange[]][])
      for (const [from, to] of ranges) this.drop(from, to, reason);
    for (const [from, to] of this.heldIn(1, this.written))
      for (const [first, last] of gapsOf(recovered.present, from, to)) {
        this.absent.add(first, last);
        this.#done.add(first, last);
      }
  }

  /** Highest number recovered or committed: after an unclean stop, what counts as decoded. */
  get end(): number {
    return Math.max(this.written, this.heard.max);
  }

  /** The lowest number still held, or the next one when none is. */
  get oldest(): number {
    return Math.min(this.#done.prefix, this.end) + 1;
  }

  get heldCount(): number {
    return this.written - countUpTo(this.#done, this.written);
  }

  /** Nothing of it is open any more: each number is committed, or the processor knows that it will not come. */
  get settled(): boolean {
    return this.heldCount === 0 && new Ranges([...this.heard.toArray(), ...this.gone.toArray()]).prefix >= this.end;
  }

  isHeld(n: number): boolean {
    return n >= 1 && n <= this.written && !this.#done.has(n);
  }

  /** Held numbers of a span, as runs without holes. */
  heldIn(first: number, last: number): NumberRange[] {
    return gapsOf(this.#done, first, last);
  }

  /** @returns whether anything new was heard */
  hear(ranges: readonly (readonly [number, number])[]): boolean {
    const before = this.heard.size;
    for (const [from, to] of ranges) {
      this.heard.add(from, to);
      this.#done.add(from, to);
    }
    if (this.heard.size === before) return false;
    this.#recallTail();
    this.#trimRuns();
    return true;
  }

  /** Another store counts from now on: what the former one committed is given up for it, and it takes what is still held. */
  changeStore(): void {
    const elsewhere = this.dropped.get('elsewhere') ?? new Ranges();
    for (const [from, to] of this.heard.toArray()) elsewhere.add(from, to);
    if (elsewhere.size) this.dropped.set('elsewhere', elsewhere);
    this.heard = new Ranges();
    this.gone = new Ranges();
    this.closed = false;
    this.toldDrained = false;
  }

  /** Gives up what of a span is held. @returns how many readings */
  drop(first: number, last: number, reason: DropReason): number {
    let count = 0;
    for (const [from, to] of this.heldIn(first, Math.min(last, this.written))) {
      let ranges = this.dropped.get(reason);
      if (!ranges) {
        ranges = new Ranges();
        this.dropped.set(reason, ranges);
      }
      ranges.add(from, to);
      this.#done.add(from, to);
      count += to - from + 1;
    }
    if (count) this.#trimRuns();
    return count;
  }

  /** Dropped readings that were not stored after all, by reason; `lost` are absent ones of which nobody heard. */
  droppedCounts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [reason, ranges] of [...this.dropped, ['lost', this.absent] as const]) {
      const count = ranges.size - ranges.toArray().reduce((sum, [from, to]) => sum + countWithin(this.heard, from, to), 0);
      if (count) counts[reason] = count;
    }
    return counts;
  }

  /** After a power cut the processor may know of numbers beyond what was recovered: they were decoded, and those it lacks are lost. */
  #recallTail(): void {
    if (this.current || this.heard.max <= this.written) return;
    for (const [from, to] of this.heldIn(this.written + 1, this.heard.max)) {
      this.absent.add(from, to);
      this.#done.add(from, to);
    }
    this.written = this.heard.max;
  }

  /** Takes out of the runs what is not held any more. The pieces of one that falls apart were sent as one, so only the first stays under way. */
  #trimRuns(): void {
    const done = this.#done.toArray();
    let begin = 0;
    this.runs = this.runs.flatMap((run) => {
      while (begin < done.length && done[begin]![1] < run.first) begin++;
      if (begin === done.length || done[begin]![0] > run.last) return [run];
      const pieces: Run[] = [];
      let next = run.first;
      for (let i = begin; i < done.length && done[i]![0] <= run.last; i++) {
        const [from, to] = done[i]!;
        if (from > next) pieces.push({ ...run, first: next, last: from - 1 });
        next = to + 1;
      }
      if (next <= run.last) pieces.push({ ...run, first: next });
      for (const piece of pieces.slice(1)) piece.inWindow = false;
      return pieces;
    });
  }
}

/** The numbers of a span that are not in `ranges`. */
function gapsOf(ranges: Ranges, first: number, last: number): NumberRange[] {
  const gaps: NumberRange[] = [];
  let next = first;
  for (const [from, to] of ranges.toArray()) {
    if (to < next) continue;
    if (from > last) break;
    if (from > next) gaps.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= last) gaps.push([next, last]);
  return gaps;
}

const countUpTo = (ranges: Ranges, last: number): number => countWithin(ranges, 1, last);

function countWithin(ranges: Ranges, first: number, last: number): number {
  return ranges.toArray().reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, last) - Math.max(from, first) + 1), 0);
}
