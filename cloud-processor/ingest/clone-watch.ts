import type { Id } from '@pulseboard/contract';

/** Something that a process of a gateway said. */
export interface Word {
  /** Id of the process (its boot), or of the spool that it writes. */
  speaker: string;
  room: Id;
  /** When it was said, UTC ms of the speaker's clock. */
  saidAt: number;
  /** When it arrived, monotonic ms. */
  arrivedMs: number;
}

/** Two machines speak with one id. */
export interface CloneSigns {
  /** Those that took turns in the last minute, sorted. */
  speakers: string[];
  /** Rooms that they spoke in, sorted. */
  rooms: Id[];
}

/** Turns are counted over this long; without one for as long, one of the two has fallen silent. */
const TURNS_WITHIN_MS = 60_000;
/** A restart with one late message gives two turns. */
const CLONED_AT_TURNS = 3;
/** Messages of one burst may overtake each other: that is one turn. */
const TURN_EVERY_MS = 300;
/** A message of a process that has ended may arrive this much later; after that an older time means a slow clock. */
const LATE_WITHIN_MS = 120_000;
const FORGET_AFTER_MS = 600_000;
const MOST_SPEAKERS = 16;
const NEVER = Number.NEGATIVE_INFINITY;

interface Speaker {
  room: Id;
  /** `saidAt` of its first word. */
  beganAt: number;
  /** Arrival of its first and of its last word. */
  firstMs: number;
  lastMs: number;
}

/**
 * Recognises a copied card: after a restart the former process never speaks again, so two that take turns are two machines.
 * A message of the former process that arrives late is older than the first word of its successor, and does not count. Pure.
 */
export class CloneWatch {
  readonly #speakers = new Map<string, Speaker>();
  #newest: string | undefined;
  #last: string | undefined;
  /** Until no turn was taken for a minute. */
  #isCloned = false;
  /** Arrivals of words that took a turn back, oldest first. */
  #turns: { ms: number; from: string; to: string }[] = [];

  hear({ speaker, room, saidAt, arrivedMs }: Word): void {
    const known = this.#speakers.get(speaker);
    const newest = this.#newest === undefined ? undefined : this.#speakers.get(this.#newest);
    if (known && newest && newest !== known && saidAt <= newest.beganAt && arrivedMs - newest.firstMs < LATE_WITHIN_MS) return;
    if (known) {
      this.#turn(speaker, arrivedMs);
      known.lastMs = arrivedMs;
      known.room = room;
    } else {
      this.#forget(arrivedMs);
      this.#speakers.set(speaker, { room, beganAt: saidAt, firstMs: arrivedMs, lastMs: arrivedMs });
      this.#newest = speaker;
    }
    this.#last = speaker;
  }

  /** @param nowMs monotonic; @returns undefined while one machine speaks */
  signs(nowMs: number): CloneSigns | undefined {
    this.#turns = this.#turns.filter(({ ms }) => nowMs - ms < TURNS_WITHIN_MS);
    if (this.#turns.length === 0) this.#isCloned = false;
    if (!this.#isCloned) return undefined;
    const speakers = [...new Set(this.#turns.flatMap(({ from, to }) => [from, to]))].sort();
    const rooms = [...new Set(speakers.flatMap((speaker) => this.#speakers.get(speaker)?.room ?? []))].sort();
    return { speakers, rooms };
  }

  /** One that was known spoke again: a turn when another one spoke in between. */
  #turn(speaker: string, ms: number): void {
    if (this.#last === undefined || this.#last === speaker || ms - (this.#turns.at(-1)?.ms ?? NEVER) < TURN_EVERY_MS) return;
    this.#turns.push({ ms, from: this.#last, to: speaker });
    this.#turns = this.#turns.filter((turn) => ms - turn.ms < TURNS_WITHIN_MS);
    this.#isCloned ||= this.#turns.length >= CLONED_AT_TURNS;
  }

  #forget(nowMs: number): void {
    for (const [speaker, { lastMs }] of this.#speakers)
      if (nowMs - lastMs > FORGET_AFTER_MS || this.#speakers.size >= MOST_SPEAKERS) this.#speakers.delete(speaker);
  }
}
