import { letterOf, recordOf, T0 } from '../test-data/readings.js';
import type { BookStore, BooksWrite } from './book-store.js';

const anId = expect.stringMatching(/^[0-9a-f]{16}$/);

const write = (fields: Partial<BooksWrite>): BooksWrite => ({
  spools: [],
  deadLetters: [],
  removedDeadLetters: [],
  watermarkAt: T0,
  flush: 'flush',
  ...fields,
});

/**
 * What every `BookStore` does. Of dead letters and the state `time-series-store.contract.ts` has more, by way of a store with such books.
 * @param open opens the books of a name, new ones the first time
 */
export function bookStoreContract(open: (store: string) => Promise<BookStore>): void {
  test('begins, counts its begins, and knows what was committed', async () => {
    const books = await open('state');
    expect(await books.begin()).toEqual({ id: anId, epoch: 1, watermarkAt: undefined, spools: [] });
    const told = { decoded: 9, waiting: 0, dropped: {}, listedAt: T0 };
    const spools = [recordOf('spool0002', { ranges: [[1, Number.MAX_SAFE_INTEGER]], told }), recordOf('spool0001', { gone: [[3, 4]] })];
    await books.commit(write({ spools, watermarkAt: T0 + 1000 }));
    await books.commit(write({ spools: [{ ...spools[1]!, closed: true, room: 'studio' }], watermarkAt: T0 + 2000 }));
    const due = [{ ...spools[1]!, closed: true, room: 'studio' }, spools[0]];
    expect(await books.begin()).toEqual({ id: anId, epoch: 2, watermarkAt: T0 + 2000, spools: due });
    expect(await (await open('state')).begin()).toEqual({ id: anId, epoch: 3, watermarkAt: T0 + 2000, spools: due });
  });

  test('what is committed before the first begin counts as no epoch', async () => {
    const books = await open('early');
    await books.commit(write({}));
    expect(await books.begin()).toMatchObject({ epoch: 1, watermarkAt: T0 });
  });

  test('keeps a note, before the first begin and after others', async () => {
    const books = await open('note');
    expect(await books.note()).toBeUndefined();
    await books.setNote('early');
    expect(await books.begin()).toMatchObject({ epoch: 1, watermarkAt: undefined });
    await books.commit(write({}));
    expect(await (await open('note')).note()).toBe('early');
    await books.setNote(undefined);
    expect(await books.note()).toBeUndefined();
    expect(await books.begin()).toMatchObject({ epoch: 2, watermarkAt: T0 });
  });

  test('keeps the last flush until it is finished', async () => {
    const books = await open('flush');
    expect(await books.unfinished()).toBeUndefined();
    await books.commit(write({ flush: 'one' }));
    await books.commit(write({ flush: 'x'.repeat(2_000_000) }));
    expect(await (await open('flush')).unfinished()).toHaveLength(2_000_000);
    await books.finish([]);
    expect(await books.unfinished()).toBeUndefined();
    await books.finish([]);
  });

  test('keeps something else in the place of the last flush, and changes nothing by that', async () => {
    const books = await open('kept');
    await books.keep('first');
    expect(await books.unfinished()).toBe('first');
    await books.commit(write({ spools: [recordOf('spool0001')], flush: 'flush' }));
    const state = await books.begin();
    await books.keep('kept');
    expect(await (await open('kept')).unfinished()).toBe('kept');
    expect(await books.begin()).toEqual({ ...state, epoch: state.epoch + 1 });
    await books.finish([]);
    expect(await books.unfinished()).toBeUndefined();
  });

  test('readings that the other store refuses are dead letters, counted in their spools', async () => {
    const books = await open('refused');
    const spools = [recordOf('spool0001', { ranges: [[1, 9]], deadLettered: 1 }), recordOf('spool0002', { ranges: [[1, 2]] })];
    await books.commit(write({ spools, deadLetters: [letterOf(1)] }));
    const refused = [letterOf(4, { reason: 'refused' }), letterOf(5, { reason: 'refused' }), letterOf(6, { reason: 'too-old' })];
    await books.finish(refused);
    expect(await books.unfinished()).toBeUndefined();
    expect(await books.deadLetters({ limit: 9 })).toEqual([letterOf(1), ...refused]);
    expect((await books.begin()).spools).toEqual([{ ...spools[0]!, deadLettered: 4 }, spools[1]]);
  });

  test('thousands of dead letters of any text come and go, in one order', async () => {
    const books = await open('letters');
    const texts = ['"it\'s" a \u0000 NUL', 'half \ud800 a pair', '💓\n\r\t\\', ''];
    const letters = Array.from({ length: 2500 }, (_, i) =>
      letterOf(i + 1, { spool: `spool${i % 2}-Z_`, detail: texts[i % 4]!, payload: texts[(i + 1) % 4]!, arrivedAt: T0 + (i % 3) }),
    );
    await books.commit(write({ deadLetters: letters }));
    // Sent again by whoever did not hear that it was committed.
    await books.commit(write({ deadLetters: letters.slice(0, 3) }));
    const due = [...letters].sort(
      (a, b) => b.arrivedAt - a.arrivedAt || (a.spool < b.spool ? -1 : a.spool > b.spool ? 1 : a.number - b.number),
    );
    const found = await books.deadLetters({ limit: 2000 });
    found.push(...(await books.deadLetters({ limit: 2000, after: found.at(-1)! })));
    expect(found).toEqual(due);
    expect(await books.deadLetterCounts()).toEqual(new Map([['implausible', 2500]]));
    await books.commit(write({ removedDeadLetters: letters.slice(0, 2400) }));
    expect(await books.pruneDeadLetters(T0 + 1)).toBe(letters.slice(2400).filter(({ arrivedAt }) => arrivedAt === T0).length);
    expect(await books.deadLetterCounts()).toEqual(
      new Map([['implausible', letters.slice(2400).filter(({ arrivedAt }) => arrivedAt > T0).length]]),
    );
  });

  test('what fails changes nothing, and says so in a few words', async () => {
    const books = await open('broken');
    await books.commit(write({ spools: [recordOf('spool0001')], flush: 'before' }));
    const broken = write({
      spools: [recordOf('spool0001', { ranges: [[1, 2]] }), recordOf('spool0002', { deadLettered: 0.5 })],
      flush: 'x'.repeat(9999),
    });
    const error: Error & { code?: string } = await books.commit(broken).then(
      () => new Error('it took it'),
      (fault) => fault,
    );
    expect(error.code).toBe('BOOKS_AWAY');
    expect(error.message.length).toBeLessThan(300);
    expect(await books.unfinished()).toBe('before');
    expect((await books.begin()).spools).toEqual([recordOf('spool0001')]);
  });

  test('stores have books of their own', async () => {
    const [one, other] = [await open('one'), await open('other')];
    await one.begin();
    await one.commit(write({ spools: [recordOf('spool0001')], deadLetters: [letterOf(1)] }));
    await other.finish([]);
    expect(await other.begin()).toEqual({ id: anId, epoch: 1, watermarkAt: undefined, spools: [] });
    expect(await other.unfinished()).toBeUndefined();
    expect(await other.deadLetters({ limit: 9 })).toEqual([]);
    expect(await other.deadLetterCounts()).toEqual(new Map());
    expect(await other.pruneDeadLetters(T0 + 1e9)).toBe(0);
    expect(await one.unfinished()).toBe('flush');
  });
}
