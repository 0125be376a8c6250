import { plainSchema } from './json-schemas.js';
import { messages } from './messages.js';
import { ReadingBatchEnvelope } from './reading.js';
import { unboundedIn } from './unbounded.js';

/** JSON of the operator's own; the size of the message bounds it. */
const FREE = ['GatewayRequest/arguments/*', 'GatewayResponse/result', 'ReadingBatchEnvelope/readings/*'];

test.each(Object.values(messages).map((kind) => [kind.name, kind] as const))('every value of %s has bounds', (name, kind) => {
  expect(unboundedIn(plainSchema(kind), name).filter((fault) => !FREE.some((path) => fault === `${path}: any JSON`))).toEqual([]);
});

test('every value around the readings of a batch has bounds', () => {
  expect(unboundedIn(ReadingBatchEnvelope, 'ReadingBatchEnvelope')).toEqual(['ReadingBatchEnvelope/readings/*: any JSON']);
});

test.each<[object, string]>([
  [{ type: 'integer', minimum: 0 }, 'an integer without a maximum'],
  [{ type: 'number', maximum: 0 }, 'a number without a minimum'],
  [{ type: 'integer', minimum: 0, maximum: 1e300 }, 'an integer beyond 2^53'],
  [{ type: 'string' }, 'a text without a maxLength'],
  [{ type: 'string', pattern: '^([0-9a-f]{2})*$' }, 'a text without a maxLength'],
  [{ type: 'array', items: { type: 'boolean' } }, 'a list without a maxItems'],
  [{ type: 'object', properties: {} }, 'an open object without a maxProperties'],
  [{ type: 'object', patternProperties: { '^.*$': { type: 'boolean' } } }, 'an open object without a maxProperties'],
  [{}, 'any JSON'],
  [{ anyOf: [{ const: 'a' }, { type: 'string' }] }, 'a text without a maxLength'],
])('finds %j', (schema, fault) => {
  expect(unboundedIn(schema, 'x').map((text) => text.replace(/^[^:]*: /, ''))).toEqual([fault]);
});
