import type { Reading } from '@pulseboard/contract';

const REPEAT_MS = 1000;

/** The rule of when a foot pod (SDM) makes a reading. */
export class FootPod {
  #toldAt: number | undefined;
  #toldSteps: number | undefined;
  #cadenceSpm: number | undefined;

  constructor(private readonly sensor: string) {}

  /** @param page its 8 bytes @param at UTC ms */
  hear(page: Buffer, at: number, rssiDbm: number | undefined): Reading | undefined {
    const fraction = (page[4]! >> 4) / 16;
    if (page[0] === 2) this.#cadenceSpm = (page[3]! + fraction) * 2;
    const steps = page[0] === 1 ? page[6]! * 2 : undefined;

    const isDue = this.#toldAt === undefined || at - this.#toldAt >= REPEAT_MS;
    const hasMoved = steps !== undefined && steps !== this.#toldSteps;
    if (!(isDue || hasMoved) || (steps === undefined && this.#cadenceSpm === undefined)) return undefined;
    this.#toldAt = at;
    if (steps !== undefined) this.#toldSteps = steps;
    const reading: Reading = {
      sensor: this.sensor,
      at,
      ...(steps === undefined ? {} : { steps, distanceM: page[3]! + fraction }),
      ...(this.#cadenceSpm === undefined ? {} : { cadenceSpm: this.#cadenceSpm }),
      ...(rssiDbm === undefined ? {} : { rssiDbm }),
    };
    this.#cadenceSpm = undefined;
    return reading;
  }
}
