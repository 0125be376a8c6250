import { age, duration, reached, UNKNOWN, whole } from './figures.js';

test.each([
  [-5, '0:00'],
  [42_999, '0:42'],
  [725_000, '12:05'],
  [3_727_000, '1:02:07'],
])('%d ms on the clock is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [12.9, '12 s'],
  [119, '119 s'],
  [300, '5 min'],
  [9000, '2 h'],
])('%d s ago reads %s', (seconds, text) => {
  expect(age(seconds)).toBe(text);
});

test('figures are whole; points are never rounded up; unknown is not zero', () => {
  expect(whole(86.5)).toBe('87');
  expect(whole(undefined)).toBe(UNKNOWN);
  expect(reached(3.99)).toBe('3');
  expect(reached(3.9999999)).toBe('4');
  expect(reached(undefined)).toBe(UNKNOWN);
  expect(reached(0)).toBe('0');
});
