import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListenError, urlHost } from '@pulseboard/contract';

/** A part that can be looked at from outside. */
export interface Observed {
  metrics: { readonly contentType: string; text(): Promise<string> };
  /** Why it cannot do its work, a sentence; undefined when it can. */
  trouble(): string | undefined;
}

export interface MetricsServer {
  /** Of the metrics. */
  readonly url: string;
  close(): Promise<void>;
}

/** @param port 0 picks a free one */
export interface MetricsAddress {
  host: string;
  port: number;
  /** Name of the setting that the port came from. */
  setting: string;
}

/**
 * `/metrics` for Prometheus, and `/healthz` for whoever watches the process: 200 when it can do its work, else 503 with the reason.
 * @throws ListenError
 */
export async function serveMetrics({ host, port, setting }: MetricsAddress, { metrics, trouble }: Observed): Promise<MetricsServer> {
  const answer = async ({ url = '', method = '' }: IncomingMessage, response: ServerResponse) => {
    const say = (status: number, text: string, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers });
      response.end(text);
    };
    const path = url.split('?')[0];
    if (path !== '/metrics' && path !== '/healthz') return say(404, 'Here are /metrics and /healthz.\n');
    if (method !== 'GET' && method !== 'HEAD') return say(405, 'Only GET.\n', { allow: 'GET, HEAD' });
    if (path === '/metrics') return say(200, await metrics.text(), { 'content-type': metrics.contentType });
    const reason = trouble();
    return say(reason === undefined ? 200 : 503, `${reason ?? 'ok'}\n`);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new ListenError(error, host, port, setting)));
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${urlHost(host)}:${(server.address() as AddressInfo).port}/metrics`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
