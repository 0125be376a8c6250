import { type AddressInfo, createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import { OneWay } from './one-way.js';
import type { Slowness } from './pacing.js';

/**
 * What the way between two sides is like: `open`; `held`: connections stay, nothing passes, new ones are taken and hear nothing, as when a cable is out;
 * `refused`: new connections are reset at once.
 */
export type Reach = 'open' | 'held' | 'refused';
export interface Weather extends Slowness {
  reach: Reach;
}
export type Side = 'client' | 'server';

interface Link {
  client: Socket;
  server: Socket | undefined;
  ways: OneWay[];
}

/** A TCP proxy that drops, delays, throttles and half-closes on demand. Whoever connects to it does not learn where the server is. */
export class TcpProxy {
  readonly #listener: Server;
  readonly #links = new Set<Link>();
  #weather: Weather = { reach: 'open' };
  #serverPort = 0;

  private constructor() {
    // One side may have ended while the other still speaks.
    this.#listener = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  static async open(): Promise<TcpProxy> {
    const proxy = new TcpProxy();
    await new Promise<void>((resolve, reject) => {
      proxy.#listener.once('error', reject);
      proxy.#listener.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#links.size;
  }

  /** Where new connections go, on this machine. */
  set serverPort(port: number) {
    this.#serverPort = port;
  }

  /** Holds for the connections there are, too; `refused` leaves them as they are: `resetAll` ends them. */
  set weather(weather: Weather) {
    this.#weather = weather;
    for (const link of this.#links) {
      if (weather.reach === 'open' && !link.server) this.#connect(link);
      for (const way of link.ways) way.change();
    }
  }

  /** Ends every connection on both sides, without a word. */
  resetAll(): void {
    for (const link of [...this.#links]) this.#end(link);
  }

  /** Tells one side of every connection that the other has ended, while the way back stays open. */
  halfCloseAll(side: Side): void {
    for (const { client, server } of this.#links) (side === 'client' ? client : server)?.end();
  }

  async close(): Promise<void> {
    this.resetAll();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.#weather.reach === 'refused') {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const link: Link = { client, server: undefined, ways: [] };
    this.#links.add(link);
    client.pause();
    this.#watch(client, link);
    if (this.#weather.reach === 'open') this.#connect(link);
  }

  #connect(link: Link): void {
    const server = openSocket({ port: this.#serverPort, host: '127.0.0.1', allowHalfOpen: true });
    link.server = server;
    this.#watch(server, link);
    const weather = () => this.#weather;
    link.ways = [new OneWay(link.client, server, weather), new OneWay(server, link.client, weather)];
  }

  #watch(socket: Socket, link: Link): void {
    socket.on('error', () => this.#end(link));
    socket.on('close', () => {
      // Both directions of this socket are done with; what is on the way to the other side still arrives.
      const other = socket === link.client ? link.server : link.client;
      if (!other || other.destroyed || link.ways.every((way) => way.isDone)) this.#end(link);
    });
  }

  #end(link: Link): void {
    if (!this.#links.delete(link)) return;
    for (const way of link.ways) way.stop();
    link.client.resetAndDestroy();
    link.server?.resetAndDestroy();
  }
}
