import { bookStoreContract } from '../../storage/book-store.contract.js';
import { recordOf, T0 } from '../../test-data/readings.js';
import { TestBooks } from './test-books.js';

let books: TestBooks;
beforeAll(async () => {
  books = await TestBooks.start();
});
afterAll(() => books.close());

bookStoreContract((store) => books.open(store));

test('thousands of flushes leave little behind', async () => {
  const store = await books.open('bloat');
  const nothing = { deadLetters: [], removedDeadLetters: [] };
  const flush = 'x'.repeat(20_000);
  for (let n = 1; n <= 300; n++)
    await store.commit({ ...nothing, spools: [recordOf('spool0001', { ranges: [[1, n]] })], watermarkAt: T0 + n, flush });
  expect(await books.sizeOf('books_flushes')).toBeLessThan(4.5e6);
});
