import type { ReceiverState } from './radio/radio-source.js';

/** Told of an antenna: that it works, or why it does not. */
export type TellRadio = (sentence: string, isFault: boolean) => void;

/** What is plugged in is found within this; only then something counts as missing. */
const FOUND_WITHIN_MS = 3000;

/** Tells people what became of each receiver, once; whether anybody is in the room is no news. */
export class RadioWatch {
  readonly #told = new Map<string, string>();
  #beganMs: number | undefined;

  constructor(private readonly tell: TellRadio) {}

  /** @param nowMs monotonic */
  look(receivers: readonly ReceiverState[], nowMs: number): void {
    this.#beganMs ??= nowMs;
    const isEarly = nowMs - this.#beganMs < FOUND_WITHIN_MS;
    for (const { radio, state, fault } of receivers) {
      const works = state === 'receiving' || state === 'searching';
      if (!works && isEarly) continue;
      const sentence = works ? `${radio} listens` : `${radio} is ${state}${fault === undefined ? '' : `: ${fault}`}`;
      if (this.#told.get(radio) === sentence) continue;
      this.#told.set(radio, sentence);
      this.tell(sentence, !works);
    }
    const listed = new Set(receivers.map(({ radio }) => radio));
    for (const radio of this.#told.keys()) if (!listed.has(radio)) this.#told.delete(radio);
  }
}
