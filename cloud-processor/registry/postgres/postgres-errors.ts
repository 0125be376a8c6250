import { DatabaseError } from 'pg';

/** It may come back by itself. The message is a short sentence without user and password: it goes into logs and health. */
export class PostgresAwayError extends Error {
  readonly code: string = 'POSTGRES_AWAY';
}

/** Waiting does not help: login, database or rights are wrong. The message says what. */
export class PostgresRefusedError extends Error {
  readonly code = 'POSTGRES_REFUSED';
}

/** Another processor has the database. The message says which. */
export class PostgresInUseError extends PostgresAwayError {
  override readonly code = 'POSTGRES_IN_USE';
}

/** Classes of SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const INVALID_LOGIN = /^28/;
const NO_SUCH_DATABASE = '3D000';
const NO_RIGHT = '42501';

/** Connection, login, server shut down or not up yet, no such database, too many connections, idle for too long. */
const ENDS_CONNECTION = /^(08|28|3D|57P|53300|25P0[34])/;

/**
 * An error that ends no connection: the statement was wrong, or could not be carried out. By its code, for a server that speaks another language translates
 * the severity; whatever else ends a connection, its end tells.
 */
export const isOfStatement = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code !== undefined && !ENDS_CONNECTION.test(error.code);

/**
 * What became of a connection.
 * @param place where PostgreSQL is, for people
 */
export function connectionFault(error: Error & { code?: string }, place: string): PostgresAwayError | PostgresRefusedError {
  if (error instanceof PostgresAwayError || error instanceof PostgresRefusedError) return error;
  const { code = '' } = error;
  if (error instanceof DatabaseError) {
    // Its own words name the user.
    if (INVALID_LOGIN.test(code)) return new PostgresRefusedError(`PostgreSQL at ${place} refuses the user or the password (${code})`);
    if (code === NO_SUCH_DATABASE) return new PostgresRefusedError(`PostgreSQL at ${place} has no such database; make it first`);
    if (code === NO_RIGHT) return new PostgresRefusedError(`PostgreSQL at ${place} lets this user not do what it must (${error.message})`);
    return new PostgresAwayError(`PostgreSQL at ${place} says: ${error.message}`);
  }
  // Node's own message of several addresses is empty.
  return new PostgresAwayError(`PostgreSQL at ${place} cannot be reached (${error.message || code || error.name})`);
}
