import { examples } from './examples.js';
import { plainSchema } from './json-schemas.js';
import { type MessageKind, messages } from './messages.js';
import { type TopicName, topics } from './topics.js';

const promise = `The live data of a gym: heartbeats on their way from the straps to the board.

What \`v1\` in every topic promises:
- The meaning, the unit and the type of a field never change, and a required field stays required. All else is \`v2\`, on topics of its own, beside \`v1\` for at least one release.
- A release may add optional fields, topics, and values of \`kind\`. Ignore fields that you do not know. The schemas are closed (\`additionalProperties: false\`): they name every field of this release, so a test with them finds misspellings; a long-lived consumer validates with those of the newest release, or lets more fields pass.
- A field that is absent is unknown. It is never 0, −1 or null in place of that.
- Times are integers, UTC milliseconds since 1970. Units are in the names. Ids are lower-case, without dots and slashes.
- Payloads are JSON in UTF-8. An empty payload on a retained topic clears it: the member or sensor is gone.
- \`readings\` may come more than once and out of order: (gateway, spool, number) says which is which. Retained topics are states: their last message counts.
- Names appear only with the consent of the member, as \`nickname\`.`;

/** Who, beside any subscriber, acts on a message. */
const readers: Partial<Record<TopicName, string>> = {
  readings: 'processor',
  gatewayStatus: 'processor',
  gatewayHealth: 'processor',
  committed: 'gateway',
  gatewayRequest: 'gateway',
  processorStatus: 'gateway',
};

const parameters: Record<string, { description: string; examples: string[] }> = {
  gym: { description: 'id of the gym', examples: ['demo'] },
  room: { description: 'id of the room', examples: ['main'] },
  gateway: { description: 'id of the gateway', examples: ['gateway-1'] },
  action: { description: 'what the operator asks for', examples: ['log-level'] },
  member: { description: 'id of the member, or guest- and the sensor', examples: ['ada', 'guest-ant-hr-407919'] },
  sensor: { description: 'id of the sensor', examples: ['ant-hr-407919'] },
  processor: { description: 'id of the processor', examples: ['processor-1'] },
};

const kinds = Object.entries(messages) as [TopicName, MessageKind][];
const meaningOf = (kind: MessageKind): string => String(plainSchema(kind).description);
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const ref = (path: string) => ({ $ref: `#/${path}` });
const parameterNames = (name: TopicName) => [...topics[name].template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);

const channel = ([name, kind]: [TopicName, MessageKind]) => ({
  address: topics[name].template,
  description: meaningOf(kind),
  parameters: Object.fromEntries(parameterNames(name).map((parameter) => [parameter, ref(`components/parameters/${parameter}`)])),
  messages: { [kind.name]: ref(`components/messages/${kind.name}`) },
});

const message = ([name, kind]: [TopicName, MessageKind]) => ({
  name: kind.name,
  title: kind.name,
  summary: meaningOf(kind),
  contentType: 'application/json',
  payload: ref(`components/schemas/${kind.name}`),
  examples: [{ name: `${name}Example`, payload: examples[name] }],
});

const operation = (action: 'send' | 'receive', who: string, [name, kind]: [TopicName, MessageKind]) => ({
  action,
  summary: `The ${who} ${action}s ${kind.name}: ${meaningOf(kind)}`,
  channel: ref(`channels/${name}`),
  messages: [ref(`channels/${name}/messages/${kind.name}`)],
  bindings: { mqtt: { qos: kind.qos, ...(action === 'send' ? { retain: kind.retained } : {}), bindingVersion: '0.2.0' } },
  ...(name === 'gatewayRequest' && action === 'receive'
    ? { reply: { channel: ref('channels/gatewayResponse'), messages: [ref('channels/gatewayResponse/messages/GatewayResponse')] } }
    : {}),
});

function operations() {
  return Object.fromEntries(
    kinds.flatMap((entry) => {
      const [name, kind] = entry;
      const reader = readers[name];
      return [
        [`${kind.from}Sends${capital(name)}`, operation('send', kind.from, entry)],
        ...(reader ? [[`${reader}Receives${capital(name)}`, operation('receive', reader, entry)]] : []),
      ];
    }),
  );
}

/** The AsyncAPI 3.0.0 document of every topic. */
export function asyncApiDocument() {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Pulseboard', version: '1.0.0', description: promise, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: {
      mqtt: { host: 'localhost:1883', protocol: 'mqtt', protocolVersion: '3.1.1', description: 'the broker of `npm start`' },
      webSocket: { host: 'localhost:8083', protocol: 'ws', protocolVersion: '3.1.1', description: 'the same broker, MQTT over WebSocket' },
    },
    channels: Object.fromEntries(kinds.map((entry) => [entry[0], channel(entry)])),
    operations: operations(),
    components: {
      parameters,
      messages: Object.fromEntries(kinds.map((entry) => [entry[1].name, message(entry)])),
      schemas: Object.fromEntries(kinds.map(([, kind]) => [kind.name, plainSchema(kind)])),
    },
  };
}
