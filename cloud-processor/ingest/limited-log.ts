import type { Logger } from 'pino';

/** A line for each fault of this kind that came within this time would fill a disk. */
const EVERY_MS = 10_000;
const MAX_KINDS = 1000;

/** Warns of faults that whoever sends messages can cause at any rate: the first of each kind at once, then at most one line in 10 s that counts the others. */
export class LimitedLog {
  readonly #kinds = new Map<string, { loggedAt: number; unlogged: number }>();

  /** @param monotonic ms that never go back */
  constructor(
    private readonly log: Pick<Logger, 'warn'>,
    private readonly monotonic: () => number,
  ) {}

  /**
   * @param kind faults of one kind share their lines
   * @param fields of this fault; `more` is added: how many of its kind were not logged
   */
  warn(kind: string, fields: object, sentence: string): void {
    const now = this.monotonic();
    const known = this.#kinds.get(kind);
    if (known && now - known.loggedAt < EVERY_MS) {
      known.unlogged++;
      return;
    }
    this.log.warn(known?.unlogged ? { ...fields, more: known.unlogged } : fields, sentence);
    this.#kinds.delete(kind);
    if (this.#kinds.size >= MAX_KINDS) this.#kinds.delete(this.#kinds.keys().next().value!);
    this.#kinds.set(kind, { loggedAt: now, unlogged: 0 });
  }
}
