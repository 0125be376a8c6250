import type { Client } from 'aedes';

/** The largest packet of a client that has been let in: a batch is below 64 kB, a report of health below 500 kB. */
export const MAX_PACKET_BYTES = 1_048_576;
/** Until CONNACK: a will, names, and a password that may be a long token. */
export const MAX_FIRST_PACKET_BYTES = 65_536;

/** What is used of mqtt-packet's parser, which aedes keeps in a private field. */
interface Parser {
  packet: { cmd?: string; length: number; qos?: number; messageId?: number; unsubscriptions?: unknown[] };
  /** @returns whether the length was read */
  _parseLength(): boolean;
  _newPacket(): boolean;
  _emitError(error: Error): false;
}

/**
 * Ends the connection of a client as soon as the head of a packet announces too many bytes: before they are received. aedes would wait for up to 256 MB.
 * Packets that are whole but not allowed end it as well.
 */
export function limitPackets(client: Client): void {
  const parser = (client as unknown as { _parser: Parser })._parser;
  const parseLength = parser._parseLength.bind(parser);
  parser._parseLength = () => {
    if (!parseLength()) return false;
    const max = client.connected ? MAX_PACKET_BYTES : MAX_FIRST_PACKET_BYTES;
    const { cmd, length } = parser.packet;
    if (length <= max) return true;
    return parser._emitError(new Error(`a ${cmd} packet of ${length} bytes; at most ${max} are accepted`));
  };
  const newPacket = parser._newPacket.bind(parser);
  parser._newPacket = () => {
    const fault = packetFault(parser.packet);
    return fault === undefined ? newPacket() : parser._emitError(new Error(fault));
  };
}

/** @see MQTT 3.1.1, 2.3.1, 3.10.3, 3.12 */
function packetFault({ cmd, length, qos = 0, messageId, unsubscriptions }: Parser['packet']): string | undefined {
  const hasId = cmd === 'subscribe' || cmd === 'unsubscribe' || (cmd === 'publish' && qos > 0);
  if (hasId && messageId === 0) return `a ${cmd} packet with packet id 0 [MQTT-2.3.1-1]`;
  if (cmd === 'unsubscribe' && !unsubscriptions?.length) return 'an unsubscribe packet without filters [MQTT-3.10.3-2]';
  if ((cmd === 'pingreq' || cmd === 'disconnect') && length > 0) return `a ${cmd} packet with a body`;
  return undefined;
}
