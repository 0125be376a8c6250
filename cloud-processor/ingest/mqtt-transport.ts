import { ServerMqtt } from '@nestjs/microservices';

/** What is used of the transport's client. */
interface Client {
  readonly connected: boolean;
  unsubscribeAsync(filters: string[]): Promise<unknown>;
}

/** A broker that does not answer keeps nobody. */
const SILENCE_TIMEOUT_MS = 2000;

/** Nest's MQTT transport, which can be told to hear nothing more. */
export class MqttTransport extends ServerMqtt {
  /** Resolves when no message comes any more. One that came after the client has said good-bye would be acknowledged on a stream that has ended: an error in the log. */
  async fallSilent(): Promise<void> {
    const client = this.mqttClient as Client | undefined;
    if (!client?.connected) return;
    const silent = client.unsubscribeAsync([...this.messageHandlers.keys()]);
    await Promise.race([silent.catch(() => {}), new Promise((resolve) => setTimeout(resolve, SILENCE_TIMEOUT_MS).unref())]);
  }
}
