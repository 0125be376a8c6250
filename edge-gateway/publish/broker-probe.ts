import { randomUUID } from 'node:crypto';
import {
  brokerConnection,
  createParser,
  type GatewayParams,
  ProcessorStatus,
  type ReachError,
  reachCode,
  topics,
} from '@pulseboard/contract';
import { connect, type ErrorWithReasonCode, type MqttClient } from 'mqtt';

/** What came of connecting to a broker once. */
export type BrokerProbe =
  /** `clockAheadMs`: how far the processor's clock is ahead of this machine's, when it was heard; `deniedTopics`: filters that the broker does not let us have. */
  | { kind: 'connected'; deniedTopics: string[]; processor: 'online' | 'offline' | 'unheard'; clockAheadMs?: number }
  /** @see MQTT 3.1.1, 3.2.2.3 */
  | { kind: 'refused'; returnCode: number }
  /** `code`: of the operating system or of TLS. */
  | { kind: 'unreachable'; code: string };

const CONNECT_TIMEOUT_MS = 5000;
/** A processor tells its time every 3 s. */
const LISTEN_MS = 4000;
const SUBSCRIPTION_DENIED = 128;

const processorStatusParser = createParser(ProcessorStatus, 'processor status');

/**
 * Connects as a gateway would, under a name of its own so that no gateway is thrown out, and listens for a processor. Never rejects.
 * @param now UTC ms as this machine believes
 */
export async function probeBroker(
  brokerUrl: string,
  params: GatewayParams,
  { now = Date.now, listenMs = LISTEN_MS }: { now?: () => number; listenMs?: number } = {},
): Promise<BrokerProbe> {
  const client = connect({
    ...brokerConnection(brokerUrl),
    protocolVersion: 4,
    clientId: `pulseboard-doctor-${randomUUID().slice(0, 8)}`,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
  });
  try {
    const fault = await connected(client);
    if (fault) return fault;
    return await listen(client, params, now, listenMs);
  } finally {
    client.on('error', () => {});
    await client.endAsync(true);
  }
}

function connected(client: MqttClient): Promise<BrokerProbe | undefined> {
  return new Promise((resolve) => {
    client.once('connect', () => resolve(undefined));
    client.once('error', (error: ReachError) => {
      const code = reachCode(error);
      resolve(typeof code === 'number' ? { kind: 'refused', returnCode: code } : { kind: 'unreachable', code });
    });
    client.once('close', () => resolve({ kind: 'unreachable', code: 'closed' }));
  });
}

async function listen(client: MqttClient, params: GatewayParams, now: () => number, listenMs: number): Promise<BrokerProbe> {
  let processor: 'online' | 'offline' | 'unheard' = 'unheard';
  let clockAheadMs: number | undefined;
  const heard = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, listenMs);
    client.on('message', (topic, payload, { retain }) => {
      if (!topics.processorStatus.parse(topic)) return;
      const status = parsed(payload);
      if (!status || (processor === 'online' && status.status === 'offline')) return;
      processor = status.status;
      // A retained one is of some moment in the past, a replay has a time of its own, and a clock that is not set says nothing.
      if (retain || status.now === undefined || (status.clock !== undefined && status.clock !== 'synced')) return;
      clockAheadMs = status.now - now();
      clearTimeout(timer);
      resolve();
    });
  });
  const deniedTopics: string[] = [];
  // Some brokers hang up on who asks for what it must not have; then nothing more is answered.
  const gone = new Promise<true>((resolve) => client.once('close', () => resolve(true)));
  for (const filter of [topics.committed.build(params), topics.gatewayStatus.build(params), topics.processorStatus.filter])
    if (await Promise.race([isDenied(client, filter), gone, after(CONNECT_TIMEOUT_MS)])) deniedTopics.push(filter);
  if (!client.connected) return { kind: 'connected', deniedTopics, processor };
  await heard;
  return { kind: 'connected', deniedTopics, processor, ...(clockAheadMs === undefined ? {} : { clockAheadMs }) };
}

/** @returns true, later: what is not answered is not given */
const after = (ms: number): Promise<true> => new Promise((resolve) => setTimeout(resolve, ms, true).unref());

const isDenied = (client: MqttClient, filter: string): Promise<boolean> =>
  client.subscribeAsync(filter, { qos: 1 }).then(
    (granted) => granted.some(({ qos }) => (qos as number) === SUBSCRIPTION_DENIED),
    (error: ErrorWithReasonCode) => error instanceof Error,
  );

function parsed(payload: Buffer): ProcessorStatus | undefined {
  try {
    return processorStatusParser.parse(JSON.parse(payload.toString()));
  } catch {
    return undefined;
  }
}
