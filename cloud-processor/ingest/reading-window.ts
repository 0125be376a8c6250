import type { Id } from '@pulseboard/contract';
import { GymMap, push } from '../aggregation/gym-map.js';
import { firstAtOrAfter, inOrder, insertInOrder, type StoredReading } from '../aggregation/stored-reading.js';
import { Breather } from '../breather.js';
import type { SensorSpan, TimeSeriesStore } from '../storage/time-series-store.js';

interface SensorWindow {
  gym: Id;
  sensor: Id;
  /** In order; complete from `coveredFrom` on. */
  readings: StoredReading[];
  coveredFrom: number;
}

/** The recent readings in memory, exactly as the store has them or is about to; earlier ones are asked of the store, for one flush at a time. */
export class ReadingWindow {
  readonly #sensors = new GymMap<SensorWindow>();
  /** Readings of the flush under way that no window covers: the store does not have them yet. */
  readonly #late = new GymMap<StoredReading[]>();
  /** What `cover` brought, in order; complete within the spans it was asked for. */
  readonly #covered = new GymMap<StoredReading[]>();
  /** Of a sensor that is not held the store has nothing at or after this, UTC ms. */
  #allHeldFrom = Number.POSITIVE_INFINITY;

  constructor(private readonly store: Pick<TimeSeriesStore, 'readingsOf' | 'sensorsSince'>) {}

  /** Begins anew with whatever the store has at or after `from`, UTC ms. */
  async restore(from: number): Promise<void> {
    this.#sensors.clear();
    this.#endFlush();
    await this.#load(await this.store.sensorsSince(from), from);
    this.#allHeldFrom = from;
  }

  /**
   * Takes the fresh readings of a flush. A repeated call with the same ones changes nothing.
   * @param recentFrom a sensor that is heard at or after this is held from then on, UTC ms
   */
  async add(fresh: readonly StoredReading[], recentFrom: number, breather = new Breather()): Promise<void> {
    this.#endFlush();
    const unheld = new GymMap<{ gym: Id; sensor: Id }>();
    for (const { gym, sensor, at } of fresh)
      if (at >= recentFrom && !this.#sensors.get(gym, sensor)) unheld.set(gym, sensor, { gym, sensor });
    await this.#load([...unheld.values()], recentFrom);
    this.#allHeldFrom = Math.max(this.#allHeldFrom, recentFrom);
    for (const r of fresh) {
      const window = this.#sensors.get(r.gym, r.sensor);
      if (window && r.at >= window.coveredFrom) insertInOrder(window.readings, r);
      else push(this.#late, r.gym, r.sensor, r);
      if (breather.isDue) await breather.breathe();
    }
  }

  /** Brings what these spans need beyond the windows: one question to the store for all of them, before `read`. */
  async cover(spans: readonly SensorSpan[], breather = new Breather()): Promise<void> {
    const asked = new GymMap<SensorSpan[]>();
    for (const span of spans) {
      const { gym, sensor, from } = span;
      if ((this.#sensors.get(gym, sensor)?.coveredFrom ?? this.#allHeldFrom) > from) push(asked, gym, sensor, span);
    }
    for (const r of await this.store.readingsOf([...asked.values()].flatMap(merged))) push(this.#covered, r.gym, r.sensor, r);
    for (const [gym, sensor] of asked.entries()) {
      const parts = [this.#covered.get(gym, sensor), this.#late.get(gym, sensor), this.#sensors.get(gym, sensor)?.readings];
      this.#covered.set(gym, sensor, withoutTwins(parts.flatMap((part) => part ?? [])));
      if (breather.isDue) await breather.breathe();
    }
  }

  /** All readings of some sensors within [from, until), in order. What no window holds must have been covered. */
  read(gym: Id, sensors: readonly Id[], from: number, until: number): StoredReading[] {
    const parts = sensors.map((sensor) => {
      const window = this.#sensors.get(gym, sensor);
      const readings = window && window.coveredFrom <= from ? window.readings : (this.#covered.get(gym, sensor) ?? []);
      return readings.slice(firstAtOrAfter(readings, from), firstAtOrAfter(readings, until));
    });
    return parts.length === 1 ? parts[0]! : parts.flat().sort(inOrder);
  }

  /** Sensors with a reading at or after `from`, with the newest one. */
  *activeSince(from: number): Iterable<{ gym: Id; sensor: Id; newestAt: number }> {
    for (const { gym, sensor, readings } of this.#sensors.values()) {
      const newestAt = readings.at(-1)?.at;
      if (newestAt !== undefined && newestAt >= from) yield { gym, sensor, newestAt };
    }
  }

  /** Like `activeSince`, with the readings. */
  *readingsSince(from: number): Iterable<{ gym: Id; sensor: Id; newestAt: number; readings: readonly StoredReading[] }> {
    for (const each of this.activeSince(from)) {
      const { readings } = this.#sensors.get(each.gym, each.sensor)!;
      yield { ...each, readings: readings.slice(firstAtOrAfter(readings, from)) };
    }
  }

  /** Ends a flush: lets go of what was for it only, and of what is before `before`, UTC ms. */
  prune(before: number): void {
    this.#endFlush();
    this.#allHeldFrom = Math.max(this.#allHeldFrom, before);
    for (const window of [...this.#sensors.values()]) {
      const cut = firstAtOrAfter(window.readings, before);
      if (cut === window.readings.length) this.#sensors.delete(window.gym, window.sensor);
      else if (cut > 0) {
        window.readings.splice(0, cut);
        window.coveredFrom = Math.max(window.coveredFrom, before);
      }
    }
  }

  /** Readings that the store does not have after all. */
  remove(readings: readonly { gym: Id; spool: string; number: number }[]): void {
    if (readings.length === 0) return;
    const gone = new Set(readings.map(({ spool, number }) => `${spool} ${number}`));
    for (const window of this.#sensors.values())
      window.readings = window.readings.filter(({ spool, number }) => !gone.has(`${spool} ${number}`));
  }

  async #load(sensors: readonly { gym: Id; sensor: Id }[], from: number): Promise<void> {
    const stored = await this.store.readingsOf(sensors.map((of) => ({ ...of, from, until: Number.MAX_SAFE_INTEGER })));
    for (const { gym, sensor } of sensors) this.#sensors.set(gym, sensor, { gym, sensor, readings: [], coveredFrom: from });
    for (const r of stored) this.#sensors.get(r.gym, r.sensor)!.readings.push(r);
  }

  #endFlush(): void {
    this.#late.clear();
    this.#covered.clear();
  }
}

/** Spans of one sensor, so that none overlaps. */
function merged(spans: readonly SensorSpan[]): SensorSpan[] {
  const out: SensorSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && span.from <= last.until) last.until = Math.max(last.until, span.until);
    else out.push({ ...span });
  }
  return out;
}

/** In order, each once. */
function withoutTwins(readings: StoredReading[]): StoredReading[] {
  readings.sort(inOrder);
  return readings.filter((r, i) => i === 0 || inOrder(readings[i - 1]!, r) !== 0);
}
