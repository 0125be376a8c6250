import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';

export interface Heard {
  topic: string;
  payload: Buffer;
  qos: number;
  retained: boolean;
}

/** An MQTT 3.1.1 client that keeps, or hands over, all that it hears. */
export class Listener {
  readonly heard: Heard[] = [];

  private constructor(
    readonly client: MqttClient,
    filters: readonly string[],
    onHeard: ((heard: Heard) => void) | undefined,
  ) {
    client.on('message', (topic, payload, { qos, retain }) => {
      const heard = { topic, payload, qos, retained: retain };
      if (onHeard) onHeard(heard);
      else this.heard.push(heard);
    });
    this.subscribed = filters.length > 0 ? client.subscribeAsync([...filters], { qos: 1 }) : Promise.resolve();
  }

  private readonly subscribed: Promise<unknown>;

  /** Resolves when all filters are subscribed. */
  static async open(mqttUrl: string, filters: readonly string[], onHeard?: (heard: Heard) => void): Promise<Listener> {
    const options: IClientOptions = { protocolVersion: 4, clean: true, reconnectPeriod: 0 };
    const listener = new Listener(await connectAsync(mqttUrl, options), filters, onHeard);
    await listener.subscribed;
    return listener;
  }

  async publish(topic: string, payload: string | Buffer): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1 });
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}

/** The payload as JSON. */
export const json = <T>({ payload }: Pick<Heard, 'payload'>): T => JSON.parse(payload.toString()) as T;
