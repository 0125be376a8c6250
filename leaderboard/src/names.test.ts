import fc from 'fast-check';
import { ANONYMOUS, displayName, readableName } from './names.js';

const named = (nickname?: string) => displayName({ ...(nickname === undefined ? {} : { nickname }), guest: false, member: 'ada' });

test.each([
  [{ nickname: 'Ada', guest: false, member: 'ada' }, 'Ada'],
  [{ guest: false, member: 'member-9' }, 'Anonymous'],
  [{ guest: true, member: 'guest-ant-hr-484821' }, 'Guest 4821'],
  [{ guest: true, member: 'guest-ant-hr-17' }, 'Guest 17'],
  [{ guest: true, member: 'guest-ble-a0b1c2d3e4f5' }, 'Guest E4F5'],
])('%p is called %s', (row, name) => {
  expect(displayName(row)).toBe(name);
});

test.each([
  ['nothing', ''],
  ['spaces', '   '],
  ['a space without a break', '\u00a0'],
  ['spaces of zero width', '\u200b\u200b\ufeff'],
  ['joiners', '\u200d\u200c'],
  ['controls of direction', '\u202e\u2066\u2069'],
  ['a Hangul filler', '\u3164'],
  ['the blank Braille pattern', '\u2800'],
  ['marks without a letter', '\u0301\u0308'],
  ['a line break', '\n\t'],
  ['a soft hyphen', '\u00ad'],
  ['variation selectors', '\ufe0f'],
])('a name of %s is Anonymous', (_, nickname) => {
  expect(named(nickname)).toBe(ANONYMOUS);
});

test.each([
  ['five Arabic words', 'محمد عبد الرحمن بن الهاشمي'],
  ['Hebrew with digits', 'שרה 42'],
  ['Persian with a joiner inside', 'می\u200cخواهم'],
  ['an emoji family', '👨‍👩‍👧‍👦'],
  ['a heart with its variation selector', '❤️ Ana'],
  ['a flag of a region', '🏴󠁧󠁢󠁳󠁣󠁴󠁿 Ian'],
  ['Chinese', '山田太郎'],
  ['accents that are marks', 'Zoe\u0308 A\u030angstro\u0308m'],
  ['Vietnamese with two marks on a letter', 'Nguye\u0302\u0303n'],
  ['digits', '007'],
  ['a sign', '★'],
])('%s stay as they are', (_, nickname) => {
  expect(named(nickname)).toBe(nickname);
});

test.each([
  ['an override that turns the text', 'An\u202egpj.a', 'Angpj.a'],
  ['isolates that are never closed', '\u2067\u2067Ana', 'Ana'],
  ['a mark of direction', '\u200fAna\u200e', 'Ana'],
  ['controls', 'A\u0007na\u001b[31m', 'Ana[31m'],
  ['line breaks and many spaces', ' Ana\n\n  Maria\u3000B ', 'Ana Maria B'],
  ['marks piled on one letter', `Z${'\u0351'.repeat(30)}oe`, `Z${'\u0351'.repeat(4)}oe`],
])('%s is taken out of a name', (_, nickname, shown) => {
  expect(named(nickname)).toBe(shown);
});

test('whatever the text, a name can be seen, is one line and turns nothing around it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom('', '\u202e', '\u2067', '\n', '\u200b'),
      (text, control) => {
        const name = readableName(text + control + text);
        if (name === undefined) return;
        expect(name).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\p{Cc}\u2028\u2029]/u);
        expect(name).toMatch(/\S/);
        expect(readableName(name)).toBe(name);
      },
    ),
  );
});
