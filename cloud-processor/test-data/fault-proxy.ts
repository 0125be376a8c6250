import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request on its way to InfluxDB. */
export interface ProxiedRequest {
  /** `write` is of lines, `delete` and `query` of InfluxQL. */
  kind: 'ping' | 'write' | 'delete' | 'query';
  /** The lines, or the statements. */
  text: string;
  headers: IncomingHttpHeaders;
}

/**
 * What becomes of it. `pass`; `reset`: the connection ends before InfluxDB gets it; `lose`: InfluxDB answers, and the answer is lost; `hold`: nothing
 * happens, for ever; or an answer that InfluxDB does not know of.
 */
export type Fate = 'pass' | 'reset' | 'lose' | 'hold' | { status: number; headers?: Record<string, string>; body?: string };

/** An HTTP proxy in front of a real InfluxDB that does to requests what it is told. */
export class FaultProxy {
  /** Asked for each request. */
  fateOf: (request: ProxiedRequest) => Fate = () => 'pass';
  /** Told instead of the real one. */
  version: string | undefined;
  /** Everything that came. */
  readonly seen: ProxiedRequest[] = [];

  private constructor(
    private readonly listener: Server,
    private readonly portOfServer: () => number,
  ) {}

  /** @param portOfServer of InfluxDB, asked for each request */
  static async open(portOfServer: () => number): Promise<FaultProxy> {
    const listener = createServer();
    const proxy = new FaultProxy(listener, portOfServer);
    listener.on('request', (incoming, outgoing) => void proxy.#serve(incoming, outgoing).catch(() => incoming.socket.resetAndDestroy()));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.listener.closeAllConnections();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const seen = requestOf(incoming, body.toString());
    this.seen.push(seen);
    const fate = this.fateOf(seen);
    if (fate === 'hold') return;
    if (fate === 'reset') incoming.socket.resetAndDestroy();
    else if (typeof fate === 'object') {
      outgoing.writeHead(fate.status, { 'content-type': 'application/json', ...fate.headers });
      outgoing.end(fate.body ?? JSON.stringify({ error: `answered by the proxy with ${fate.status}` }));
    } else await this.#forward(incoming, outgoing, body, fate);
  }

  async #forward(
    { method, url, headers, socket }: IncomingMessage,
    outgoing: ServerResponse,
    body: Buffer,
    fate: 'pass' | 'lose',
  ): Promise<void> {
    const forwarded = request({ host: '127.0.0.1', port: this.portOfServer(), method, path: url, headers, agent: false });
    forwarded.end(body);
    const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    if (fate === 'lose') {
      socket.resetAndDestroy();
      return;
    }
    const { 'transfer-encoding': _, connection: __, ...told } = answer.headers;
    outgoing.writeHead(answer.statusCode!, { ...told, ...(this.version ? { 'x-influxdb-version': this.version } : {}) });
    outgoing.end(Buffer.concat(chunks));
  }
}

function requestOf({ url = '', headers }: IncomingMessage, body: string): ProxiedRequest {
  if (url.startsWith('/write')) return { kind: 'write', text: body, headers };
  if (!url.startsWith('/query')) return { kind: 'ping', text: '', headers };
  const text = new URLSearchParams(body).get('q') ?? '';
  return { kind: text.includes('DELETE') ? 'delete' : 'query', text, headers };
}
