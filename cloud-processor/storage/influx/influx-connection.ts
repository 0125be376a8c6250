import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import { Breather } from '../../breather.js';
import { DatabaseMissingError, failureIn, failureOf, InfluxAwayError, InfluxLoginError, QueryRefusedError } from './influx-errors.js';

/** Where InfluxDB is, and who asks it. */
export interface InfluxLogin {
  /** http or https, with a path where a proxy wants one. */
  url: string;
  /** Of InfluxDB 2 it is the bucket. */
  database: string;
  /** Of InfluxDB 2 and 3. */
  token?: string | undefined;
  /** Of InfluxDB 1. */
  user?: string | undefined;
  password?: string | undefined;
}

/** A part of an answer: points of one series, or of all when they are not grouped. */
export interface Series {
  name?: string;
  tags?: Record<string, string>;
  /** The first of them is `time`, UTC ms. */
  columns: string[];
  values: unknown[][];
}

interface QueryAnswer {
  error?: string;
  results?: { statement_id?: number; error?: string; series?: Partial<Series>[] }[];
}

/** Points come in portions of this many, so that an answer is parsed bit by bit. */
const CHUNK_POINTS = 2000;

/**
 * The one place that knows the client library. Of that it takes the transport and its way to write lines; not its queue and not its retries, which drop
 * batches: one request, one promise. A request that takes too long is reset, with all others of this connection, so that nothing of it arrives later.
 */
export class InfluxConnection {
  readonly #agent: HttpAgent;
  readonly #influx: InfluxDB;
  readonly #server: string;
  readonly #database: string;

  constructor(
    { url, database, token, user, password }: InfluxLogin,
    private readonly timeoutMs: number,
  ) {
    const agentOptions = { keepAlive: true };
    this.#agent = url.startsWith('https:') ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
    this.#server = `InfluxDB at ${url}`;
    this.#database = encodeURIComponent(database);
    const basic = user === undefined ? undefined : `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
    const authorization = token === undefined ? basic : `Token ${token}`;
    this.#influx = new InfluxDB({
      url,
      // Its own timeout is one of silence, and leaves the socket open.
      timeout: 0,
      ...(authorization ? { headers: { authorization } } : {}),
      transportOptions: { agent: this.#agent },
    });
  }

  /** @returns the version that the server tells, as `1.6.7`; empty: it tells none */
  async ping(): Promise<string> {
    let version = '';
    await this.#inTime('write', () =>
      this.#influx.transport.request('/ping', '', { method: 'GET' }, (headers) => {
        version = String(headers['x-influxdb-version'] ?? '').replace(/^v/, '');
      }),
    );
    return version;
  }

  /** @returns the metrics of the server in the text format of Prometheus; undefined when it keeps them to itself @throws InfluxAwayError */
  async metrics(): Promise<string | undefined> {
    try {
      return await this.#inTime('query', () => textOf(this.#influx.transport.iterate('/metrics', '', { method: 'GET' })));
    } catch (error) {
      // 404, 401 and 403, or another refusal: somebody closed them.
      const isClosed = error instanceof DatabaseMissingError || error instanceof InfluxLoginError || error instanceof QueryRefusedError;
      if (isClosed) return undefined;
      throw error;
    }
  }

  /**
   * @param lines line protocol, times in nanoseconds
   * @throws InfluxAwayError, LinesRefusedError, RequestTooLargeError
   */
  async write(lines: readonly string[]): Promise<void> {
    const api = this.#influx.getWriteApi('', '', 'ns', {
      // One record is given to it, which is the whole batch; it is sent by `flush` and by nothing else.
      batchSize: 2,
      maxBatchBytes: Number.POSITIVE_INFINITY,
      flushInterval: 0,
      maxRetries: 0,
      gzipThreshold: Number.POSITIVE_INFINITY,
      // Else the library writes it to the console.
      writeFailed: (error) => Promise.reject(error),
    });
    api.path = `/write?db=${this.#database}&precision=ns`;
    api.writeRecord(lines.join('\n'));
    await this.#inTime('write', () => api.flush());
  }

  /**
   * @returns the series of each statement
   * @throws InfluxAwayError
   */
  async query(statements: readonly string[]): Promise<Series[][]> {
    const answers: Series[][] = statements.map(() => []);
    const take = (json: string) => {
      const { error, results = [] } = JSON.parse(json) as QueryAnswer;
      if (error !== undefined) throw failureIn(error, this.#server);
      for (const { statement_id = 0, error: fault, series = [] } of results) {
        if (fault !== undefined) throw failureIn(fault, this.#server);
        // `SHOW DIAGNOSTICS` of 1.12 has series without columns and rows: they say nothing.
        for (const { columns, values, ...each } of series)
          if (columns?.length && values) answers[statement_id]?.push({ ...each, columns, values });
      }
    };
    const path = `/query?db=${this.#database}&epoch=ms&chunked=true&chunk_size=${CHUNK_POINTS}`;
    const body = `q=${encodeURIComponent(statements.join(';'))}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await this.#inTime('query', async () => {
      const breather = new Breather();
      for await (const json of linesOf(this.#influx.transport.iterate(path, body, { method: 'POST', headers }))) {
        take(json);
        if (breather.isDue) await breather.breathe();
      }
    });
    return answers;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #inTime<T>(of: 'write' | 'query', request: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new InfluxAwayError(`${this.#server} did not answer within ${this.timeoutMs / 1000} s`));
        this.#resetAll();
      }, this.timeoutMs);
    });
    try {
      return await Promise.race([request(), late]);
    } catch (error) {
      throw this.#classed(error as Error, of);
    } finally {
      clearTimeout(timer);
    }
  }

  #classed(error: Error & { code?: string }, of: 'write' | 'query'): Error {
    if (!(error instanceof HttpError)) {
      const isOurs = String(error.code).startsWith('INFLUX_');
      return isOurs ? error : new InfluxAwayError(`${this.#server} cannot be reached (${error.message || error.code || error.name})`);
    }
    const { statusCode: status, body = '', headers } = error;
    const retryAfter = headers?.['retry-after'];
    return failureOf({ status, body, retryAfter: retryAfter === undefined ? undefined : String(retryAfter), of }, this.#server, Date.now());
  }

  /** With RST: the system lets go of what it has not sent yet, which a mere close would still deliver once the way is open again. */
  #resetAll(): void {
    for (const sockets of Object.values({ ...this.#agent.sockets }))
      for (const socket of [...(sockets as Socket[])]) {
        try {
          socket.resetAndDestroy();
        } catch {
          // Node resets no TLS socket.
          socket.destroy();
        }
      }
  }
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of pieces) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}

/** Each line of a text that comes in pieces. */
async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  for await (const piece of pieces) {
    const [first, ...more] = decoder.decode(piece, { stream: true }).split('\n');
    begun.push(first!);
    for (const next of more) {
      const line = begun.join('');
      if (line) yield line;
      begun = [next];
    }
  }
  const last = begun.join('') + decoder.decode();
  if (last.trim()) yield last;
}
