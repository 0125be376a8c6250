import { BrokerWatch, type ReachError } from './broker-reach.js';

const error = (more: Partial<ReachError>): ReachError => ({ message: '', ...more });

test.each<[ReachError | undefined, string]>([
  [error({ code: 'ECONNREFUSED' }), 'nothing listens there'],
  [error({ errors: [{ code: 'ECONNREFUSED' }, {}] }), 'nothing listens there'],
  [error({ code: 'EPROTO' }), 'EPROTO'],
  [error({ code: 5 }), 'it does not allow this user; correct PULSEBOARD_BROKER_URL, or add the user to the broker'],
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

test('a refusal is reported once, also when the broker was away before', () => {
  const reports: string[] = [];
  const watch = new BrokerWatch('mqtt://broker', (sentence) => reports.push(sentence));
  for (const code of ['ECONNREFUSED', 4, 'ECONNREFUSED', 4, 4, 5, 5]) watch.away(error({ code }));
  watch.reached();
  watch.away(error({ code: 5 }));
  expect(reports.map((sentence) => sentence.split(/[:;]/)[2]?.trim())).toEqual([
    'nothing listens there. It is tried until it is there.',
    'the user name or the password is wrong',
    'it does not allow this user',
    undefined,
    'it does not allow this user',
  ]);
});
