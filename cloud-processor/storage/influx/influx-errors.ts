import { cutText } from '@pulseboard/contract';

/** What came of a request, classed by what the caller does about it. Every message is a sentence for people, or the end of one. */

/** It cannot be used now: the store is away. */
export class InfluxAwayError extends Error {
  readonly code: string = 'INFLUX_AWAY';
}

/** It asks to be left alone for a while (429, 503). */
export class InfluxBusyError extends InfluxAwayError {
  override readonly code = 'INFLUX_BUSY';
  constructor(
    message: string,
    /** Undefined: it did not say. */
    readonly retryAfterMs: number | undefined,
  ) {
    super(message);
  }
}

/** Token or user are refused (401, 403): only a person can mend that. */
export class InfluxLoginError extends InfluxAwayError {
  override readonly code = 'INFLUX_LOGIN';
}

/** The database is not there (404). */
export class DatabaseMissingError extends InfluxAwayError {
  override readonly code = 'INFLUX_DATABASE_MISSING';
}

/** Some or all of the lines are refused (400, 422); the others may be stored. The message is the reason that it gave. */
export class LinesRefusedError extends Error {
  readonly code = 'INFLUX_LINES_REFUSED';
  constructor(
    message: string,
    /** How many of them are older than the database keeps; undefined: none, or it did not say. */
    readonly tooOld?: number,
    /** A limit of the database on series was reached: the name of its setting. Series that it knows are stored. */
    readonly limit?: string,
  ) {
    super(message);
  }
}

/** It does not answer such a question, or not like this. */
export class QueryRefusedError extends InfluxAwayError {
  override readonly code = 'INFLUX_QUERY_REFUSED';
}

/** It could not write its log (500): what it says until somebody starts it anew. */
export class LogBrokenError extends InfluxAwayError {
  override readonly code = 'INFLUX_LOG_BROKEN';
}

/** It could not open a shard while its disk was full, and does not try again before its next start (500). */
export class ShardClosedError extends InfluxAwayError {
  override readonly code = 'INFLUX_SHARD_CLOSED';
}

/** More than it takes in one request (413). */
export class RequestTooLargeError extends Error {
  readonly code = 'INFLUX_TOO_LARGE';
}

/** An answer that is no success. */
export interface FailedAnswer {
  status: number;
  /** The text of its body, as JSON where it is that. */
  body: string;
  retryAfter: string | undefined;
  /** `write` is of lines, `query` of InfluxQL. */
  of: 'write' | 'query';
}

/**
 * @param server for people: where it is
 * @param now UTC ms: Retry-After may be a date
 */
export function failureOf({ status, body, retryAfter, of }: FailedAnswer, server: string, now: number): Error {
  const whole = reasonIn(body);
  const reason = cutText(whole, MAX_REASON);
  const said = reason ? `${status}: ${reason}` : `${status}`;
  switch (status) {
    case 400:
    case 422:
      return of === 'write' ? refusalOf(reason || said, whole) : new QueryRefusedError(`${server} refuses a query (${said})`);
    case 401:
    case 403:
      return new InfluxLoginError(
        `${server} refuses the token or user (${said}); set PULSEBOARD_INFLUX_TOKEN, or PULSEBOARD_INFLUX_USER and PULSEBOARD_INFLUX_PASSWORD`,
      );
    case 404:
      return new DatabaseMissingError(`${server} has no such database (${said})`);
    case 413:
      return new RequestTooLargeError(`${server} takes no request of that size (${said})`);
    case 429:
    case 503:
      return new InfluxBusyError(`${server} is busy (${said})`, retryAfterMs(retryAfter, now));
    case 500:
      if (/opening shard previously failed/.test(reason))
        return new ShardClosedError(`${server} could not open a shard when its disk was full; make room, then restart InfluxDB (${said})`);
      if (of === 'write' && /no space left on device|error writing WAL/.test(reason))
        return new LogBrokenError(`${server} answers ${said}`);
      return new InfluxAwayError(`${server} answers ${said}`);
    default:
      return new InfluxAwayError(`${server} answers ${said}`);
  }
}

/** Of 1: `partial write: max-values-per-tag limit exceeded (100/100): measurement="reading" tag="sensor" value="…" dropped=1`. */
function refusalOf(reason: string, whole: string): LinesRefusedError {
  const [limit] = /max-(?:values-per-tag|series-per-database)/.exec(whole) ?? [];
  if (!limit) return new LinesRefusedError(reason, tooOldIn(whole));
  return new LinesRefusedError(
    `${reason}; raise ${limit} in the [data] section of its configuration, then start it again`,
    undefined,
    limit,
  );
}

/** An error that stands in an answer of status 200. */
export const failureIn = (reason: string, server: string): Error =>
  /^database not found/.test(reason)
    ? new DatabaseMissingError(`${server} has no such database (${reason})`)
    : new QueryRefusedError(`${server} refuses a query (${reason})`);

const MAX_REASON = 300;

/** 1 and 2 name it differently; a proxy in between answers with a page. */
function reasonIn(body: string): string {
  try {
    const { error, message } = JSON.parse(body) as { error?: unknown; message?: unknown };
    const reason = [message, error].find((each) => typeof each === 'string') as string | undefined;
    if (reason) return reason;
  } catch {
    // No JSON.
  }
  return body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Of 1: `partial write: points beyond retention policy dropped=3`. Of 2.7 and of newer ones of 1, in front of what may be longer than we keep:
 * `partial write: dropped 3 points outside retention policy of duration 24h0m0s - oldest point …, newest point … dropped=3 for database: …`.
 */
function tooOldIn(reason: string): number | undefined {
  if (!/(?:beyond|outside) retention policy/.test(reason)) return undefined;
  const [, dropped] = /dropped (\d+) points/.exec(reason) ?? /dropped=(\d+)/.exec(reason) ?? [];
  // They also count what is outside a window of their own.
  return Number(dropped) || undefined;
}

/** RFC 9110, 10.2.3: seconds, or a date. The client library takes the seconds for milliseconds. */
function retryAfterMs(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
