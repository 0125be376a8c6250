import type { Id } from '@pulseboard/contract';
import { firstAtOrAfter, inOrder, insertInOrder, type StoredReading } from '../aggregation/stored-reading.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';

interface SensorWindow {
  gym: Id;
  sensor: Id;
  /** In order; complete from `coveredFrom` on. */
  readings: StoredReading[];
  coveredFrom: number;
}

/** The recent readings in memory, exactly as the store has them or is about to; earlier ones are asked of the store. */
export class ReadingWindow {
  readonly #sensors = new Map<string, SensorWindow>();
  /** Readings of the flush under way that are older than the window: the store does not have them yet. */
  #late: StoredReading[] = [];

  constructor(private readonly store: Pick<TimeSeriesStore, 'readings'>) {}

  /**
   * Takes the fresh readings of a flush. A repeated call with the same ones (a flush that failed) changes nothing.
   * @param coverFrom from when on a sensor not held yet is loaded, UTC ms by reading
   */
  async add(fresh: readonly StoredReading[], coverFrom: (at: number) => number): Promise<void> {
    this.#late = [];
    const earliest = new Map<string, StoredReading>();
    for (const r of fresh) {
      const known = earliest.get(key(r.gym, r.sensor));
      if (!known || r.at < known.at) earliest.set(key(r.gym, r.sensor), r);
    }
    for (const [id, r] of earliest) if (!this.#sensors.has(id)) await this.load(r.gym, r.sensor, coverFrom(r.at));
    for (const r of fresh) {
      const window = this.#sensors.get(key(r.gym, r.sensor))!;
      if (r.at >= window.coveredFrom) insertInOrder(window.readings, r);
      else this.#late.push(r);
    }
  }

  /** Holds a sensor from `from` on, as the store knows it. */
  async load(gym: Id, sensor: Id, from: number): Promise<void> {
    const readings = await this.store.readings({ gym, sensors: [sensor], from, until: Number.MAX_SAFE_INTEGER });
    this.#sensors.set(key(gym, sensor), { gym, sensor, readings, coveredFrom: from });
  }

  /** All readings of some sensors within [from, until), in order. */
  async read(gym: Id, sensors: readonly Id[], from: number, until: number): Promise<StoredReading[]> {
    const parts: StoredReading[][] = [];
    const ask: Id[] = [];
    for (const sensor of sensors) {
      const window = this.#sensors.get(key(gym, sensor));
      if (window && window.coveredFrom <= from) {
        const { readings } = window;
        parts.push(readings.slice(firstAtOrAfter(readings, from), firstAtOrAfter(readings, until)));
      } else ask.push(sensor);
    }
    if (ask.length) {
      const stored = await this.store.readings({ gym, sensors: ask, from, until });
      const here = (r: StoredReading) => r.gym === gym && r.at >= from && r.at < until && ask.includes(r.sensor);
      const held = ask.flatMap((sensor) => this.#sensors.get(key(gym, sensor))?.readings ?? []);
      for (const r of [...this.#late, ...held]) if (here(r)) insertInOrder(stored, r);
      parts.push(stored);
    }
    return parts.length === 1 ? parts[0]! : parts.flat().sort(inOrder);
  }

  /** Sensors with a reading at or after `from`, with the newest one. */
  *activeSince(from: number): Iterable<{ gym: Id; sensor: Id; newestAt: number }> {
    for (const { gym, sensor, readings } of this.#sensors.values()) {
      const newestAt = readings.at(-1)?.at;
      if (newestAt !== undefined && newestAt >= from) yield { gym, sensor, newestAt };
    }
  }

  /** Lets go of what is before `before`, UTC ms. */
  prune(before: number): void {
    for (const [id, window] of this.#sensors) {
      const cut = firstAtOrAfter(window.readings, before);
      if (cut === window.readings.length) this.#sensors.delete(id);
      else if (cut > 0) {
        window.readings.splice(0, cut);
        window.coveredFrom = Math.max(window.coveredFrom, before);
      }
    }
  }
}

const key = (gym: Id, sensor: Id): string => `${gym}/${sensor}`;
