import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** First byte of a SUBSCRIBE [MQTT-3.8.1-1]. */
const SUBSCRIBE = 0x82;

/** A way to a broker on which all passes but subscriptions, and what follows them on the same connection, until they are let go. */
export class SubscribeHold {
  #held: (() => void)[] = [];
  #isHolding = true;
  readonly #sockets = new Set<Socket>();
  readonly #listener = createServer((client) => this.#accept(client));

  private constructor(private readonly brokerPort: number) {}

  static async open(brokerPort: number): Promise<SubscribeHold> {
    const hold = new SubscribeHold(brokerPort);
    await new Promise<void>((resolve) => hold.#listener.listen(0, '127.0.0.1', resolve));
    return hold;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  /** Connections that wait for their subscriptions. */
  get held(): number {
    return this.#held.length;
  }

  letGo(): void {
    this.#isHolding = false;
    for (const resume of this.#held.splice(0)) resume();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  #accept(client: Socket): void {
    const server = connect(this.brokerPort, '127.0.0.1');
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => other.destroy());
    }
    server.pipe(client);
    // A client sends its CONNECT alone, and nothing more before its answer: a SUBSCRIBE begins a chunk.
    client.on('data', (chunk) => {
      if (!this.#isHolding || chunk[0] !== SUBSCRIBE) {
        server.write(chunk);
        return;
      }
      client.pause();
      this.#held.push(() => {
        server.write(chunk);
        client.resume();
      });
    });
  }
}
