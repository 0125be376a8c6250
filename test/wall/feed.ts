import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { LiveMessage } from '@pulseboard/contract';
import { type WebSocket, WebSocketServer } from 'ws';
import { root } from '../harness/environment.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** As the processor sends it: what the policy forbids must not work here either. */
const POLICY = "default-src 'self'; connect-src 'self' ws: wss:";

export interface Feed {
  readonly url: string;
  /** What every page shows from now on, sent as it is; the last snapshot also greets a page that connects later. */
  send(message: LiveMessage): void;
  close(): Promise<void>;
}

/** The built page behind a real HTTP server, and a real WebSocket that says what a test wants to see: rooms of 80 people, straps in every state. */
export async function startFeed(): Promise<Feed> {
  const folder = join(root, 'leaderboard', 'dist');
  const sockets = new Set<WebSocket>();
  let last: LiveMessage | undefined;
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url!, 'http://page').pathname);
    const asked = join(folder, path);
    const file = extname(path) && existsSync(asked) ? asked : join(folder, 'index.html');
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY });
    createReadStream(file).pipe(response);
  });
  const live = new WebSocketServer({ server });
  live.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (last) socket.send(JSON.stringify(last));
  });
  // The page calls a server that is silent for 3 s lost.
  const heartbeat = setInterval(() => {
    if (last) for (const socket of sockets) socket.send(JSON.stringify({ type: 'delta', now: last.now, rows: [], gone: [] }));
  }, 1000);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    send: (message) => {
      if (message.type === 'snapshot') last = message;
      for (const socket of sockets) socket.send(JSON.stringify(message));
    },
    close: async () => {
      clearInterval(heartbeat);
      for (const socket of sockets) socket.terminate();
      await new Promise<void>((resolve) => live.close(() => resolve()));
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
