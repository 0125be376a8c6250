import type { Logger } from 'pino';
import type { BookStore } from '../book-store.js';
import { StoreUnsafeError } from '../time-series-store.js';
import type { InfluxDatabase } from './influx-database.js';
import { LogBrokenError } from './influx-errors.js';
import { isSameStart, type ServerStart } from './server-start.js';

/** What the books remember of a torn log. */
interface Torn {
  /** The start of the server that could not write its log; null: the server did not report it yet. */
  broken: ServerStart | null;
  /** The next start: the server has cut the log. */
  cut?: ServerStart;
}

export interface LogGuardOptions {
  database: Pick<InfluxDatabase, 'serverStart'>;
  books: Pick<BookStore, 'note' | 'setNote'>;
  log: Logger;
}

export const CONFIRM_COMMAND = 'npm run processor -- influx-restarted';

const TORN = 'the disk of InfluxDB was full and its log is torn; make room, then restart InfluxDB twice';
const CUT = 'InfluxDB has cut its torn log; restart it once more: it would lose whatever it took before that';
const UNKNOWN = `the disk of InfluxDB was full and its log is torn, and this InfluxDB does not report its starts; make room, restart InfluxDB twice, then confirm it: ${CONFIRM_COMMAND}`;

/** There is nothing to confirm. */
export class NothingToConfirmError extends Error {
  readonly code = 'NOTHING_TO_CONFIRM';
}

/**
 * Keeps the store from writing into a torn log.
 *
 * An InfluxDB (1 and 2) whose disk was full has a torn log. Its next start cuts the log at the tear, but goes on writing where the log ended before. What
 * it acknowledges then lies behind a gap, and the start after that loses it (measured on 1.6.7, 1.12.4, 2.7.12 and 2.9.1). So nothing is written until the
 * server was started twice. Where the server does not report its starts, a person confirms them.
 */
export class LogGuard {
  /** The log is torn, and the books may not know it yet. */
  #isUnsaved = false;
  /** When the tear was seen: its start must not be mistaken for a later one. */
  #brokenStart: ServerStart | undefined;
  #isKnownWhole = false;
  #working: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LogGuardOptions) {}

  /** Takes note of what a write failed with. Never throws: what cannot be saved now is saved before anything is written again. */
  async see(error: Error): Promise<void> {
    if (!(error instanceof LogBrokenError)) return;
    this.#isUnsaved = true;
    this.#brokenStart = undefined;
    this.#isKnownWhole = false;
    await this.#serially(() => this.#save()).catch(({ message }: Error) =>
      this.options.log.error({ err: message }, 'the log of InfluxDB is torn, which cannot be saved yet; retrying'),
    );
  }

  /** @throws StoreUnsafeError while InfluxDB would lose what it takes; what the books throw */
  demandWhole(): Promise<void> {
    return this.#serially(async () => {
      this.#isKnownWhole = false;
      await this.#save();
      await this.#demandTwoStarts();
      this.#isKnownWhole = !this.#isUnsaved;
    });
  }

  /** The same, but asks neither server nor books while no write of this process has failed. */
  async demandKnownWhole(): Promise<void> {
    if (!this.#isKnownWhole) await this.demandWhole();
  }

  /** Does what writes to InfluxDB, unless it would lose that. @throws what the work throws, and as `demandWhole` */
  async guarded<T>(work: () => Promise<T>): Promise<T> {
    await this.demandKnownWhole();
    return work().catch(async (error: Error) => {
      await this.see(error);
      throw error;
    });
  }

  /**
   * A person says that InfluxDB was restarted twice since its disk was full.
   * @throws NothingToConfirmError when the log is whole, or when the server reports its starts; what server and books throw
   */
  confirmRestarts(): Promise<void> {
    return this.#serially(async () => {
      await this.#save();
      const torn = await this.#torn();
      if (!torn) throw new NothingToConfirmError('The log of InfluxDB is not known to be torn; there is nothing to confirm.');
      if (progressOf(torn, await this.options.database.serverStart()).fault !== UNKNOWN)
        throw new NothingToConfirmError(
          'InfluxDB reports its starts itself, and was not restarted twice yet; make room, restart it twice and wait some seconds.',
        );
      await this.options.books.setNote(undefined);
      this.options.log.warn('a person confirmed that InfluxDB was restarted twice; writing continues');
    });
  }

  async #save(): Promise<void> {
    if (!this.#isUnsaved) return;
    const { database, books } = this.options;
    this.#brokenStart ??= await database.serverStart();
    const broken = this.#brokenStart ?? null;
    await books.setNote(JSON.stringify({ broken } satisfies Torn));
    this.#isUnsaved = false;
  }

  async #torn(): Promise<Torn | undefined> {
    const note = await this.options.books.note();
    return note === undefined ? undefined : (JSON.parse(note) as Torn);
  }

  async #demandTwoStarts(): Promise<void> {
    const { database, books } = this.options;
    const torn = await this.#torn();
    if (!torn) return;
    const now = await database.serverStart();
    const progress = progressOf(torn, now);
    if (progress.save !== torn) await books.setNote(progress.save && JSON.stringify(progress.save));
    if (progress.fault) throw new StoreUnsafeError(progress.fault);
  }

  /** One after the other: what one of them saves, the next one reads. */
  #serially(work: () => Promise<void>): Promise<void> {
    const run = this.#working.then(work);
    this.#working = run.catch(() => {});
    return run;
  }
}

/**
 * @param now undefined: the server does not report its starts
 * @returns why nothing may be written yet, and what the books are to remember
 */
function progressOf(torn: Torn, now: ServerStart | undefined): { fault?: string; save: Torn | undefined } {
  if (now === undefined) return { fault: UNKNOWN, save: torn };
  // It reports its starts only now: this one may still be the one that tore the log.
  if (torn.broken === null) return { fault: TORN, save: { broken: now } };
  const isBroken = isSameStart(torn.broken, now);
  if (isBroken) return { fault: TORN, save: torn };
  const isCut = torn.cut && isSameStart(torn.cut, now);
  if (isBroken === undefined || (torn.cut && isCut === undefined)) return { fault: UNKNOWN, save: torn };
  if (!torn.cut) return { fault: CUT, save: { ...torn, cut: now } };
  return isCut ? { fault: CUT, save: torn } : { save: undefined };
}
