import { pino } from 'pino';
import { BooksAwayError } from '../book-store.js';
import { InfluxAwayError, LogBrokenError } from './influx-errors.js';
import { LogGuard } from './log-guard.js';

let instance: string | undefined;
let note: string | undefined;
/** How often the two were asked. */
let asked: { instance: number; books: number };
let fault: 'none' | 'books' | 'influx';
const open = () =>
  new LogGuard({
    database: {
      instance: async () => {
        asked.instance++;
        if (fault === 'influx') throw new InfluxAwayError('InfluxDB does not answer');
        return instance;
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
  [instance, note, asked, fault] = ['1 a', undefined, { instance: 0, books: 0 }, 'none'];
});

test('a torn log is whole again after two starts, whatever processes asked meanwhile', async () => {
  expect(await outcome(open())).toBe('whole');
  await open().see(new LogBrokenError('no space left on device'));
  for (let n = 0; n < 2; n++) expect(await outcome(open())).toMatch(/its log is torn; make room/);
  instance = '2 b';
  for (let n = 0; n < 2; n++) expect(await outcome(open())).toMatch(/start it once more/);
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

test('other faults are none of the log, and a server that does not tell its start is not held back', async () => {
  await open().see(new InfluxAwayError('timeout'));
  expect(note).toBeUndefined();
  instance = undefined;
  await open().see(new LogBrokenError('no space left on device'));
  expect([await outcome(open()), note]).toEqual(['whole', undefined]);
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
  expect(await outcome(guard)).toMatch(wanting === 'books' ? /start it once more/ : /its log is torn/);
  expect(JSON.parse(note!)).toMatchObject({ broken: '1 a' });
});

test('nothing is written into a torn log, whoever tore it; else nobody is asked', async () => {
  const guard = open();
  await guard.demandWhole();
  for (let n = 0; n < 3; n++) expect(await guard.guarded(async () => n)).toBe(n);
  expect(asked).toEqual({ instance: 0, books: 1 });
  const broken = new LogBrokenError('no space left on device');
  await expect(guard.guarded(() => Promise.reject(broken))).rejects.toBe(broken);
  let written = 0;
  const work = async () => ++written;
  await expect(guard.guarded(work)).rejects.toThrow('its log is torn');
  instance = '2 b';
  await expect(guard.guarded(work)).rejects.toThrow('start it once more');
  instance = '3 c';
  expect([await guard.guarded(work), note]).toEqual([1, undefined]);
});
