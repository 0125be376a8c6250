import { printable, quoted } from './printable.js';

test.each([
  ['Ana – 心率 ♥ 👍🏽', 'Ana – 心率 ♥ 👍🏽'],
  ['one\ntwo\tthree', 'one\ntwo\tthree'],
  ['\u001b[31mred\u001b[0m', String.raw`\u001b[31mred\u001b[0m`],
  ['\u009b2J', String.raw`\u009b2J`],
  ['a\rb\u0000c\u007f', String.raw`a\u000db\u0000c\u007f`],
  ['exe.\u202efdp', String.raw`exe.\u202efdp`],
  ['half of a pair: \ud83d', String.raw`half of a pair: \ud83d`],
])('%j goes to a terminal as %s', (text, shown) => expect(printable(text)).toBe(shown));

test.each([
  ['12,5', 80, '"12,5"'],
  ['a\nb', 80, String.raw`"a\nb"`],
  ['👍👍👍', 2, '"👍👍…"'],
])('%j within a sentence, at most %d characters: %s', (text, most, shown) => expect(quoted(text, most)).toBe(shown));
