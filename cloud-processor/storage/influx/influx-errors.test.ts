import { failureIn, failureOf } from './influx-errors.js';

const NOW = Date.UTC(2026, 0, 31, 18);
const answer = (status: number, body = '', retryAfter?: string, of: 'write' | 'query' = 'write') =>
  failureOf({ status, body, retryAfter, of }, 'InfluxDB at http://influx', NOW) as Error & { code: string; retryAfterMs?: number };

test.each([
  [
    '1: a line that it cannot parse',
    answer(400, `{"error":"unable to parse 'a': missing fields"}`),
    'INFLUX_LINES_REFUSED',
    "unable to parse 'a': missing fields",
  ],
  ['2: likewise', answer(422, '{"code":"unprocessable entity","message":"points beyond"}'), 'INFLUX_LINES_REFUSED', 'points beyond'],
  [
    '3: likewise',
    answer(400, '{"error":"partial write of line protocol occurred","data":[]}'),
    'INFLUX_LINES_REFUSED',
    'partial write of line protocol occurred',
  ],
  [
    'a query that it cannot parse',
    answer(400, '{"error":"found EOF"}', undefined, 'query'),
    'INFLUX_QUERY_REFUSED',
    'InfluxDB at http://influx refuses a query (400: found EOF)',
  ],
  [
    '1: the wrong password',
    answer(401, '{"error":"authorization failed"}'),
    'INFLUX_LOGIN',
    'InfluxDB at http://influx refuses the token or user (401: authorization failed); set PULSEBOARD_INFLUX_TOKEN, or PULSEBOARD_INFLUX_USER and PULSEBOARD_INFLUX_PASSWORD',
  ],
  [
    '2: a token without rights',
    answer(403, '{"code":"forbidden","message":"insufficient permissions"}'),
    'INFLUX_LOGIN',
    expect.stringContaining('(403: insufficient permissions)'),
  ],
  [
    'no such database',
    answer(404, '{"error":"database not found: \\"x\\""}'),
    'INFLUX_DATABASE_MISSING',
    expect.stringContaining('has no such database (404: database not found: "x")'),
  ],
  ['too large', answer(413, '{"error":"Request Entity Too Large"}'), 'INFLUX_TOO_LARGE', expect.stringContaining('413')],
  [
    'a proxy without a server',
    answer(502, '<html>\n<h1>Bad  gateway</h1></html>'),
    'INFLUX_AWAY',
    'InfluxDB at http://influx answers 502: Bad gateway',
  ],
  [
    '1: no space',
    answer(500, '{"error":"engine: error writing WAL entry: no space left on device"}'),
    'INFLUX_LOG_BROKEN',
    expect.stringContaining('no space left on device'),
  ],
  [
    '2: a shard that could not be opened when the disk was full, also of another bucket',
    answer(
      500,
      '{"code":"internal error","message":"unexpected error writing points to database: [shard 2] not attempting to open shard 2; opening shard previously failed with: error loading series file for database \\"f00dcafe\\": write /engine/0000.initializing: no space left on device"}',
    ),
    'INFLUX_SHARD_CLOSED',
    expect.stringMatching(
      /^InfluxDB at http:\/\/influx could not open a shard .*; make room, then restart InfluxDB \(500: unexpected error/,
    ),
  ],
  ['nothing more than a number', answer(507), 'INFLUX_AWAY', 'InfluxDB at http://influx answers 507'],
])('%s', (_, { code, message }, expectedCode, expectedMessage) => expect([code, message]).toEqual([expectedCode, expectedMessage]));

test.each([
  ['7', 7000],
  ['0', 0],
  ['Sat, 31 Jan 2026 18:00:05 GMT', 5000],
  ['Sat, 31 Jan 2026 17:00:00 GMT', 0],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After: %s', (text, ms) => {
  expect(answer(429, '', text)).toMatchObject({ code: 'INFLUX_BUSY', retryAfterMs: ms });
  expect(answer(503, '', text)).toMatchObject({ code: 'INFLUX_BUSY', retryAfterMs: ms });
});

test.each([
  ['points beyond retention policy dropped=44', 44],
  ['dropped 7 points outside retention policy of duration 24h0m0s - oldest point a at b', 7],
  ['dropped 7 points outside retention policy and 2 points outside write window: a to b dropped=9', 7],
  ['dropped 0 points outside retention policy and 2 points outside write window: a to b dropped=2', undefined],
  ['field type conflict: input field "steps" dropped=3', undefined],
])('partial write: %s', (words, tooOld) => {
  expect(answer(422, JSON.stringify({ message: `partial write: ${words}` }))).toMatchObject({ code: 'INFLUX_LINES_REFUSED', tooOld });
});

test('a page of an error is cut', () => expect(answer(500, 'x'.repeat(9999)).message.length).toBeLessThan(400));

test('an error within an answer of 200', () => {
  expect(failureIn('database not found: x', 'InfluxDB')).toMatchObject({ code: 'INFLUX_DATABASE_MISSING' });
  expect(failureIn('timeout', 'InfluxDB')).toMatchObject({ code: 'INFLUX_QUERY_REFUSED', message: 'InfluxDB refuses a query (timeout)' });
});
