import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { ListenError, urlHost } from '@pulseboard/contract';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import type { Logger } from 'pino';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { connectFault } from './connect-faults.js';
import { limitPackets, MAX_PACKET_BYTES } from './packet-limits.js';
import { cutIfStalled, DRAIN_TIMEOUT_MS, MAX_WAITING_BYTES } from './stalled-subscribers.js';
import { filterFault, MAX_TOPIC_LEVELS, topicFault } from './topic-faults.js';

export interface BrokerOptions {
  host: string;
  /** 0 picks a free one. */
  mqttPort: number;
  mqttWsPort: number;
  log: Logger;
}

/** Since the start, but for `clients`, which are those of now. */
export interface BrokerCounts {
  clients: number;
  connections: Record<'tcp' | 'websocket', number>;
  /** Published by clients. */
  messages: number;
  payloadBytes: number;
  refusedSubscriptions: number;
  /** Subscribers that were cut off because they did not read. */
  stalledSubscribers: number;
  clientErrors: number;
}

export interface Broker {
  readonly mqttUrl: string;
  readonly mqttWsUrl: string;
  counts(): BrokerCounts;
  /** Takes connections on both ports. */
  readonly isListening: boolean;
  close(): Promise<void>;
}

/** A frame of MQTT over WebSocket may hold a packet of the largest size and some small ones. */
const MAX_WS_PAYLOAD_BYTES = 2 * MAX_PACKET_BYTES;
/** A connection that does not send its whole CONNECT within this time is closed. */
const CONNECT_TIMEOUT_MS = 5000;
/**
 * No limit on messages that are delivered at the same time. With a limit of n, n writes to clients that do not read hold up everybody, and the queue that
 * grows meanwhile is worked off recursively, which ends the process (mqemitter#204).
 */
const UNLIMITED = 0;
/** MQTT's answer to a subscription that is refused [MQTT-3.9.3]. */
const SHARED_SUBSCRIPTION = '$share/';

/**
 * An MQTT 3.1.1 broker on TCP and WebSocket. Messages are in memory only: nothing correct hangs on what a broker remembers.
 * @throws ListenError when a port cannot be had
 */
