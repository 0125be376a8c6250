import fc from 'fast-check';
import { cutSentence, cutText, wellFormed } from './text.js';

const FAMILY = '👨‍👩‍👧‍👦';

test.each<[what: string, text: string, limit: number, cut: string]>([
  ['a short text stays', 'Anna', 5, 'Anna'],
  ['letters', 'abcdef', 3, 'abc'],
  ['an emoji that fits as one character', `${'x'.repeat(499)}😀`, 500, `${'x'.repeat(499)}😀`],
  ['an emoji beyond the limit goes as a whole', `${'x'.repeat(500)}😀`, 500, 'x'.repeat(500)],
  ['a family is one character', `ab${FAMILY}`, 5, 'ab'],
  ['a flag is one character', 'ab🇩🇪', 3, 'ab'],
  ['an accent stays with its letter', `ab${'e\u0301'}`, 3, 'ab'],
  ['a skin tone stays with its hand', 'ab👋🏽', 3, 'ab'],
  ['one endless character is cut between code points', `e${'\u0301'.repeat(100)}`, 10, `e${'\u0301'.repeat(9)}`],
  ['half of a character is replaced', 'a\ud83dz', 5, 'a\ufffdz'],
  ['the other half too', '\ude00z', 5, '\ufffdz'],
  ['no blank at the cut', 'one two', 4, 'one'],
  ['nothing', '', 3, ''],
])('%s', (_what, text, limit, cut) => {
  expect(cutText(text, limit)).toBe(cut);
});

test('an ellipsis says that a sentence was cut', () => {
  expect(cutSentence('one two', 7)).toBe('one two');
  expect(cutSentence('one two three', 8)).toBe('one two…');
  expect(cutSentence('a'.repeat(100_000), 10)).toBe(`${'a'.repeat(9)}…`);
});

test('any text is cut to whole code points within the limit, and survives UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, limit) => {
      const cut = cutText(text, limit);
      expect([...cut].length).toBeLessThanOrEqual(limit);
      expect(Buffer.from(cut).toString()).toBe(cut);
      expect(wellFormed(text).startsWith(cut)).toBe(true);
    }),
  );
});
