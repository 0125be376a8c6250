import { cutSentence } from '@pulseboard/contract';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** PostgreSQL, in this process or on a server: the same SQL, the same migrations. Calls run one after the other, a transaction as one of them. */
export interface RegistryDatabase {
  readonly db: PgDatabase<PgQueryResultHKT>;
  /**
   * Runs those SQL files of a folder that have not run yet.
   * @param table where it is written down which have; absent: drizzle's own
   */
  migrate(folder: string, table?: string): Promise<void>;
  /** Of an embedded one: copies its folder as it stands at one moment; who asks it something waits meanwhile. */
  copyTo?(folder: string): Promise<void>;
  /** Whatever uses it ends with it. */
  close(): Promise<void>;
}

/**
 * What the database was asked failed: short enough for a log.
 * Drizzle's own message repeats what was asked: a whole flush, or who is a member.
 */
export const shortly = (error: unknown): string => {
  const { message } = ((error as Error).cause ?? error) as Error;
  return cutSentence(message.split('\n', 1)[0]!, 200);
};
