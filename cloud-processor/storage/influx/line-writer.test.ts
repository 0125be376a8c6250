import { failureOf, InfluxAwayError, LinesRefusedError, RequestTooLargeError } from './influx-errors.js';
import { writeLines } from './line-writer.js';

const none = (_line: string): boolean => false;

const saidBy1 = (old: number) => ({
  status: 400,
  body: JSON.stringify({ error: `partial write: points beyond retention policy dropped=${old}` }),
});
/** InfluxDB 2.7, with the points' series in it, which may be long. */
const saidBy2 = (old: number) => {
  const point = `reading,gateway=${'g'.repeat(200)},sensor=ant-hr-1 at 2026-01-01T00:00:00Z dropped because it violates a Retention Policy Lower Bound at 2026-01-31T00:00:00Z`;
  const message = `failure writing points to database: partial write: dropped ${old} points outside retention policy of duration 24h0m0s - oldest point ${point}, newest point ${point} dropped=${old} for database: 1f for retention policy: autogen`;
  return { status: 422, body: JSON.stringify({ code: 'unprocessable entity', message }) };
};
/** As the one before, with the number at the end only. */
const saidAtTheEnd = (old: number) => ({ status: 422, body: saidBy2(old).body.replace(/dropped \d+ points/, 'points') });

/** Stores what is not bad, as InfluxDB does with the other lines of a batch. */
function database({ isBad = none, mostBytes = Number.POSITIVE_INFINITY, isOld = none, said = saidBy1 } = {}) {
  const stored = new Set<string>();
  const sizes: number[] = [];
  const send = async (lines: readonly string[]) => {
    sizes.push(lines.length);
    if (lines.join('\n').length > mostBytes) throw new RequestTooLargeError('too large');
    const old = lines.filter(isOld).length;
    for (const line of lines) if (!isBad(line) && !isOld(line)) stored.add(line);
    if (lines.some(isBad)) throw new LinesRefusedError('partial write: unable to parse');
    if (old) throw failureOf({ ...said(old), retryAfter: undefined, of: 'write' }, 'InfluxDB', 0);
  };
  return { send, stored, sizes };
}
const linesOf = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}`);

test.each([
  { count: 0, batches: [] },
  { count: 5000, batches: [5000] },
  { count: 12_001, batches: [5000, 5000, 2001] },
])('$count lines go in batches', async ({ count, batches }) => {
  const { send, stored, sizes } = database();
  expect(await writeLines(linesOf(count), send)).toEqual([]);
  expect([stored.size, sizes]).toEqual([count, batches]);
});

test('long lines make smaller batches, and one beyond every size goes alone', async () => {
  const { send, sizes } = database();
  await writeLines([...linesOf(3), 'x'.repeat(3_000_000), 'y'.repeat(2_000_000), 'z'.repeat(9_000_000), 'a'], send);
  expect(sizes).toEqual([4, 1, 1, 1]);
});

test.each([[[0]], [[4999]], [[5000, 5001, 7777, 9999]], [[17, 18, 19]]])(
  'the lines %p alone are refused, all others are stored',
  async (bad) => {
    const { send, stored, sizes } = database({ isBad: (line) => bad.includes(Number(line.slice(5))) });
    const refused = await writeLines(linesOf(10_000), send);
    expect(refused).toEqual(bad.map((index) => ({ index, reason: 'partial write: unable to parse', isTooOld: false })));
    expect(stored.size).toBe(10_000 - bad.length);
    expect(sizes.length).toBeLessThanOrEqual(2 + bad.length * 2 * 13);
  },
);

test('a request that is too large is halved until it is not', async () => {
  const { send, stored, sizes } = database({ mostBytes: 3000 });
  expect(await writeLines(linesOf(1000), send)).toEqual([]);
  expect(stored.size).toBe(1000);
  expect(sizes).toEqual([1000, 500, 250, 250, 500, 250, 250]);
});

test('a line that is too large by itself is refused', async () => {
  const { send, stored } = database({ mostBytes: 100 });
  expect(await writeLines(['a', 'x'.repeat(101), 'b'], send)).toEqual([{ index: 1, reason: 'too large', isTooOld: false }]);
  expect([...stored]).toEqual(['a', 'b']);
});

test.each([
  ['1', saidBy1],
  ['2.7', saidBy2],
  ['2.7, at the end', saidAtTheEnd],
])('lines that are too old are refused however many they are, without asking of each (in the words of %s)', async (_, said) => {
  const { send, stored, sizes } = database({ isOld: (line) => Number(line.slice(5)) < 3000, said });
  const refused = await writeLines(linesOf(4000), send);
  expect(refused.map(({ index, isTooOld }) => [index, isTooOld])).toEqual(Array.from({ length: 3000 }, (_, i) => [i, true]));
  expect(stored.size).toBe(1000);
  expect(sizes.length).toBeLessThan(30);
});

test.each([
  { what: 'all of three', count: 3, isBad: () => true },
  { what: 'more than 20 and more than half', count: 1000, isBad: (line: string) => Number(line.slice(5)) % 40 !== 0 },
])('$what are no bad lines but a wrong database', async ({ count, isBad }) => {
  const { send } = database({ isBad });
  await expect(writeLines(linesOf(count), send)).rejects.toThrow(/^InfluxDB refuses \d+ lines of \d+; does something else write there\?/);
});

test('another fault is passed on, once nothing is under way any more', async () => {
  let underWay = 0;
  const send = async (lines: readonly string[]) => {
    if (lines[0] === 'line 0') throw new InfluxAwayError('away');
    underWay++;
    await new Promise((resolve) => setImmediate(resolve));
    underWay--;
  };
  await expect(writeLines(linesOf(20_000), send)).rejects.toThrow('away');
  expect(underWay).toBe(0);
});

test('a series beyond a limit is refused as a whole, and the others are stored, in few requests', async () => {
  const lines = Array.from({ length: 2000 }, (_, i) => `reading,sensor=s${i % 20} v=1i ${i}`);
  const stored = new Set<string>();
  let requests = 0;
  const send = async (some: readonly string[]) => {
    requests++;
    for (const line of some) if (!line.includes('=s7 ')) stored.add(line);
    if (!some.some((line) => line.includes('=s7 '))) return;
    const error = 'partial write: max-values-per-tag limit exceeded (19/19): measurement="reading" tag="sensor" value="s7" dropped=1';
    throw failureOf({ status: 400, body: JSON.stringify({ error }), retryAfter: undefined, of: 'write' }, 'InfluxDB', 0);
  };
  const refused = await writeLines(lines, send);
  expect(refused.map(({ index }) => index % 20)).toEqual(Array.from({ length: 100 }, () => 7));
  expect(refused[0]!.reason).toContain('raise max-values-per-tag in the [data] section');
  expect(stored.size).toBe(1900);
  expect(requests).toBeLessThan(15);
});

test('where no series at all is taken, nothing is set aside', async () => {
  const body = JSON.stringify({ error: 'max-series-per-database limit exceeded: db=gym (8/8) dropped=9' });
  const send = async () => {
    throw failureOf({ status: 400, body, retryAfter: undefined, of: 'write' }, 'InfluxDB', 0);
  };
  await expect(writeLines(['a v=1i 1', 'b v=1i 1', 'c v=1i 1'], send)).rejects.toThrow(
    /^InfluxDB refuses all 3 lines\..*max-series-per-database/,
  );
});
