import type { TSchema } from 'typebox';
import { Committed } from './committed.js';
import { GatewayHealth, GatewayRequest, GatewayResponse, GatewayStatus, ProcessorStatus } from './gateway-state.js';
import { Alert, Board, PublishedMemberSecond, Session } from './member-second.js';
import { ReadingBatch } from './reading.js';
import type { TopicName } from './topics.js';

/** What travels on each topic, how, and from whom: the table of the design. */
export interface MessageKind {
  /** Name of the schema file and of the message in the AsyncAPI document. */
  name: string;
  schema: TSchema;
  from: 'gateway' | 'processor' | 'operator';
  qos: 0 | 1;
  retained: boolean;
}

export const messages: Record<TopicName, MessageKind> = {
  readings: { name: 'ReadingBatch', schema: ReadingBatch, from: 'gateway', qos: 1, retained: false },
  gatewayStatus: { name: 'GatewayStatus', schema: GatewayStatus, from: 'gateway', qos: 1, retained: true },
  gatewayHealth: { name: 'GatewayHealth', schema: GatewayHealth, from: 'gateway', qos: 1, retained: true },
  committed: { name: 'Committed', schema: Committed, from: 'processor', qos: 1, retained: true },
  gatewayRequest: { name: 'GatewayRequest', schema: GatewayRequest, from: 'operator', qos: 1, retained: false },
  gatewayResponse: { name: 'GatewayResponse', schema: GatewayResponse, from: 'gateway', qos: 1, retained: false },
  member: { name: 'MemberSecond', schema: PublishedMemberSecond, from: 'processor', qos: 0, retained: true },
  sensor: { name: 'SensorSecond', schema: PublishedMemberSecond, from: 'processor', qos: 0, retained: true },
  board: { name: 'Board', schema: Board, from: 'processor', qos: 0, retained: true },
  session: { name: 'Session', schema: Session, from: 'processor', qos: 1, retained: true },
  alerts: { name: 'Alert', schema: Alert, from: 'processor', qos: 1, retained: false },
  processorStatus: { name: 'ProcessorStatus', schema: ProcessorStatus, from: 'processor', qos: 1, retained: true },
};
