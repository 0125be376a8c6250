import { pino } from 'pino';
import { InfluxAwayError, LogBrokenError } from './influx-errors.js';
import { LogGuard } from './log-guard.js';

let instance: string | undefined;
let note: string | undefined;
const open = () =>
  new LogGuard({
    database: { instance: async () => instance },
    books: {
      note: async () => note,
      setNote: async (text) => {
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
  [instance, note] = ['1 a', undefined];
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
