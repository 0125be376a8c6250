import type { GatewayParams, ReadingBatchEnvelope } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { DeadLetter } from './dead-letter.js';
import type { Numbered } from './spool-books.js';

/** Readings that were taken, and those that are none. */
export interface Taken {
  readings: StoredReading[];
  deadLetters: DeadLetter[];
}

export const sizeOf = ({ readings, deadLetters }: Taken): number => readings.length + deadLetters.length;

/** A batch of what an outage held back: it is opened by the flush that takes it. */
export interface UnopenedBatch {
  from: GatewayParams;
  batch: ReadingBatchEnvelope;
}

/** What came from gateways and is not stored yet. */
export class WaitingReadings {
  #taken: Taken = { readings: [], deadLetters: [] };
  #unopened: UnopenedBatch[] = [];
  #unopenedReadings = 0;

  get size(): number {
    return sizeOf(this.#taken) + this.#unopenedReadings;
  }

  add({ readings, deadLetters }: Taken): void {
    for (const reading of readings) this.#taken.readings.push(reading);
    for (const letter of deadLetters) this.#taken.deadLetters.push(letter);
  }

  addUnopened(unopened: UnopenedBatch): void {
    this.#unopened.push(unopened);
    this.#unopenedReadings += unopened.batch.readings.length;
  }

  /**
   * Takes out at most `most` of what was taken from gateways.
   * @param isWaiting what is not any more goes, and is not handed out
   */
  take(most: number, isWaiting: (numbered: Numbered) => boolean): Taken {
    const deadLetters = this.#taken.deadLetters.splice(0, most);
    const readings = this.#taken.readings.splice(0, most - deadLetters.length);
    return { readings: readings.filter(isWaiting), deadLetters: deadLetters.filter(isWaiting) };
  }

  takeUnopened(): UnopenedBatch | undefined {
    const unopened = this.#unopened.shift();
    if (unopened) this.#unopenedReadings -= unopened.batch.readings.length;
    return unopened;
  }

  clear(): void {
    this.#taken = { readings: [], deadLetters: [] };
    this.#unopened = [];
    this.#unopenedReadings = 0;
  }
}
