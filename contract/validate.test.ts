import { badExamples, examples } from './examples.js';
import { type MessageKind, messages } from './messages.js';
import type { TopicName } from './topics.js';
import { ContractError, createParser } from './validate.js';

const parserOf = (name: TopicName) => createParser(messages[name].schema, messages[name].name);

describe.each(Object.entries(messages) as [TopicName, MessageKind][])('%s', (name) => {
  test('takes its example, unchanged', () => {
    const payload: unknown = JSON.parse(JSON.stringify(examples[name]));
    expect(parserOf(name).parse(payload)).toBe(payload);
  });

  test(`refuses the bad one: ${badExamples[name].why}`, () => {
    const payload: unknown = JSON.parse(JSON.stringify(badExamples[name].payload));
    expect(parserOf(name).check(payload)).toBe(false);
    expect(() => parserOf(name).parse(payload)).toThrow(ContractError);
  });

  test.each([undefined, null, 0, '', [], {}, new Map()])('refuses %p', (value) => expect(parserOf(name).check(value)).toBe(false));
});

test.each<{ name: TopicName; payload: unknown; message: string }>([
  { name: 'session', payload: { ...examples.session, rank: 1 }, message: 'Session at /rank: is a field that the contract does not name' },
  { name: 'readings', payload: { ...examples.readings, first: 0 }, message: 'ReadingBatch at /first: must be >= 1' },
  { name: 'gatewayRequest', payload: {}, message: 'GatewayRequest: must have required properties transaction' },
  { name: 'alerts', payload: 'smoke', message: 'Alert: must be object' },
])('names the fault: $message', ({ name, payload, message }) => {
  expect(() => parserOf(name).parse(payload)).toThrow(new ContractError(message));
});

test('no payload has a key that Nest takes for its own envelope', () => {
  for (const payload of Object.values(examples)) {
    expect(payload).not.toHaveProperty('data');
    expect(payload).not.toHaveProperty('pattern');
  }
});
