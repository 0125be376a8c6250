import { pino } from 'pino';
import { BooksAwayError } from '../book-store.js';
import { InfluxAwayError, LogBrokenError } from './influx-errors.js';
import { CONFIRM_COMMAND, LogGuard } from './log-guard.js';
import type { ServerStart } from './server-start.js';

let instance: string | undefined;
const startOf = (id: string | undefined): ServerStart | undefined => (id === undefined ? undefined : { kind: 'diagnostics', id });
let note: string | undefined;
/** How often the two were asked. */
let asked: { server: number; books: number };
let fault: 'none' | 'books' | 'influx';
const open = () =>
  new LogGuard({
    database: {
      serverStart: async () => {
        asked.server++;
        if (fault === 'influx') throw new InfluxAwayError('InfluxDB does not answer');
        return startOf(instance);
      },
    },
    books: {
      note: async () => {
        asked.books++;
        if (fault === 'books') throw new BooksAwayError('the disk is full');
        return note;
      },
      setNote: async (text) => {
        if (fault === 'books') throw new BooksAwayError('the disk is full');
        note = text;
      },
    },
    log: pino({ level: 'silent' }),
  });
const outcome = (guard: LogGuard): Promise<string> =>
  guard.demandWhole().then(
    () => 'whole',
    (error: Error) => error.message,
  );
beforeEach(() => {
  [instance, note, asked, fault] = ['1 a', undefined, { server: 0, books: 0 }, 'none'];
});

test('a torn log is whole again after two starts, whatever processes asked meanwhile', async () => {
  expect(await outcome(open())).toBe('whole');
  await open().see(new LogBrokenError('no space left on device'));
  for (let n = 0; n < 2; n++) expect(await outcome(open())).toMatch(/its log is torn; make room/);
  instance = '2 b';
  for (let n = 0; n < 2; n++) expect(await outcome(open())).toMatch(/restart it once more/);
  instance = '3 c';
  expect([await outcome(open()), note]).toEqual(['whole', undefined]);
});

test('a log that tears again, at any start, wants two starts again', async () => {
  await open().see(new LogBrokenError('no space left on device'));
  instance = '2 b';
  await outcome(open());
  instance = '3 c';
  await open().see(new LogBrokenError('no space left on device'));
  expect(await outcome(open())).toMatch(/its log is torn/);
});

test('errors that are not of the log change nothing', async () => {
  await open().see(new InfluxAwayError('timeout'));
  expect(note).toBeUndefined();
});

describe('a server that does not report its starts', () => {
  beforeEach(async () => {
    instance = undefined;
    await open().see(new LogBrokenError('no space left on device'));
  });

  test('gets nothing until a person confirms that it was restarted twice', async () => {
    for (let n = 0; n < 3; n++) expect(await outcome(open())).toContain(CONFIRM_COMMAND);
    await open().confirmRestarts();
    expect([await outcome(open()), note]).toEqual(['whole', undefined]);
  });

  test('that reports them later is still to be restarted twice', async () => {
    instance = '2 b';
    expect(await outcome(open())).toMatch(/its log is torn; make room/);
    instance = '3 c';
    expect(await outcome(open())).toMatch(/restart it once more/);
    instance = '4 d';
    expect([await outcome(open()), note]).toEqual(['whole', undefined]);
  });
});

test('a server that stops reporting its starts waits for a person, also after the first restart', async () => {
  await open().see(new LogBrokenError('no space left on device'));
  instance = '2 b';
  await outcome(open());
  instance = undefined;
  expect(await outcome(open())).toContain(CONFIRM_COMMAND);
  await open().confirmRestarts();
  expect(await outcome(open())).toBe('whole');
});

test('a confirmation is refused where nothing is torn, and where the server reports its starts itself', async () => {
  await expect(open().confirmRestarts()).rejects.toThrow('there is nothing to confirm');
  await open().see(new LogBrokenError('no space left on device'));
  await expect(open().confirmRestarts()).rejects.toThrow('was not restarted twice yet');
  expect(await outcome(open())).toMatch(/its log is torn/);
});

test.each(['books', 'influx'] as const)('what cannot be noted, for want of %s, is kept in mind until it can', async (wanting) => {
  const guard = open();
  expect(await outcome(guard)).toBe('whole');
  fault = wanting;
  await guard.see(new LogBrokenError('no space left on device'));
  expect(note).toBeUndefined();
  await expect(guard.demandKnownWhole()).rejects.toThrow(wanting === 'books' ? 'the disk is full' : 'InfluxDB does not answer');
  // Who learns the start late must take it for the broken one.
  if (wanting === 'books') instance = '2 b';
  fault = 'none';
  expect(await outcome(guard)).toMatch(wanting === 'books' ? /restart it once more/ : /its log is torn/);
  expect(JSON.parse(note!)).toMatchObject({ broken: startOf('1 a') });
});

test('nothing is written into a torn log, whoever tore it; else nobody is asked', async () => {
  const guard = open();
  await guard.demandWhole();
  for (let n = 0; n < 3; n++) expect(await guard.guarded(async () => n)).toBe(n);
  expect(asked).toEqual({ server: 0, books: 1 });
  const broken = new LogBrokenError('no space left on device');
  await expect(guard.guarded(() => Promise.reject(broken))).rejects.toBe(broken);
  let written = 0;
  const work = async () => ++written;
  await expect(guard.guarded(work)).rejects.toThrow('its log is torn');
  instance = '2 b';
  await expect(guard.guarded(work)).rejects.toThrow('restart it once more');
  instance = '3 c';
  expect([await guard.guarded(work), note]).toEqual([1, undefined]);
});
