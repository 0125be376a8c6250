import type { Logger } from 'pino';
import type { BookStore } from '../book-store.js';
import type { InfluxDatabase } from './influx-database.js';
import { InfluxAwayError, LogBrokenError } from './influx-errors.js';

/** Starts of the server, as `InfluxDatabase.instance` tells them. */
interface Broken {
  /** It could not write its log. */
  broken: string;
  /** The next one: it has cut the log. */
  cut?: string;
}

export interface LogGuardOptions {
  database: Pick<InfluxDatabase, 'instance'>;
  books: Pick<BookStore, 'note' | 'setNote'>;
  log: Logger;
}

/**
 * InfluxDB 1 whose disk was full has a torn log. At its next start it cuts the log where it is torn, but goes on writing where it ended before; what it takes
 * then is after a gap, and gone when it is started once more (measured on 1.6.7). So it is given nothing until it was started twice.
 */
export class LogGuard {
  /** What the books may not know yet; without a start until InfluxDB tells it. */
  #unsaved: { broken?: string | undefined } | undefined;
  #isKnownWhole = false;
  #working: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LogGuardOptions) {}

  /** To be called with what a write failed with. Never throws: what cannot be noted now is noted before anything is written again. */
  async see(error: Error): Promise<void> {
    if (!(error instanceof LogBrokenError)) return;
    this.#unsaved = {};
    this.#isKnownWhole = false;
    await this.#serially(() => this.#save()).catch(({ message }: Error) =>
      this.options.log.error({ err: message }, 'the log of InfluxDB is torn, which cannot be noted yet; it is tried again'),
    );
  }

  /** @throws InfluxAwayError while it would lose what it takes; what the books throw */
  demandWhole(): Promise<void> {
    return this.#serially(async () => {
      this.#isKnownWhole = false;
      await this.#save();
      await this.#demandTwoStarts();
      this.#isKnownWhole = this.#unsaved === undefined;
    });
  }

  /** The same, but asks nobody while no write of this process has failed. */
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

  async #save(): Promise<void> {
    const unsaved = this.#unsaved;
    if (unsaved === undefined) return;
    const { database, books, log } = this.options;
    unsaved.broken ??= await database.instance();
    if (unsaved.broken === undefined)
      log.error('InfluxDB could not write its log: make room, then start it twice, or it may lose what it takes in between');
    else await books.setNote(JSON.stringify({ broken: unsaved.broken } satisfies Broken));
    if (this.#unsaved === unsaved) this.#unsaved = undefined;
  }

  async #demandTwoStarts(): Promise<void> {
    const { database, books } = this.options;
    const note = await books.note();
    if (note === undefined) return;
    const { broken, cut } = JSON.parse(note) as Broken;
    const now = await database.instance();
    if (now === broken)
      throw new InfluxAwayError('the disk of InfluxDB was full and its log is torn; make room, then start InfluxDB anew, twice');
    if (now !== undefined && (cut === undefined || now === cut)) {
      await books.setNote(JSON.stringify({ broken, cut: now } satisfies Broken));
      throw new InfluxAwayError('InfluxDB has cut its torn log; start it once more: what it takes before that, it would lose then');
    }
    await books.setNote(undefined);
  }

  /** What one of them notes, the next one reads. */
  #serially(work: () => Promise<void>): Promise<void> {
    const run = this.#working.then(work);
    this.#working = run.catch(() => {});
    return run;
  }
}
