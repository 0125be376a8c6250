/** Readings by their age at arrival, each in one of these. */
export interface ArrivalCounts {
  arrivedWithin100ms: number;
  arrivedWithin1s: number;
  arrivedWithin10s: number;
  arrivedWithin1h: number;
  arrivedLater: number;
}

const WITHIN: readonly (readonly [name: keyof ArrivalCounts, ms: number])[] = [
  ['arrivedWithin100ms', 100],
  ['arrivedWithin1s', 1000],
  ['arrivedWithin10s', 10_000],
  ['arrivedWithin1h', 3_600_000],
  ['arrivedLater', Number.POSITIVE_INFINITY],
];

/** How late readings come: live ones within a tenth of a second, what was held back within hours. Counts since the start. */
export class ArrivalAges {
  readonly counts: ArrivalCounts = { arrivedWithin100ms: 0, arrivedWithin1s: 0, arrivedWithin10s: 0, arrivedWithin1h: 0, arrivedLater: 0 };

  /** @param ageMs below 0 when the gateway's clock is ahead */
  note(ageMs: number): void {
    for (const [name, ms] of WITHIN)
      if (ageMs <= ms) {
        this.counts[name]++;
        return;
      }
  }
}
