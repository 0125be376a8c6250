import type { Id } from '@pulseboard/contract';
import type { Refusal } from './sensor-gate.js';

/** The setting that leaves a strap out. A rotating address is left out by itself, and mostly is no strap. */
const SETTING_OF: Readonly<Record<Exclude<Refusal, 'rotating'>, string>> = {
  denied: 'PULSEBOARD_DENY_SENSORS',
  unlisted: 'PULSEBOARD_ALLOW_SENSORS',
  weak: 'PULSEBOARD_MIN_RSSI_DBM',
};
/** Straps are heard four times a second: by then everybody in the room was. */
const LISTEN_MS = 10_000;
/** Straps that pass by must not fill the memory. */
const MOST_COUNTED = 1000;

/** How many straps were heard, how many of them the rules leave out, and by which settings. Time is the events' own. */
export class LeftOut {
  readonly #refusals = new Map<Id, string | undefined>();
  #firstAt: number | undefined;
  #isTold = false;

  /** @param refused why it is left out; undefined when it is taken */
  note(sensor: Id, at: number, refused: Refusal | undefined): void {
    if (refused === 'rotating') return;
    this.#firstAt ??= at;
    if (this.#refusals.size < MOST_COUNTED || this.#refusals.has(sensor))
      this.#refusals.set(sensor, refused === undefined ? undefined : SETTING_OF[refused]);
  }

  get heard(): number {
    return this.#refusals.size;
  }

  get leftOut(): number {
    return this.#reasons().length;
  }

  /** `14 straps heard, 14 left out by PULSEBOARD_ALLOW_SENSORS` */
  summary(): string {
    const settings = [...new Set(this.#reasons())].sort();
    return `${this.heard} ${this.heard === 1 ? 'strap' : 'straps'} heard, ${this.leftOut} left out${settings.length ? ` by ${settings.join(' and ')}` : ''}`;
  }

  /** Once, when for a while nobody who is heard is taken: a mistake in a list takes everybody away. @returns a sentence for people */
  news(at: number): string | undefined {
    if (this.#isTold || this.#firstAt === undefined || at - this.#firstAt < LISTEN_MS) return undefined;
    this.#isTold = true;
    return this.leftOut === this.heard ? `Nobody is taken: ${this.summary()}. npm run gateway -- scan shows them.` : undefined;
  }

  #reasons(): string[] {
    return [...this.#refusals.values()].filter((setting) => setting !== undefined);
  }
}
