import fc from 'fast-check';
import { parseUtcTime, TimeTextError } from './utc-time.js';

test.each<[string, number]>([
  ['2026-01-31T18:00:00Z', Date.UTC(2026, 0, 31, 18)],
  ['2026-01-31T18:00Z', Date.UTC(2026, 0, 31, 18)],
  ['2026-01-31T19:00:00+01:00', Date.UTC(2026, 0, 31, 18)],
  ['2026-01-31T19:00:00+0100', Date.UTC(2026, 0, 31, 18)],
  ['2026-01-31T13:30:00-04:30', Date.UTC(2026, 0, 31, 18)],
  ['2026-12-31T23:59:59.999999999Z', Date.UTC(2026, 11, 31, 23, 59, 59, 999)],
  ['2026-01-31T18:00:00.5Z', Date.UTC(2026, 0, 31, 18, 0, 0, 500)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
  ['1970-01-01T00:00:00Z', 0],
  ['0', 0],
  ['1796079379000', 1_796_079_379_000],
])('%s', (text, at) => expect(parseUtcTime(text)).toBe(at));

test.each<[string, string]>([
  ['2026-02-31T00:00:00Z', 'has a day that does not exist: 2026-02-31'],
  ['2026-02-30T00:00:00Z', 'has a day that does not exist: 2026-02-30'],
  ['2026-02-29T00:00:00Z', 'has a day that does not exist'],
  ['2100-02-29T00:00:00Z', 'has a day that does not exist'],
  ['2026-04-31T00:00:00Z', 'has a day that does not exist'],
  ['2026-01-00T00:00:00Z', 'has a day that does not exist'],
  ['2026-01-32T00:00:00Z', 'has a day that does not exist'],
  ['2026-13-01T00:00:00Z', 'has no month 13'],
  ['2026-00-01T00:00:00Z', 'has no month 00'],
  ['2026-01-01T24:00:00Z', 'has a time of day that does not exist'],
  ['2026-01-01T25:00:00Z', 'has a time of day that does not exist'],
  ['2026-01-01T00:60:00Z', 'has a time of day that does not exist'],
  ['2026-01-01T00:00:60Z', 'has a time of day that does not exist'],
  ['2026-01-01T00:00:00+99:00', 'has an offset that does not exist: +99:00'],
  ['2026-01-01T00:00:00+14:01', 'has an offset that does not exist'],
  ['2026-01-01T00:00:00-01:60', 'has an offset that does not exist'],
  ['0000-01-01T00:00:00Z', 'is not within 1970 and 2100'],
  ['0099-01-01T00:00:00Z', 'is not within 1970 and 2100'],
  ['1969-12-31T23:59:59Z', 'is not within 1970 and 2100'],
  ['9999-12-31T23:59:59Z', 'is not within 1970 and 2100'],
  ['2026-01-01T00:00:00', 'has no offset'],
  ['2026-01-01T00:00', 'has no offset'],
  ['2026-01-31T19:00:00 01:00', 'has a space in it'],
  ['1796079379', 'is in seconds: give milliseconds, 1796079379000'],
  ['1796079379000000', 'is in microseconds or nanoseconds'],
  ['999999999999999', 'is not within 1970 and 2100'],
  ['', 'is empty'],
  [' ', 'is not a time'],
  ['2026-01-31', 'is not a time'],
  ['2026-1-1T00:00:00Z', 'is not a time'],
  ['2026-01-01t00:00:00z', 'is not a time'],
  ['1e12', 'is not a time'],
  ['-1', 'is not a time'],
  ['yesterday', 'is not a time'],
  ['٢٠٢٦-01-01T00:00:00Z', 'is not a time'],
])('rejects %j: it %s', (text, why) => {
  expect(() => parseUtcTime(text)).toThrow(TimeTextError);
  expect(() => parseUtcTime(text)).toThrow(why);
});

test('every time from 1970 to 2100 is read as it is written', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 4_102_444_799_999 }), (at) => expect(parseUtcTime(new Date(at).toISOString())).toBe(at)));
});
