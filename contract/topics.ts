import { type Id, isId } from './ids.js';

/** First level of every topic, then the version of the payloads. */
export const TOPIC_ROOT = 'pulseboard/v1';

type Params = Record<string, Id>;

/** A kind of topic: builds one from its ids, is subscribed to by its filter, and reads the ids back. */
export interface TopicKind<P extends Params> {
  readonly template: string;
  readonly filter: string;
  /** @throws TopicError when an id is none */
  build(params: P): string;
  /** The ids of a topic of this kind, or undefined. Never throws. */
  parse(topic: string): P | undefined;
}

export class TopicError extends Error {
  readonly code = 'TOPIC_ID_INVALID';
}

function topicKind<P extends Params>(path: string): TopicKind<P> {
  const template = `${TOPIC_ROOT}/${path}`;
  const levels = template.split('/');
  const nameOf = (level: string) => (level.startsWith('{') ? level.slice(1, -1) : undefined);
  return {
    template,
    filter: levels.map((level) => (nameOf(level) ? '+' : level)).join('/'),
    build(params) {
      return levels
        .map((level) => {
          const name = nameOf(level);
          if (!name) return level;
          const id = params[name];
          if (!isId(id)) throw new TopicError(`${name} "${id}" is no id: it must match [a-z0-9][a-z0-9_-]{0,62}`);
          return id;
        })
        .join('/');
    },
    parse(topic) {
      const given = topic.split('/');
      if (given.length !== levels.length) return undefined;
      const params: Params = {};
      for (const [i, level] of levels.entries()) {
        const name = nameOf(level);
        const value = given[i];
        if (!name) {
          if (value !== level) return undefined;
        } else if (isId(value)) params[name] = value;
        else return undefined;
      }
      return params as P;
    },
  };
}

export type RoomParams = { gym: Id; room: Id };
export type GatewayParams = RoomParams & { gateway: Id };

/** Every topic of the contract. */
export const topics = {
  readings: topicKind<GatewayParams>('{gym}/{room}/gateways/{gateway}/readings'),
  gatewayStatus: topicKind<GatewayParams>('{gym}/{room}/gateways/{gateway}/status'),
  gatewayHealth: topicKind<GatewayParams>('{gym}/{room}/gateways/{gateway}/health'),
  committed: topicKind<GatewayParams>('{gym}/{room}/gateways/{gateway}/committed'),
  gatewayRequest: topicKind<GatewayParams & { action: Id }>('{gym}/{room}/gateways/{gateway}/request/{action}'),
  gatewayResponse: topicKind<GatewayParams & { action: Id }>('{gym}/{room}/gateways/{gateway}/response/{action}'),
  member: topicKind<RoomParams & { member: Id }>('{gym}/{room}/members/{member}'),
  sensor: topicKind<RoomParams & { sensor: Id }>('{gym}/{room}/sensors/{sensor}'),
  board: topicKind<RoomParams>('{gym}/{room}/board'),
  session: topicKind<RoomParams>('{gym}/{room}/session'),
  alerts: topicKind<RoomParams>('{gym}/{room}/alerts'),
  processorStatus: topicKind<{ processor: Id }>('processors/{processor}/status'),
} as const;
export type TopicName = keyof typeof topics;
