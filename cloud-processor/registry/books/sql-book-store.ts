import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { and, asc, count, desc, eq, gt, lt, or, type SQL, sql } from 'drizzle-orm';
import type { DeadLetter, DeadReason } from '../../ingest/dead-letter.js';
import type { SpoolRecord } from '../../ingest/spool-record.js';
import { type BookStore, BooksAwayError, type BooksWrite } from '../../storage/book-store.js';
import type { DeadLetterPlace, StoreState } from '../../storage/time-series-store.js';
import { type RegistryDatabase, shortly } from '../registry-database.js';
import { deadLetters, flushes, spools, states } from './schema.js';

/** Nothing else cleans up in an embedded PostgreSQL, and a server's own cleaning comes late: some MB of former flushes until then. */
const COMMITS_A_VACUUM = 128;
const VACUUM = 'VACUUM (SKIP_LOCKED) books_flushes, books_states, books_spools';

/** Books in the database of the registry, with tables and migrations of their own; how durable they are says who opens it. */
export class SqlBookStore implements BookStore {
  #commits = 0;

  private constructor(
    private readonly db: RegistryDatabase['db'],
    private readonly store: string,
  ) {}

  /**
   * Brings the tables up to date.
   * @param database whoever opened it closes it
   * @param store name of the store that these books are of
   */
  static async open(database: RegistryDatabase, store: string): Promise<SqlBookStore> {
    await database.migrate(migrationsFolder(), 'books_migrations');
    return new SqlBookStore(database.db, store);
  }

  async begin(): Promise<StoreState> {
    const { store } = this;
    // It counts only where the books have none yet.
    const id = randomBytes(8).toString('hex');
    return briefly(() =>
      this.db.transaction(async (tx) => {
        const [state] = await tx
          .insert(states)
          .values({ store, epoch: 1, id })
          .onConflictDoUpdate({ target: states.store, set: { epoch: sql`${states.epoch} + 1`, id: sql`coalesce(${states.id}, ${id})` } })
          .returning();
        const records = await tx.select().from(spools).where(eq(spools.store, store)).orderBy(asc(spools.spool));
        return { id: state!.id!, epoch: state!.epoch, watermarkAt: state!.watermarkAt ?? undefined, spools: records.map(recordOf) };
      }),
    );
  }

