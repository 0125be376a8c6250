import { type Reading, type ReadingBatch, topics } from '@pulseboard/contract';
import { json, Listener } from './mqtt.js';

/** Hears all readings of all gateways, each once, in the order of their numbers. */
export class ReadingCollector {
  readonly #spools = new Map<string, Map<number, Reading>>();
  #listener: Listener | undefined;

  async open(mqttUrl: string): Promise<void> {
    this.#listener = await Listener.open(mqttUrl, [topics.readings.filter], (heard) => this.#take(json<ReadingBatch>(heard)));
  }

  #take({ spool, first, readings }: ReadingBatch): void {
    let numbered = this.#spools.get(spool);
    if (!numbered) {
      numbered = new Map();
      this.#spools.set(spool, numbered);
    }
    for (const [i, reading] of readings.entries()) numbered.set(first + i, reading);
  }

  get size(): number {
    return [...this.#spools.values()].reduce((sum, numbered) => sum + numbered.size, 0);
  }

  bySensor(): Map<string, Reading[]> {
    const sensors = new Map<string, Reading[]>();
    for (const numbered of this.#spools.values()) {
      for (const number of [...numbered.keys()].sort((a, b) => a - b)) {
        const reading = numbered.get(number)!;
        const of = sensors.get(reading.sensor);
        if (of) of.push(reading);
        else sensors.set(reading.sensor, [reading]);
      }
    }
    return sensors;
  }

  async close(): Promise<void> {
    await this.#listener?.close();
  }
}
