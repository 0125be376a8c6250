import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Versions that Debian does not have: an InfluxDB 1.6.7 answers in their words. */
export const STAND_INS = ['1.12.4', '2.7.12', '2.9.1'] as const;
export type StandInVersion = (typeof STAND_INS)[number];

/** Login and organisation of a server of version 2 in tests. */
export const TEST_TOKEN = 'token-of-the-tests';
const ORGANISATION = { id: '0a1b2c3d4e5f6071', name: 'pulseboard' };

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: `${JSON.stringify(body)}\n`,
});

/**
 * An HTTP proxy in front of a real InfluxDB 1.6.7 that gives the recorded answers of another version: login, unknown bucket, partial writes, retention,
 * diagnostics, metrics. What is stored, what a full disk tears and what each start cuts is the real server's.
 */
export class InfluxStandIn {
  /** Administrators may close `/metrics`: `--metrics-disabled`, a proxy, a cloud. */
  isMetricsOpen = true;
  readonly #buckets = new Set<string>();
  #startedAt = performance.now();

  private constructor(
    readonly version: StandInVersion,
    private readonly listener: Server,
    private readonly portOfServer: () => number,
  ) {}

  /** @param portOfServer port of the real server, asked for each request @param port where it listens; 0: a free one */
  static async open(version: StandInVersion, portOfServer: () => number, port = 0): Promise<InfluxStandIn> {
    const listener = createServer();
    const standIn = new InfluxStandIn(version, listener, portOfServer);
    listener.on('request', (incoming, outgoing) => void standIn.#serve(incoming, outgoing).catch(() => incoming.socket.resetAndDestroy()));
    // A client must not keep a connection for a later server on the same port.
    listener.maxRequestsPerSocket = 1;
    listener.listen(port, '127.0.0.1');
    await once(listener, 'listening');
    listener.unref();
    return standIn;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Answers of queries have a series more, without columns, and a column more, which nobody asked for. */
  isOdd = false;

  /** Lets time pass for its uptime. */
  elapse(ms: number): void {
    this.#startedAt -= ms;
  }

  /** The real server was started. */
  onServerStart(): void {
    this.#startedAt = performance.now();
  }

  async close(): Promise<void> {
    this.listener.closeAllConnections();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  get #isVersion2(): boolean {
    return this.version.startsWith('2');
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await textOf(incoming);
    const url = new URL(incoming.url ?? '/', 'http://influx');
    const answer = (await this.#own(incoming, url, body)) ?? this.#reworded(await this.#ask(incoming, url, body), url);
    outgoing.writeHead(answer.status, { ...answer.headers, 'x-influxdb-version': this.#isVersion2 ? `v${this.version}` : this.version });
    outgoing.end(answer.body);
  }

  /** What the real server behind cannot answer in the words of this version. */
  #own({ headers, method }: IncomingMessage, { pathname, searchParams }: URL, body: string): Answer | undefined | Promise<Answer> {
    if (pathname === '/metrics') return this.#metrics();
    if (!this.#isVersion2) return undefined;
    if (pathname === '/api/v2/setup') return json(201, { org: ORGANISATION, auth: { token: TEST_TOKEN } });
    const isAsked = ['/query', '/write', '/api/v2/buckets', '/api/v2/orgs'].includes(pathname);
    if (isAsked && headers.authorization !== `Token ${TEST_TOKEN}`) return json(401, { code: 'unauthorized', message: 'Unauthorized' });
    if (pathname === '/api/v2/orgs') return json(200, { orgs: [ORGANISATION] });
    if (pathname === '/api/v2/buckets' && method === 'POST') return this.#makeBucket(JSON.parse(body));
    const database = searchParams.get('db');
    if (database && !this.#buckets.has(database)) return json(404, { code: 'not found', message: 'no dbrp mapping found' });
    const statement = new URLSearchParams(body).get('q') ?? '';
    const [unknown] = /SHOW DIAGNOSTICS|CREATE DATABASE|DROP DATABASE|ALTER RETENTION POLICY/.exec(statement) ?? [];
    if (unknown) return json(200, { results: [{ statement_id: 0, error: `not implemented: ${unknown}` }] });
    return undefined;
  }

  #metrics(): Answer {
    if (!this.isMetricsOpen) return json(403, { code: 'forbidden', message: 'metrics disabled' });
    const uptimeS = (performance.now() - this.#startedAt) / 1000;
    const sample = this.#isVersion2
      ? `influxdb_uptime_seconds{id="0d6b3f21c0e5a000"} ${uptimeS.toFixed(2)}`
      : `process_start_time_seconds ${((performance.timeOrigin + this.#startedAt) / 1000).toExponential(11)}`;
    return {
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4' },
      body: `# TYPE go_goroutines gauge\ngo_goroutines 42\n${sample}\n`,
    };
  }

  async #makeBucket({ name, retentionRules = [] }: { name: string; retentionRules?: { everySeconds: number }[] }): Promise<Answer> {
    this.#buckets.add(name);
    const seconds = retentionRules[0]?.everySeconds ?? 0;
    const retention = seconds ? ` WITH DURATION ${seconds}s SHARD DURATION 1h NAME "autogen"` : '';
    const body = `q=${encodeURIComponent(`CREATE DATABASE "${name}"${retention}`)}`;
    await this.#forward('POST', '/query', { 'content-type': 'application/x-www-form-urlencoded' }, body);
    return json(201, { id: '0123456789abcdef', orgID: ORGANISATION.id, name, retentionRules });
  }

  #ask({ method = 'GET', headers }: IncomingMessage, url: URL, body: string): Promise<Answer> {
    const { authorization: _, 'content-length': __, 'accept-encoding': ___, ...kept } = headers;
    return this.#forward(method, `${url.pathname}${url.search}`, kept, body);
  }

  async #forward(method: string, path: string, headers: IncomingMessage['headers'], body: string): Promise<Answer> {
    const forwarded = request({ host: '127.0.0.1', port: this.portOfServer(), method, path, headers, agent: false });
    forwarded.end(body);
    const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
    const text = await textOf(answer);
    const { 'transfer-encoding': _, 'content-length': __, connection: ___, ...told } = answer.headers;
    return { status: answer.statusCode!, headers: told, body: text };
  }

  #reworded(answer: Answer, { pathname, searchParams }: URL): Answer {
    if (pathname === '/query') return this.#rewordedQuery(answer);
    if (pathname !== '/write' || answer.status < 400) return answer;
    const said = String((JSON.parse(answer.body) as { error: string }).error);
    const reason = withNewRetention(said, searchParams.get('db') ?? '');
    if (!this.#isVersion2) return json(answer.status, { error: reason });
    if (answer.status === 500)
      return json(500, { code: 'internal error', message: `unexpected error writing points to database: ${reason}` });
    if (!reason.startsWith('partial write')) return json(400, { code: 'invalid', message: reason });
    return json(422, { code: 'unprocessable entity', message: `failure writing points to database: ${reason}` });
  }

  #rewordedQuery(answer: Answer): Answer {
    // 1.12.4 has series without columns in its diagnostics, one of them before that of the system.
    const body = this.#isVersion2 ? answer.body : answer.body.replace('{"name":"build"', '{"name":"cq"},{"name":"build"');
    return { ...answer, body: this.isOdd ? oddly(body) : body };
  }
}

/** @param body an answer, or several of them, a line each */
function oddly(body: string): string {
  type Odd = { results?: { series?: { columns?: string[]; values?: unknown[][] }[] }[] };
  const lines = body.split('\n').filter(Boolean);
  return lines
    .map((line) => {
      const answer = JSON.parse(line) as Odd;
      for (const result of answer.results ?? []) {
        for (const { columns, values } of result.series ?? []) {
          columns?.push('added-later');
          for (const value of values ?? []) value.push('7');
        }
        result.series = [{}, ...(result.series ?? []), { columns: [] }];
      }
      return `${JSON.stringify(answer)}\n`;
    })
    .join('');
}

/** 1.6.7: `partial write: points beyond retention policy dropped=3`; newer ones of 1 and 2 say more. */
const withNewRetention = (said: string, database: string): string =>
  said.replace(
    /points beyond retention policy dropped=(\d+)/,
    (_, dropped) =>
      `dropped ${dropped} points outside retention policy of duration 1h0m0s - oldest point reading,gym=demo at 2026-01-31T18:00:00Z dropped because it violates a Retention Policy Lower Bound at 2026-12-01T02:00:00Z, newest point reading,gym=demo at 2026-01-31T18:00:01Z dropped because it violates a Retention Policy Lower Bound at 2026-12-01T02:00:00Z dropped=${dropped} for database: ${database} for retention policy: autogen`,
  );

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
