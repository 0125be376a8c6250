/** Readings by their age at arrival, each in one of these. */
export interface ArrivalCounts {
  arrivedWithin100ms: number;
  arrivedWithin1s: number;
  arrivedWithin10s: number;
  arrivedWithin1h: number;
  arrivedLater: number;
}

/** Readings up to each age, ms, those of the ages before it included; `count` is all of them. */
export interface AgeHistogram {
  upTo: readonly (readonly [ms: number, count: number])[];
  count: number;
  sumMs: number;
}

/** Live ones arrive within 100 ms; what an outage held back is minutes to days old. */
const UP_TO_MS = [25, 50, 100, 250, 500, 1000, 2500, 10_000, 60_000, 600_000, 3_600_000, 86_400_000] as const;

/** How late readings come: live ones within a tenth of a second, what was held back within hours. Counts since the start. */
export class ArrivalAges {
  /** Of each of `UP_TO_MS` those that are in none before it, and those that are later still. */
  readonly #counts: number[] = new Array(UP_TO_MS.length + 1).fill(0);
  #sumMs = 0;

  /** @param ageMs below 0 when the gateway's clock is ahead */
  note(ageMs: number): void {
    const place = UP_TO_MS.findIndex((ms) => ageMs <= ms);
    this.#counts[place < 0 ? UP_TO_MS.length : place]!++;
    this.#sumMs += ageMs;
  }

  get histogram(): AgeHistogram {
    let count = 0;
    const upTo = UP_TO_MS.map((ms, place) => {
      count += this.#counts[place]!;
      return [ms, count] as const;
    });
    return { upTo, count: count + this.#counts[UP_TO_MS.length]!, sumMs: this.#sumMs };
  }

  get counts(): ArrivalCounts {
    const { upTo, count } = this.histogram;
    const within = new Map<number, number>(upTo);
    const between = (after: (typeof UP_TO_MS)[number] | 0, ms: (typeof UP_TO_MS)[number]) => within.get(ms)! - (within.get(after) ?? 0);
    return {
      arrivedWithin100ms: between(0, 100),
      arrivedWithin1s: between(100, 1000),
      arrivedWithin10s: between(1000, 10_000),
      arrivedWithin1h: between(10_000, 3_600_000),
      arrivedLater: count - within.get(3_600_000)!,
    };
  }
}
