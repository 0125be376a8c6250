import { ServerMqtt } from '@nestjs/microservices';
import type { MqttClient } from '../publish/mqtt-publisher.js';

/** What is used of the transport's client. */
interface Client {
  readonly connected: boolean;
  on(event: 'close' | 'error', run: () => void): void;
  on(event: 'packetreceive', run: (packet: { cmd: string; granted?: readonly number[] }) => void): void;
  unsubscribeAsync(filters: string[]): Promise<unknown>;
}

/** A broker that does not answer keeps nobody. */
const SILENCE_TIMEOUT_MS = 2000;
const LOSSES_WITHIN_MS = 60_000;
/** A subscription that the broker refused [MQTT-3.9.3-2]. */
const REFUSED = 0x80;

/** Nest's MQTT transport, which knows whether it hears, and can be told to hear nothing more. */
export class MqttTransport extends ServerMqtt {
  #granted = 0;
  /** When the subscription was lost, monotonic ms, those of the last minute. */
  #losses: number[] = [];

  /**
   * @param client of whoever publishes, not connected yet: it is connected here, and ended by its owner
   * @param onSubscribed called at each connect, when the broker has taken all subscriptions
   */
  constructor(
    private readonly client: MqttClient,
    private readonly onSubscribed: () => void,
  ) {
    super({ subscribeOptions: { qos: 1 } });
  }

  override async createMqttClient(): Promise<MqttClient> {
    return this.client;
  }

  /** Connects when everything listens: Nest waits for the first `connect`. */
  override start(callback: (error?: unknown, ...optionalParams: unknown[]) => void): void {
    super.start(callback);
    this.client.connect();
  }

  /** Its owner ends the client. */
  override close(): void {}

  /** What is published from now on reaches the handlers. */
  get isSubscribed(): boolean {
    return this.#granted > 0 && this.#granted >= this.messageHandlers.size;
  }

  /** How often the connection was lost within the last minute. */
  get recentLosses(): number {
    const now = performance.now();
    this.#losses = this.#losses.filter((at) => now - at < LOSSES_WITHIN_MS);
    return this.#losses.length;
  }

  /** After a reconnect mqtt.js subscribes again by itself, and tells nobody when that is done. */
  override bindEvents(client: Client): void {
    client.on('close', () => {
      if (this.#granted > 0) this.#losses.push(performance.now());
      this.#granted = 0;
    });
    client.on('packetreceive', ({ cmd, granted = [] }) => {
      if (cmd !== 'suback') return;
      this.#granted += granted.filter((qos) => qos !== REFUSED).length;
      if (this.isSubscribed) this.onSubscribed();
    });
    super.bindEvents(client);
  }

  /** Each attempt would be an error in the log, twice a second; that the broker is away the publisher tells, once. */
  override registerErrorListener(client: Client): void {
    client.on('error', () => {});
  }

  /** Resolves when no message comes any more. One that came after the client has said good-bye would be acknowledged on a stream that has ended: an error in the log. */
  async fallSilent(): Promise<void> {
    const client = this.mqttClient as Client | undefined;
    this.#granted = 0;
    if (!client?.connected) return;
    const silent = client.unsubscribeAsync([...this.messageHandlers.keys()]);
    await Promise.race([silent.catch(() => {}), new Promise((resolve) => setTimeout(resolve, SILENCE_TIMEOUT_MS).unref())]);
  }
}
