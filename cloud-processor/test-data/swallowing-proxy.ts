import { once } from 'node:events';
import { type AddressInfo, createServer, connect as openSocket, type Server, type Socket } from 'node:net';

/** A way to a server on this machine that can be closed, and on which a connection can go silent for good, as when a cable is pulled: no end is told of it. */
export class SwallowingProxy {
  /** New connections are reset. */
  isClosed = false;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly listener: Server) {}

  static async open(serverPort: number): Promise<SwallowingProxy> {
    const listener = createServer();
    const proxy = new SwallowingProxy(listener);
    listener.on('connection', (client) => proxy.#accept(client, serverPort));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** The connections that there are pass nothing any more, for ever, and stay. New ones are as good as any. */
  swallow(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.removeAllListeners('end');
      socket.removeAllListeners('close');
      socket.resume();
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  #accept(client: Socket, serverPort: number): void {
    client.on('error', () => {});
    if (this.isClosed) {
      client.resetAndDestroy();
      return;
    }
    const server = openSocket({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true });
    server.on('error', () => {});
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('close', () => to.destroy());
    }
  }
}