export async function createBroker({ host, mqttPort, mqttWsPort, log }: BrokerOptions): Promise<Broker> {
  const aedes = await Aedes.createBroker({
    drainTimeout: DRAIN_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    concurrency: UNLIMITED,
    maxTopicLevels: MAX_TOPIC_LEVELS,
  });
  keepWillsOfConnectedClients(aedes);
  // aedes declares no such event, but emits it; one that nobody hears would end the process.
  (aedes as NodeJS.EventEmitter).on('error', (error: Error) =>
    log.error({ err: error.message }, 'the broker reports a fault; it continues'),
  );
  const connections = { tcp: 0, websocket: 0 };
  const counts = { messages: 0, payloadBytes: 0, refusedSubscriptions: 0, stalledSubscribers: 0, clientErrors: 0 };
  /** The WebSocket behind a client's stream. */
  const webSockets = new WeakMap<object, WebSocket>();
  const withoutId = new WeakSet<Client>();
  aedes.preConnect = (client, packet, done) => {
    const fault = connectFault(packet);
    if (fault?.isIdRejected) withoutId.add(client);
    else if (fault) return done(new Error(fault.reason), false);
    done(null, true);
  };
  aedes.authenticate = (client, _user, _password, done) => {
    if (withoutId.has(client)) done(Object.assign(new Error('identifier rejected'), { returnCode: 2 }) as AuthenticateError, false);
    else done(null, true);
  };
  aedes.authorizePublish = (_client, { topic }, done) => {
    const fault = topicFault(topic);
    done(fault === undefined ? null : new Error(`nothing can be published on ${JSON.stringify(topic)}: ${fault}`));
  };
  aedes.authorizeForward = (client, packet) => {
    const connection = client.conn;
    const wasCut = connection.destroyed;
    if (!cutIfStalled(connection, webSockets.get(connection)?.bufferedAmount ?? 0)) return packet;
    if (!wasCut) counts.stalledSubscribers++;
    return null;
  };
  aedes.authorizeSubscribe = (client, subscription, done) => {
    const fault = filterFault(subscription.topic);
    if (fault !== undefined) return done(new Error(`nothing can be subscribed to as ${JSON.stringify(subscription.topic)}: ${fault}`));
    // aedes would grant a shared subscription and deliver nothing.
    if (subscription.topic.startsWith(SHARED_SUBSCRIPTION)) {
      counts.refusedSubscriptions++;
      log.warn({ client: client.id, topic: subscription.topic }, 'shared subscriptions are not supported');
      done(null, null);
    } else done(null, subscription);
  };
  aedes.on('client', (client) => log.debug({ client: client.id }, 'client connected'));
  aedes.on('clientDisconnect', (client) => log.debug({ client: client.id }, 'client gone'));
  aedes.on('clientError', (client, error) => {
    counts.clientErrors++;
    log.warn({ client: client.id, err: error.message }, 'client error');
  });
  aedes.on('connectionError', (_client, error) => {
    counts.clientErrors++;
    log.warn({ err: error.message }, 'connection refused');
  });
  aedes.on('publish', ({ payload }, client) => {
    if (!client) return; // the broker's own
    counts.messages++;
    counts.payloadBytes += Buffer.byteLength(payload);
  });

  const open = new Set<Socket>();
  const remember = (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  };
  const tcp = createServer({ highWaterMark: MAX_WAITING_BYTES }, (socket) => {
    socket.setNoDelay(true);
    connections.tcp++;
    limitPackets(aedes.handle(socket));
  });
  const http = createHttpServer((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('This port of Pulseboard speaks MQTT over WebSocket.\n');
  });
  tcp.on('connection', remember);
  http.on('connection', remember);
  const sockets = new WebSocketServer({
    server: http,
    maxPayload: MAX_WS_PAYLOAD_BYTES,
    verifyClient: ({ req }: { req: IncomingMessage }) => isFromHere(req),
  });
  sockets.on('connection', (socket, request) => {
    connections.websocket++;
    const stream = createWebSocketStream(socket, { writableHighWaterMark: MAX_WAITING_BYTES });
    webSockets.set(stream, socket);
    stream.on('error', (error) => log.debug({ err: error.message }, 'WebSocket client gone'));
    limitPackets(aedes.handle(stream, request));
  });
  sockets.on('error', () => {}); // told by listen(), which hears the same error from the HTTP server

  try {
    await listen(tcp, host, mqttPort, 'PULSEBOARD_MQTT_PORT');
    await listen(http, host, mqttWsPort, 'PULSEBOARD_MQTT_WS_PORT');
  } catch (error) {
    tcp.close();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    throw error;
  }
  const port = (server: Server) => (server.address() as AddressInfo).port;
  return {
    mqttUrl: `mqtt://${urlHost(host)}:${port(tcp)}`,
    mqttWsUrl: `ws://${urlHost(host)}:${port(http)}`,
    counts: () => ({ clients: aedes.connectedClients, connections: { ...connections }, ...counts }),
    get isListening() {
      return tcp.listening && http.listening;
    },
    async close() {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      // Also those that never said who they are: aedes does not know them.
      for (const socket of open) socket.destroy();
      await Promise.all([tcp, http].map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    },
  };
}

/**
 * aedes looks for the wills of other brokers in its cluster that died, and compares heartbeats by the wall clock. After a step of that clock, or a suspend, by more
 * than three minutes it takes itself for dead and publishes the wills of connected clients. This broker has no cluster. The will of a client that vanishes is
 * published when its connection ends, which does not use this list.
 */
function keepWillsOfConnectedClients(aedes: Aedes): void {
  const { persistence } = aedes as unknown as { persistence: { streamWill(): Readable } };
  persistence.streamWill = () => Readable.from([]);
}

/**
 * A page of another site may not speak through a browser on this machine: there is no login yet that would stop it.
 * Programs send no origin; our own page, and one that is opened from a development server, come from this host.
 */
function isFromHere({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true;
  const nameOf = (url: string) => (URL.canParse(url) ? new URL(url).hostname : undefined);
  return nameOf(headers.origin) !== undefined && nameOf(headers.origin) === nameOf(`http://${headers.host}`);
}

function listen(server: Server, host: string, port: number, setting: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new ListenError(error, host, port, setting)));
    server.listen(port, host, () => resolve());
  });
}
