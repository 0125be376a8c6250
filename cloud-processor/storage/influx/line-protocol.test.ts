import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describeOnInflux, InfluxServer } from '../../test-data/influx-server.js';
import { readingAt, secondOf, T0 } from '../../test-data/readings.js';
import { goneSecond, readingPoints, secondPoints } from './influx-schema.js';
import { named, quoted } from './influxql.js';
import { booleanField, floatField, integerField, LineError, SeriesPrefixes, tagValue, textField } from './line-protocol.js';

describe('what a line cannot hold is refused', () => {
  test.each([
    ['an empty tag', () => tagValue('')],
    ['a tag that ends in a backslash', () => tagValue('main\\')],
    ['a tag with a backslash before a space', () => tagValue('main\\ room')],
    ['a tag with a line break', () => tagValue('a\nb')],
    ['a tag with a carriage return', () => tagValue('a\rb')],
    ['a huge tag', () => tagValue('x'.repeat(70_000))],
    ['half an emoji in a tag', () => tagValue('\ud83d')],
    ['half an emoji in a text', () => textField('a\ud83d!')],
    ['NaN', () => floatField(Number.NaN)],
    ['Infinity', () => floatField(Number.NEGATIVE_INFINITY)],
    ['a fraction where a whole number is due', () => integerField(1.7)],
    ['a number that is not exact', () => integerField(2 ** 53)],
    ['a number beyond its field', () => integerField(128, 128)],
    ['a reading with NaN', () => readingPoints.lineOf(readingAt(0, { cadenceSpm: Number.NaN }))],
    ['a reading of an impossible gateway', () => readingPoints.lineOf(readingAt(0, { gateway: 'a\\' }))],
    ['a reading before 1970', () => readingPoints.lineOf(readingAt(-T0 - 1))],
    ['a second with an impossible count', () => secondPoints.lineOf(secondOf(1, { beats: 1e9 }))],
  ])('%s', (_, line) => expect(line).toThrow(LineError));
});

test.each([
  [0.1, '0.1'],
  [1e21, '1e+21'],
  [5e-324, '5e-324'],
  [-0, '-0'],
  [63_999.02, '63999.02'],
])('%p is written as %s', (value, text) => expect(floatField(value)).toBe(text));

test('a reading as a line: what is unknown is left out, and its nanoseconds come from its number', () => {
  const reading = readingAt(1, {
    number: 1_000_007,
    spool: 'spoola01',
    heartRateBpm: 150,
    contact: false,
    rrIntervalsMs: [400.5, 2],
    raw: '00ff',
  });
  const line = readingPoints.lineOf(reading);
  expect(line).toMatch(
    /^reading,gateway=gateway-1,gym=demo,room=main,sensor=ant-hr-1 spool="spoola01",number=1000007i,heartRateBpm=150i,rrIntervalsMs="\[400.5,2\]",contact=false,raw="00ff" 1769882400001\d{6}$/,
  );
  const nanosecondsOf = (number: number) => Number(readingPoints.lineOf({ ...reading, number }).slice(-6));
  expect(nanosecondsOf(8)).toBe((nanosecondsOf(7) + 1) % 1e6);
  expect(nanosecondsOf(1_000_007)).toBe(nanosecondsOf(7));
  expect(readingPoints.lineOf({ ...reading, spool: 'spoola02' }).slice(-6)).not.toBe(line.slice(-6));
});

test('a second as a line has every field, known or not', () => {
  const { microKcal: _, steps: __, ...unknown } = secondOf(1, { zone: 0, pointSixtieths: 0 });
  const fieldsOf = (line: string) =>
    line
      .split(' ')[1]!
      .split(',')
      .map((field) => field.split('=')[0]);
  const full = secondPoints.lineOf(secondOf(1, { meanRrMs: 400.1 }));
  expect(fieldsOf(secondPoints.lineOf(unknown))).toEqual(fieldsOf(full));
  expect(fieldsOf(secondPoints.lineOf(goneSecond(unknown)))).toEqual(fieldsOf(full));
  expect(full).toMatch(
    /^member_second,gym=demo,member=ada,room=main .*zone=4i.*,seconds=1i,energySeconds=1i,stepSeconds=1i,secondsInZone0=0i.*secondsInZone4=1i,secondsInZone5=0i 1769882401000000000$/,
  );
  expect(secondPoints.lineOf(unknown)).toMatch(/meanRrMs=0,.*microKcal=0i,.*steps=0i,.*energySeconds=0i,stepSeconds=0i,secondsInZone0=1i/);
});

describeOnInflux('on InfluxDB', () => {
  let folder: string;
  let server: InfluxServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pulseboard-lines-'));
    server = await InfluxServer.start(folder);
    await server.ask('', `CREATE DATABASE ${named('a "db" x')}`);
  });
  afterAll(async () => {
    await server.kill();
    await rm(folder, { recursive: true });
  });

  test('any text in a tag or a field, and any number, is refused at the door or comes back as it was, and is found by it', async () => {
    const database = 'a "db" x';
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'\\,= "\'\n\r\t#/{}[]💓ü\u0000\u2028a') }),
      fc.string({ minLength: 3000, maxLength: 5000 }),
    );
    const prefixes = new SeriesPrefixes<{ tag: string }>('any text', ['tag']);
    const samples = fc.sample(
      fc.tuple(anyText, anyText, fc.double({ noDefaultInfinity: true, noNaN: true }), fc.maxSafeInteger(), fc.boolean()),
      300,
    );
    const rows = new Map<number, (typeof samples)[number]>();
    const lines: string[] = [];
    for (const [i, row] of samples.entries()) {
      const [tag, text, double, whole, flag] = row;
      try {
        const fields = `text=${textField(text)},double=${floatField(double)},whole=${integerField(whole)},flag=${booleanField(flag)}`;
        // A space in the name of a measurement is escaped like one in a tag.
        lines.push(`${prefixes.of({ tag }).replace('any text', 'any\\ text')} i=${i}i,${fields} ${T0 + i}000000`);
        rows.set(i, row);
      } catch (error) {
        expect(error).toBeInstanceOf(LineError);
      }
    }
    expect(rows.size).toBeGreaterThan(samples.length / 3);
    expect(await server.put(database, lines.join('\n'))).toEqual({ status: 204, body: '' });
    const found = await server.ask(database, 'SELECT i, "tag", text, double, whole, flag FROM "any text"');
    expect(found).toHaveLength(rows.size);
    for (const { i, tag, text, double, whole, flag } of found) expect([tag, text, double, whole, flag]).toEqual(rows.get(i as number));
    for (const [i, [tag]] of [...rows].slice(0, 60)) {
      const some = await server.ask(database, `SELECT i FROM "any text" WHERE "tag" = ${quoted(tag)}`);
      expect(some.map((row) => row.i)).toContain(i);
    }
  });
});
