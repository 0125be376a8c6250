import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  BrokerWatch,
  brokerConnection,
  Committed,
  createParser,
  type GatewayParams,
  GatewayStatus,
  leaveSharedClientId,
  messages,
  ProcessorStatus,
  slowDownWhenRefused,
  type TopicName,
  topics,
  withoutPassword,
} from '@pulseboard/contract';
import { connect, type IClientOptions } from 'mqtt';
import type { Logger } from 'pino';
import type { Uplink, UplinkEvents } from './uplink.js';

export interface MqttUplinkOptions {
  brokerUrl: string;
  /** The same after each restart. */
  clientId: string;
  params: GatewayParams;
  /** Birth and will differ in `status` only. */
  status: Omit<GatewayStatus, 'status'>;
  events: UplinkEvents;
  log: Logger;
  /** Told that the broker is away, and that it is there again. */
  tell(sentence: string, isFault: boolean): void;
}

const committedParser = createParser(Committed, 'committed');
const gatewayStatusParser = createParser(GatewayStatus, 'gateway status');
const processorStatusParser = createParser(ProcessorStatus, 'processor status');
const RECONNECT_MS = 500;
const CLOSE_TIMEOUT_MS = 2000;

/**
 * mqtt.js resends its own store one packet a round trip and overwrites it at 65,535: nothing may be stored in it. The spool is what remembers.
 * @returns an outgoing store that holds nothing, and the ids of the packets that are on their way
 */
function nullStore(): { store: NonNullable<IClientOptions['outgoingStore']>; underWay: Set<number> } {
  const underWay = new Set<number>();
  const store = {
    put({ messageId }: { messageId: number }, done: () => void) {
      underWay.add(messageId);
      done();
      return store;
    },
    get(_packet: unknown, done: (error: Error) => void) {
      done(new Error('nothing is stored'));
      return store;
    },
    del({ messageId }: { messageId: number }, done: () => void) {
      underWay.delete(messageId);
      done();
      return store;
    },
    createStream: () => Readable.from([]),
    close: (done: () => void) => done(),
  };
  return { store: store as unknown as NonNullable<IClientOptions['outgoingStore']>, underWay };
}

/** Connects in the background and goes on trying for ever; the gateway's life does not depend on a broker. */
export function createMqttUplink({ brokerUrl, clientId, params, status, events, log, tell }: MqttUplinkOptions): Uplink {
  const statusTopic = topics.gatewayStatus.build(params);
  const statusPayload = (state: GatewayStatus['status']) => JSON.stringify({ status: state, ...status } satisfies GatewayStatus);
  const { store, underWay } = nullStore();
  const watch = new BrokerWatch(brokerUrl, tell);
  let ready = false;
  let isClosing = false;
  let onProcessorHears = () => {};
  const client = connect({
    ...brokerConnection(brokerUrl),
    protocolVersion: 4,
    clientId,
    clean: true,
    reconnectPeriod: RECONNECT_MS,
    queueQoSZero: false,
    outgoingStore: store,
    will: { topic: statusTopic, payload: Buffer.from(statusPayload('offline')), qos: 1, retain: true },
  });
  const committedTopic = topics.committed.build(params);
  const requestFilter = topics.gatewayRequest.filter.split('/').with(2, params.gym).with(3, params.room).with(5, params.gateway).join('/');

  const send = (name: TopicName, topic: string, payload: string) =>
    new Promise<void>((resolve, reject) => {
      const { qos, retained: retain } = messages[name];
      client.publish(topic, payload, { qos, retain }, (error) => (error ? reject(error) : resolve()));
    });
  const sendIfConnected = (name: TopicName, topic: string, payload: unknown) => {
    if (client.connected)
      send(name, topic, JSON.stringify(payload)).catch((error: Error) => log.debug({ topic, err: error.message }, 'not sent'));
  };

  const sayOnline = () => client.publish(statusTopic, statusPayload('online'), { qos: 1, retain: true });
  client.on('connect', () => {
    log.info({ broker: withoutPassword(brokerUrl) }, 'connected to the broker');
    watch.reached();
    sayOnline();
    // Ready once it hears what is committed: batches sent before would only go again.
    client.subscribe([committedTopic, requestFilter, topics.processorStatus.filter, statusTopic], { qos: 1 }, () => {
      ready = client.connected;
      if (ready) events.onConnect();
    });
  });
  slowDownWhenRefused(client, RECONNECT_MS);
  leaveSharedClientId(client, {
    monotonic: () => performance.now(),
    random: () => randomBytes(4).toString('hex'),
    report: (sentence) => tell(sentence, true),
  });
  client.on('error', (error) => watch.away(error));
  client.on('close', () => {
    if (ready) {
      events.onDisconnect();
      if (!isClosing) watch.away();
    }
    ready = false;
    log.debug('connection to the broker closed');
    // Without a store mqtt.js would wait for their acknowledgement for ever.
    for (const messageId of [...underWay]) client.removeOutgoingMessage(messageId);
    underWay.clear();
  });
  client.on('message', (topic, payload, { retain }) => {
    const request = topics.gatewayRequest.parse(topic);
    const processor = topics.processorStatus.parse(topic);
    try {
      const value: unknown = JSON.parse(payload.toString());
      if (topic === committedTopic) events.onCommitted(committedParser.parse(value));
      else if (topic === statusTopic) {
        // The will of a former connection may come late: the retained status must be that of this one.
        const { status: state } = gatewayStatusParser.parse(value);
        if (state === 'offline' && !isClosing && client.connected) sayOnline();
      } else if (processor) {
        // A retained one is of some moment in the past, a replay has a time of its own, and a clock that is not set says nothing.
        const { status: state, now, clock, machineBoot } = processorStatusParser.parse(value);
        if (retain) return;
        if (state === 'online') onProcessorHears();
        if (now !== undefined && (clock === undefined || clock === 'synced')) events.onProcessorNow(now, { ...processor, machineBoot });
      } else if (request) events.onRequest(request.action, value);
    } catch (error) {
      log.warn({ topic, err: (error as Error).message }, 'message refused');
    }
  });

  return {
    sendBatch: (payload) => send('readings', topics.readings.build(params), payload),
    onProcessorHears(run) {
      onProcessorHears = run;
    },
    sendHealth: (health) => sendIfConnected('gatewayHealth', topics.gatewayHealth.build(params), health),
    sendResponse: (action, response) => sendIfConnected('gatewayResponse', topics.gatewayResponse.build({ ...params, action }), response),
    async close() {
      isClosing = true;
      if (client.connected) {
        const said = send('gatewayStatus', statusTopic, statusPayload('offline'));
        await Promise.race([said.catch(() => {}), new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref())]);
      }
      await client.endAsync(true);
    },
  };
}
