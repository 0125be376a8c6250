import { randomBytes } from 'node:crypto';
import {
  BrokerWatch,
  brokerConnection,
  type ClockState,
  type Id,
  isClockSet,
  leaveSharedClientId,
  messages,
  type ProcessorStatus,
  slowDownWhenRefused,
  type TopicName,
  topics,
} from '@pulseboard/contract';
import { connect, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import type { Publisher } from './publisher.js';

export interface MqttPublisherOptions {
  brokerUrl: string;
  processor: Id;
  version: string;
  /** Of now: it changes when the store was away. */
  epoch(): number;
  /** The same after each restart. */
  clientId: string;
  /** Of the clock now: gateways take their time from a processor whose clock is `synced` only. */
  clockState(): ClockState;
  /** The boot of this machine, hashed, when it has a name. */
  machineBoot?: string | undefined;
  log: Logger;
  /** Told that the broker is away, and that it is there again. */
  tell(sentence: string, isFault: boolean): void;
  onConnect(): void;
}

export type { MqttClient };

const RECONNECT_MS = 500;
const CLOSE_TIMEOUT_MS = 2000;

const clockOf = (clock: ClockState) => (clock === 'synced' ? {} : { clock });

/**
 * Publishes while connected; what is not connected is not queued: the next second repeats it.
 * It has the one connection of the processor: some brokers take the user name as the client id, and two connections would end each other. It is opened by the
 * transport, once that listens to it.
 */
export function createMqttPublisher({
  brokerUrl,
  processor,
  version,
  epoch,
  clientId,
  clockState,
  machineBoot,
  log,
  tell,
  onConnect,
}: MqttPublisherOptions): Publisher & { readonly client: MqttClient; readonly clientIdFault: string | undefined } {
  const statusTopic = topics.processorStatus.build({ processor });
  const status = (state: ProcessorStatus['status'], now?: number) =>
    JSON.stringify({
      status: state,
      version,
      epoch: epoch(),
      ...(now === undefined || !isClockSet(now) ? {} : { now, ...clockOf(clockState()) }),
      ...(machineBoot === undefined ? {} : { machineBoot }),
    } satisfies ProcessorStatus);
  const client = connect({
    ...brokerConnection(brokerUrl),
    protocolVersion: 4,
    clientId,
    clean: true,
    reconnectPeriod: RECONNECT_MS,
    manualConnect: true,
    will: { topic: statusTopic, payload: Buffer.from(status('offline')), qos: 1, retain: true },
  });
  const watch = new BrokerWatch(brokerUrl, tell);
  let isUp = false;
  client.on('connect', () => {
    isUp = true;
    watch.reached();
    onConnect();
  });
  slowDownWhenRefused(client, RECONNECT_MS);
  const clientIdFault = leaveSharedClientId(client, {
    monotonic: () => performance.now(),
    random: () => randomBytes(4).toString('hex'),
    report: (sentence) => tell(sentence, true),
  });
  client.on('error', (error) => watch.away(error));
  client.on('close', () => {
    if (isUp && !client.disconnecting) watch.away();
    isUp = false;
  });

  const send = (name: TopicName, topic: string, payload: string) => {
    const { qos, retained: retain } = messages[name];
    if (client.connected)
      client.publish(topic, payload, { qos, retain }, (error) => error && log.debug({ topic, err: error.message }, 'not published'));
  };
  const NOTHING = ''; // an empty retained message clears its topic [MQTT-3.3.1-10]
  return {
    client,
    get clientIdFault() {
      return clientIdFault();
    },
    get connected() {
      return client.connected;
    },
    member: (second) => send('member', topics.member.build(second), JSON.stringify(second)),
    clearMember: (gym, room, member) => send('member', topics.member.build({ gym, room, member }), NOTHING),
    sensor: (strap, second) => send('sensor', topics.sensor.build({ ...second, sensor: strap }), JSON.stringify(second)),
    clearSensor: (gym, room, sensor) => send('sensor', topics.sensor.build({ gym, room, sensor }), NOTHING),
    board: (board) => send('board', topics.board.build(board), JSON.stringify(board)),
    session: (session) => send('session', topics.session.build(session), JSON.stringify(session)),
    alert: (alert) => send('alerts', topics.alerts.build(alert), JSON.stringify(alert)),
    committed: (to, committed) => send('committed', topics.committed.build(to), JSON.stringify(committed)),
    alive: (now) => send('processorStatus', statusTopic, status('online', now)),
    async close() {
      if (client.connected) {
        const said = client.publishAsync(statusTopic, status('offline'), { qos: 1, retain: true });
        await Promise.race([said.catch(() => {}), new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref())]);
      }
      if (client.stream) await client.endAsync(true);
    },
  };
}
