import { filterFault, textFault, topicFault } from './topic-faults.js';

const deep = (levels: number) => Array.from({ length: levels }, () => 'a').join('/');
const codePoint = (n: number) => String.fromCodePoint(n);

test.each([0x00, 0x01, 0x0a, 0x1f, 0x7f, 0x85, 0x9f, 0xd800, 0xdfff, 0xfdd0, 0xfdef, 0xfffd, 0xfffe, 0xffff, 0x1fffe, 0x10ffff])(
  'the character U+%i is named as a fault, wherever it stands',
  (n) => {
    const name = `U+${n.toString(16).toUpperCase().padStart(4, '0')}`;
    for (const text of [codePoint(n), `a${codePoint(n)}`, `${codePoint(n)}/b`]) {
      expect(textFault(text)).toContain(name);
      expect(topicFault(text)).toContain(name);
      expect(filterFault(text)).toContain(name);
    }
  },
);

test('ill-formed UTF-8 is a fault', () => {
  for (const bytes of [[0xc0, 0x80], [0xff], [0xed, 0xa0, 0x80], [0x61, 0xe2, 0x82]])
    expect(topicFault(Buffer.from(bytes).toString())).toBeDefined();
});

test.each([
  'a',
  '/',
  'a//b',
  'a b',
  'pulseboard/v1/demo/main/board',
  'Łódź/🫀',
  ' ',
  '\ufeff',
  codePoint(0xa0),
  codePoint(0xfffc),
  deep(100),
])('%j is a topic and a filter', (text) => {
  expect(topicFault(text)).toBeUndefined();
  expect(filterFault(text)).toBeUndefined();
});

test.each(['', '#', 'a/#', '+', 'a/+/b', 'a+', '$SYS/x', '$share/g/t', '$other', deep(101)])('%j is not a topic', (topic) =>
  expect(topicFault(topic)).toBeDefined(),
);

test.each(['#', '+', 'a/#', '+/a', 'a/+/b', '+/+/#', '/+', '$SYS/#', '+/'])('%j is a filter', (filter) =>
  expect(filterFault(filter)).toBeUndefined(),
);

test.each(['', 'a#', 'a+', '+a', 'a/+b', '++', '$#', '#/a', 'a/#/b', 'a/b#', deep(101)])('%j is not a filter', (filter) =>
  expect(filterFault(filter)).toBeDefined(),
);
