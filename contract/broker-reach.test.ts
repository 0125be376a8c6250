import { BrokerWatch, type ReachError, withoutPassword } from './broker-reach.js';

test.each([
  ['mqtt://127.0.0.1:1883', 'mqtt://127.0.0.1:1883'],
  ['mqtts://gateway-1:secret@broker.example', 'mqtts://broker.example'],
  ['wss://user@broker.example/mqtt?token=secret', 'wss://broker.example'],
  ['mqtt://user:se/cret@broker', 'the broker'],
])('%s', (brokerUrl, shown) => expect(withoutPassword(brokerUrl)).toBe(shown));

const error = (more: Partial<ReachError>): ReachError => ({ message: '', ...more });

test.each<[ReachError | undefined, string]>([
  [error({ code: 'ECONNREFUSED' }), 'nothing listens there'],
  [error({ errors: [{ code: 'ECONNREFUSED' }, {}] }), 'nothing listens there'],
  [error({ code: 'EPROTO' }), 'EPROTO'],
  [error({ code: 5 }), 'this user is not allowed in'],
  [error({ code: 77 }), 'return code 77'],
  [error({ message: 'Invalid header flag bits, must be 0x0 for puback packet' }), 'something listens there, but it is no MQTT broker'],
  [error({ message: 'connack timeout' }), 'something listens there, but it is no MQTT broker, or it is stuck'],
  [undefined, 'the connection ended'],
])('%j: %s', (cause, why) => {
  const told: string[] = [];
  new BrokerWatch('mqtt://me:secret@broker', (sentence) => told.push(sentence)).away(cause);
  expect(told).toEqual([`The broker mqtt://broker is away: ${why}. It is tried until it is there.`]);
});

test('a broker that is away is told once, and once that it is there', () => {
  const told: boolean[] = [];
  const watch = new BrokerWatch('mqtt://broker', (_, isFault) => told.push(isFault));
  watch.reached();
  for (const code of ['ECONNREFUSED', 'ECONNREFUSED', 'ETIMEDOUT']) watch.away(error({ code }));
  watch.reached();
  watch.reached();
  watch.away();
  expect(told).toEqual([true, false, true]);
});
