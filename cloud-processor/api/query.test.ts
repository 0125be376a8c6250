import { BadRequestException } from '@nestjs/common';
import { OF_DEAD_LETTERS, parseId, parseLimit, parsePlace, parseRankBy, parseSpan, placeText } from './query.js';

const NOW = 1_769_882_400_000;

test.each<[string, () => unknown, unknown]>([
  ['an id', () => parseId('member', 'guest-ant-hr-7'), 'guest-ant-hr-7'],
  ['all until now', () => parseSpan(undefined, undefined, NOW), { from: 0, to: NOW }],
  ['milliseconds', () => parseSpan('1000', '2000', NOW), { from: 1000, to: 2000 }],
  ['ISO 8601', () => parseSpan('2026-01-31T17:00:00Z', '2026-01-31T19:00:00+01:00', NOW), { from: NOW - 3_600_000, to: NOW }],
  ['the default limit', () => parseLimit(undefined), 3600],
  ['the least limit', () => parseLimit('1'), 1],
  ['the most', () => parseLimit('86400'), 86_400],
  ['the default ranking', () => parseRankBy(undefined), 'points'],
  ['a ranking', () => parseRankBy('calories'), 'calories'],
])('takes %s', (_, parse, value) => expect(parse()).toEqual(value));

test.each<[string, () => unknown, string]>([
  ['an id in capitals', () => parseId('member', 'Ada'), 'member "Ada" is no id'],
  ['a time that is none', () => parseSpan('yesterday', undefined, NOW), 'from "yesterday" is not a time'],
  ['a time beyond all integers', () => parseSpan('0', '99999999999999999999', NOW), 'to "99999999999999999999" is in microseconds'],
  ['an empty span', () => parseSpan('5', '5', NOW), 'from must be before to'],
  ['a span backwards', () => parseSpan('6', '5', NOW), 'from must be before to'],
  ['a span that begins now', () => parseSpan(`${NOW}`, undefined, NOW), 'from must be before to'],
  ['no seconds', () => parseLimit('0'), 'limit must be a whole number from 1 to 86400'],
  ['too many', () => parseLimit('86401'), 'limit must be a whole number'],
  ['a date that does not exist', () => parseSpan('2026-02-31T00:00:00Z', undefined, NOW), 'has a day that does not exist'],
  ['seconds', () => parseSpan('1796079379', undefined, NOW), 'from "1796079379" is in seconds: give milliseconds'],
  ['an empty time', () => parseSpan('', undefined, NOW), 'from "" is empty'],
  ...['', '1e1', '0x2', ' 5', '+5', '5.0', '٥'].map((text): [string, () => unknown, string] => [
    `the limit ${JSON.stringify(text)}`,
    () => parseLimit(text),
    'limit must be a whole number',
  ]),
  ['half a second', () => parseLimit('1.5'), 'limit must be a whole number'],
  ['no number', () => parseLimit('many'), 'limit must be a whole number'],
  ['an unknown ranking', () => parseRankBy('weight'), 'rankBy "weight" is none of points, percentOfMax, bpm, calories, steps'],
])('refuses %s, naming it', (_, parse, message) => {
  expect(parse).toThrow(BadRequestException);
  expect(parse).toThrow(message);
});

test('a place among dead letters survives being written down', () => {
  const place = { arrivedAt: NOW, spool: 'spool0001', number: 281_474_976_710_655 };
  expect(parsePlace(placeText(place))).toEqual(place);
  expect(parsePlace(undefined)).toBeUndefined();
  for (const bad of ['', '7', '1.spool.2', '1.SPOOL0001.2', '1.spool0001.2.3', 'x.spool0001.2'])
    expect(() => parsePlace(bad)).toThrow(`after "${bad}" is no place`);
});

test('dead letters have a limit of their own', () => {
  expect(parseLimit(undefined, OF_DEAD_LETTERS)).toBe(100);
  expect(() => parseLimit('1001', OF_DEAD_LETTERS)).toThrow('from 1 to 1000');
});
