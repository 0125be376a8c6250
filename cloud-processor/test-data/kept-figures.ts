import type { FigureStore } from '../telemetry/telemetry.js';

/** Fields of a point, by name: as a line has them. */
export type Fields = Readonly<Record<string, string>>;

/** Lines as InfluxDB keeps them: what is written again takes the place of fields that it names, and of no others. */
export class KeptFigures implements FigureStore {
  /** `lost`: nothing comes through; `late`: all does, but its answer takes too long. */
  fault: 'lost' | 'late' | undefined;
  #points = new Map<string, Fields>();

  async write(lines: readonly string[]): Promise<number> {
    if (this.fault !== 'lost')
      for (const line of lines) {
        const [, series, fields, time] = /^(\S+) (.+) (\d+)$/.exec(line)!;
        const key = `${series} ${time}`;
        const named = [...fields!.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|[^,]+)/g)].map(([, name, value]) => [name!, value!]);
        this.#points.set(key, { ...this.#points.get(key), ...Object.fromEntries(named) });
      }
    if (this.fault) throw new Error(this.fault);
    return 0;
  }

  async prune(): Promise<void> {}

  /** Points of a measurement by time, of those series that have these tags, as `room=main`. */
  of(measurement: string, ...tags: string[]): Fields[] {
    return [...this.#points]
      .filter(([key]) => {
        const parts = key.split(' ')[0]!.split(',');
        return parts[0] === measurement && tags.every((tag) => parts.includes(tag));
      })
      .sort(([a], [b]) => Number(a.split(' ')[1]) - Number(b.split(' ')[1]))
      .map(([, fields]) => fields);
  }
}
