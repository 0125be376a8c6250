import { textFault, topicFault } from './topic-faults.js';

/** What is looked at of a CONNECT. */
export interface ConnectRequest {
  protocolVersion?: number;
  clientId: string;
  clean?: boolean;
  username?: string | undefined;
  password?: Uint8Array | undefined;
  will?: { topic: string; payload: Uint8Array | string; qos?: number } | undefined;
}

/** A will is kept for as long as its client is connected, and then maybe retained; ours has some 200 bytes. */
export const MAX_WILL_BYTES = 4096;

/**
 * Why a client cannot be let in. A will is checked here, because aedes asks about it only when its client has gone:
 * one with QoS 3 would be stored, and every subscriber that it is sent to would be disconnected.
 * @returns undefined when it can; `isIdRejected` asks for CONNACK 2 [MQTT-3.1.3-8], any other fault for the end of the connection
 */
export function connectFault({
  protocolVersion,
  clientId,
  clean,
  username,
  password,
  will,
}: ConnectRequest): { reason: string; isIdRejected?: boolean } | undefined {
  if (protocolVersion === 5) return undefined; // has rules of its own, and is answered with CONNACK 1
  const idFault = textFault(clientId);
  if (idFault) return { reason: `the client id is invalid: ${idFault}` };
  const nameFault = username === undefined ? undefined : textFault(username);
  if (nameFault) return { reason: `the user name is invalid: ${nameFault}` };
  if (password !== undefined && username === undefined) return { reason: 'a password without a user name [MQTT-3.1.2-22]' };
  const willReason = will && willFault(will);
  if (willReason) return { reason: willReason };
  if (clientId === '' && clean === false) return { reason: 'a session that is kept needs a client id', isIdRejected: true };
  return undefined;
}

function willFault({ topic, payload, qos = 0 }: NonNullable<ConnectRequest['will']>): string | undefined {
  if (qos > 2) return `the will has QoS ${qos} [MQTT-3.1.2-14]`;
  const fault = topicFault(topic);
  if (fault) return `the topic of the will is invalid: ${fault}`;
  const bytes = Buffer.byteLength(payload);
  return bytes > MAX_WILL_BYTES ? `the will has ${bytes} bytes; at most ${MAX_WILL_BYTES} are accepted` : undefined;
}