  async commit({ spools: records, deadLetters: letters, removedDeadLetters, watermarkAt, flush }: BooksWrite): Promise<void> {
    const { store } = this;
    const committed = sql`
      WITH flush AS (
        INSERT INTO ${flushes} (store, flush) VALUES (${store}, ${flush}) ON CONFLICT (store) DO UPDATE SET flush = excluded.flush
      ), state AS (
        INSERT INTO ${states} (store, epoch, watermark_at) VALUES (${store}, 0, ${watermarkAt})
        ON CONFLICT (store) DO UPDATE SET watermark_at = excluded.watermark_at
      ), letters AS (${insertLetters(store, letters)})
      INSERT INTO ${spools} (store, spool, gym, room, gateway, ranges, gone, closed, dead_lettered, told)
      SELECT ${store}, * FROM json_to_recordset(${JSON.stringify(records.map(rowOf))}::json)
        AS r(spool text, gym text, room text, gateway text, ranges text, gone text, closed boolean, dead_lettered bigint, told text)
      ON CONFLICT (store, spool) DO UPDATE SET gym = excluded.gym, room = excluded.room, gateway = excluded.gateway, ranges = excluded.ranges,
        gone = excluded.gone, closed = excluded.closed, dead_lettered = excluded.dead_lettered, told = excluded.told`;
    const removed = removedDeadLetters.map(({ spool, number }) => ({ spool, number }));
    // One statement is a transaction of its own, and takes a third of the time.
    if (removed.length === 0) await briefly(() => this.db.execute(committed));
    else
      await briefly(() =>
        this.db.transaction(async (tx) => {
          await tx.execute(sql`
          DELETE FROM ${deadLetters} USING json_to_recordset(${JSON.stringify(removed)}::json) AS r(spool text, number bigint)
          WHERE store = ${store} AND ${deadLetters.spool} = r.spool AND ${deadLetters.number} = r.number`);
          await tx.execute(committed);
        }),
      );
    if (++this.#commits % COMMITS_A_VACUUM === 0) await briefly(() => this.db.execute(VACUUM));
  }

  async unfinished(): Promise<string | undefined> {
    const [row] = await briefly(async () => this.db.select().from(flushes).where(eq(flushes.store, this.store)));
    return row?.flush;
  }

  async keep(flush: string): Promise<void> {
    const { store } = this;
    await briefly(async () =>
      this.db.insert(flushes).values({ store, flush }).onConflictDoUpdate({ target: flushes.store, set: { flush } }),
    );
  }

  async finish(refused: readonly DeadLetter[]): Promise<void> {
    const { store } = this;
    await briefly(() =>
      this.db.transaction(async (tx) => {
        await tx.delete(flushes).where(eq(flushes.store, store));
        await tx.execute(insertLetters(store, refused));
        const counts = new Map<string, number>();
        for (const { spool } of refused) counts.set(spool, (counts.get(spool) ?? 0) + 1);
        for (const [spool, letters] of counts)
          await tx
            .update(spools)
            .set({ deadLettered: sql`${spools.deadLettered} + ${letters}` })
            .where(and(eq(spools.store, store), eq(spools.spool, spool)));
      }),
    );
  }

  async note(): Promise<string | undefined> {
    const [row] = await briefly(async () => this.db.select({ note: states.note }).from(states).where(eq(states.store, this.store)));
    return row?.note ?? undefined;
  }

  async setNote(note: string | undefined): Promise<void> {
    const set = { note: note ?? null };
    await briefly(async () =>
      this.db
        .insert(states)
        .values({ store: this.store, epoch: 0, ...set })
        .onConflictDoUpdate({ target: states.store, set }),
    );
  }

  async deadLetters({ limit, after }: { limit: number; after?: DeadLetterPlace }): Promise<DeadLetter[]> {
    const rows = await briefly(async () =>
      this.db
        .select()
        .from(deadLetters)
        .where(and(eq(deadLetters.store, this.store), after && comesAfter(after)))
        .orderBy(desc(deadLetters.arrivedAt), asc(deadLetters.spool), asc(deadLetters.number))
        .limit(Math.floor(limit)),
    );
    return rows.map(({ store: _, detail, payload, ...letter }) => ({
      ...letter,
      detail: JSON.parse(detail),
      payload: JSON.parse(payload),
    }));
  }

  async deadLetterCounts(): Promise<Map<DeadReason, number>> {
    const rows = await briefly(async () =>
      this.db
        .select({ reason: deadLetters.reason, letters: count() })
        .from(deadLetters)
        .where(eq(deadLetters.store, this.store))
        .groupBy(deadLetters.reason)
        .orderBy(asc(deadLetters.reason)),
    );
    return new Map(rows.map(({ reason, letters }) => [reason, letters]));
  }

  async pruneDeadLetters(before: number): Promise<number> {
    const gone = await briefly(async () =>
      this.db
        .delete(deadLetters)
        .where(and(eq(deadLetters.store, this.store), lt(deadLetters.arrivedAt, Math.floor(before))))
        .returning({ number: deadLetters.number }),
    );
    return gone.length;
  }
}

/** @throws BooksAwayError */
async function briefly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new BooksAwayError(`the books of the store cannot be used: ${shortly(error)}`);
  }
}

/** One that is there already is the same one. */
function insertLetters(store: string, letters: readonly DeadLetter[]): SQL {
  const rows = letters.map(({ arrivedAt, detail, payload, ...letter }) => ({
    ...letter,
    arrived_at: arrivedAt,
    detail: JSON.stringify(detail),
    payload: JSON.stringify(payload),
  }));
  return sql`
    INSERT INTO ${deadLetters} (store, spool, number, gym, room, gateway, arrived_at, reason, detail, payload)
    SELECT ${store}, * FROM json_to_recordset(${JSON.stringify(rows)}::json)
      AS r(spool text, number bigint, gym text, room text, gateway text, arrived_at bigint, reason text, detail text, payload text)
    ON CONFLICT DO NOTHING`;
}

const comesAfter = ({ arrivedAt, spool, number }: DeadLetterPlace): SQL | undefined =>
  or(
    lt(deadLetters.arrivedAt, arrivedAt),
    and(
      eq(deadLetters.arrivedAt, arrivedAt),
      or(gt(deadLetters.spool, spool), and(eq(deadLetters.spool, spool), gt(deadLetters.number, number))),
    ),
  );

const rowOf = ({ ranges, gone, told, deadLettered, ...record }: SpoolRecord) => ({
  ...record,
  dead_lettered: deadLettered,
  ranges: JSON.stringify(ranges),
  gone: JSON.stringify(gone),
  told: told && JSON.stringify(told),
});

const recordOf = ({ store: _, ranges, gone, told, ...record }: typeof spools.$inferSelect): SpoolRecord => ({
  ...record,
  ranges: JSON.parse(ranges),
  gone: JSON.parse(gone),
  ...(told === null ? {} : { told: JSON.parse(told) }),
});

/** The SQL files stand beside the source; the compiled code is in another folder. */
function migrationsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, 'migrations');
  return existsSync(beside) ? beside : join(here, '..', '..', '..', 'registry', 'books', 'migrations');
}
