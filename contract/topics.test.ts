import fc from 'fast-check';
import { ID_PATTERN, isId } from './ids.js';
import { messages } from './messages.js';
import { TopicError, type TopicKind, type TopicName, topics } from './topics.js';

const kinds = Object.entries(topics) as [TopicName, TopicKind<Record<string, string>>][];
const id = fc.stringMatching(new RegExp(ID_PATTERN));
const paramsOf = (kind: TopicKind<Record<string, string>>) =>
  fc.record(Object.fromEntries([...kind.template.matchAll(/\{(\w+)\}/g)].map((match) => [match[1]!, id])));

describe.each(kinds)('%s', (name, kind) => {
  test('reads back the ids it was built from', () => {
    fc.assert(fc.property(paramsOf(kind), (params) => expect(kind.parse(kind.build(params))).toEqual(params)));
  });

  test('is no topic of another kind', () => {
    fc.assert(
      fc.property(paramsOf(kind), (params) => {
        const topic = kind.build(params);
        for (const [other, otherKind] of kinds) if (other !== name) expect(otherKind.parse(topic)).toBeUndefined();
      }),
    );
  });

  test('has a filter of the same depth, with a + for each id', () => {
    expect(kind.filter).toBe(kind.template.replaceAll(/\{\w+\}/g, '+'));
  });

  test('has a message', () => expect(messages[name].name).toMatch(/^[A-Z][A-Za-z]+$/));
});

test('no text, however strange, makes a parser throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const [, kind] of kinds) kind.parse(text);
    }),
  );
});

test.each(['', 'a/b', '+', '#', 'A', 'a.b', '-a', 'ä', 'x'.repeat(64), undefined])('builds no topic with the id %p', (bad) => {
  expect(() => topics.board.build({ gym: bad as string, room: 'main' })).toThrow(TopicError);
  expect(isId(bad)).toBe(false);
});

test('does not mistake a retained topic of another root or version for its own', () => {
  expect(topics.board.parse('pulseboard/v2/demo/main/board')).toBeUndefined();
  expect(topics.board.parse('pulseboard/v1/demo/main/board/')).toBeUndefined();
});
