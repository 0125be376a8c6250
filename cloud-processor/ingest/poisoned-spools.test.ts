import type { GatewayParams } from '@pulseboard/contract';
import { BatchImplausibleError } from './plausible-numbers.js';
import { SpoolBooks } from './spool-books.js';
import type { SpoolRecord } from './spool-record.js';

/** Numbers of a spool that its gateway cannot have reached, and real losses that look like them. Times are monotonic ms. */
const GATEWAY: GatewayParams = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const SPOOL = { ...GATEWAY, spool: 'spool-1', boot: 'real' };
const MAX = 2 ** 48 - 1;
const S = 1000;
const NOW_MS = 1_796_000_000_000;

const healthOf = (boot: string, at: number, said: { oldest: number; decoded?: number; waiting?: number; drained?: boolean }) => ({
  boot,
  at,
  spools: [{ spool: SPOOL.spool, drained: false, dropped: {}, waiting: 0, decoded: said.oldest - 1, ...said }],
});
const numbered = (first: number, count: number) => Array.from({ length: count }, (_, i) => ({ spool: SPOOL.spool, number: first + i }));

/** A gateway of which 100 readings are stored. */
function running(): SpoolBooks {
  const books = new SpoolBooks();
  books.take(SPOOL, 1, 100, 1, 0);
  books.commit(books.settle(numbered(1, 100)));
  return books;
}
const goneOf = (books: SpoolBooks) => [...books.ledger()].flatMap(({ gone }) => gone);

function storesNext(books: SpoolBooks, first = 101, now = 10 * S): void {
  expect(books.take(SPOOL, first, 10, first, now)).toEqual(numbered(first, 10).map(({ number }) => number));
  books.commit(books.settle(numbered(first, 10)));
  for (const { ranges, gone } of books.committed(1)[0]!.message.spools) {
    expect(ranges.at(-1)).toEqual([expect.any(Number), first + 9]);
    for (const [, to] of gone) expect(to).toBeLessThan(first);
  }
}

describe('a forged message does not end a spool', () => {
  const huge = [10_000_000, 2 ** 31, 2 ** 32, 1e12, MAX - 1, MAX, 2 ** 53 - 1, 1e300];
  const healths: [string, { boot: string; oldest: number; decoded?: number; drained?: boolean }][] = huge.flatMap((oldest) => [
    [`oldest ${oldest} of the same boot`, { boot: 'real', oldest }],
    [`oldest ${oldest} of another boot`, { boot: 'evil', oldest }],
    [`oldest ${oldest} beyond what it says is decoded`, { boot: 'real', oldest, decoded: 100 }],
    [`drained at ${oldest}`, { boot: 'evil', oldest, drained: true }],
    [`decoded ${oldest}`, { boot: 'real', oldest: 50, decoded: oldest }],
  ]);
  test.each(healths)('health: %s', (_what, { boot, ...said }) => {
    const books = running();
    expect(books.hearHealth(GATEWAY, healthOf(boot, 1, said), S, NOW_MS)).toHaveLength(1);
    books.commit(books.settle([]));
    expect(goneOf(books)).toEqual([]);
    storesNext(books);
  });

  test('health of another boot that names a little more than arrived', () => {
    const books = running();
    books.hearHealth(GATEWAY, healthOf('evil', 1, { oldest: 500, decoded: 600 }), S, NOW_MS);
    books.commit(books.settle([]));
    expect(goneOf(books)).toEqual([]);
    storesNext(books);
  });

  test('health of its own boot that names a little more than arrived is not the end of what is sent all the same', () => {
    const books = running();
    books.hearHealth(GATEWAY, healthOf('real', 1, { oldest: 500 }), S, NOW_MS);
    books.commit(books.settle([]));
    expect(goneOf(books)).toEqual([[101, 499]]);
    storesNext(books);
  });

  test.each(huge.filter((n) => n <= MAX))('a batch with oldest %d keeps its own readings and those that follow', (oldest) => {
    const books = running();
    expect(books.take(SPOOL, 101, 1, oldest, S)).toEqual([101]);
    books.commit(books.settle(numbered(101, 1)));
    expect(goneOf(books)).toEqual([]);
    storesNext(books, 102);
  });

  test.each(huge.filter((n) => n <= MAX))('a batch with first %d is not taken', (first) => {
    const books = running();
    expect(() => books.take(SPOOL, first, 1, first, S)).toThrow(BatchImplausibleError);
    expect(books.settle([])).toEqual([]);
    storesNext(books);
  });

  test('a batch of overlapping numbers whose end is beyond all', () => {
    const books = running();
    expect(() => books.take(SPOOL, 50, 100_000_000, 50, S)).toThrow(BatchImplausibleError);
    storesNext(books);
  });

  test('a health of the far future does not deafen the processor to the gateway', () => {
    const books = running();
    books.hearHealth(GATEWAY, healthOf('real', 4_000_000_000_000, { oldest: 101 }), S, NOW_MS);
    books.hearHealth(GATEWAY, healthOf('real', NOW_MS, { oldest: 101, decoded: 140, waiting: 40 }), 40 * S, NOW_MS);
    expect([...books.ledger()]).toMatchObject([{ told: { decoded: 140 } }]);
  });
});

describe('what a gateway really lost is gone', () => {
  test('a full spool dropped 315,881 readings in an hour: the next batch says so', () => {
    const books = running();
    expect(books.take(SPOOL, 315_982, 10, 315_982, 3600 * S)).toHaveLength(10);
    books.commit(books.settle(numbered(315_982, 10)));
    expect(goneOf(books)).toEqual([[101, 315_981]]);
  });

  test('health says so before any batch, also at once', () => {
    const books = running();
    expect(books.hearHealth(GATEWAY, healthOf('real', 1, { oldest: 315_982, decoded: 316_500, waiting: 400 }), S, NOW_MS)).toEqual([]);
    books.commit(books.settle([]));
    expect(goneOf(books)).toEqual([[101, 315_981]]);
  });

  test('a week without a network, 100 million readings', () => {
    const books = running();
    expect(books.take(SPOOL, 100_000_000, 1, 100_000_000, 7 * 86_400 * S)).toHaveLength(1);
  });

  test('a new process reports the end of the spool of the one before, once that is silent', () => {
    const books = running();
    const drained = healthOf('new', 1, { oldest: 131, decoded: 130, drained: true });
    books.hearHealth(GATEWAY, drained, 20 * S, NOW_MS);
    books.commit(books.settle([]));
    expect([...books.ledger()]).toMatchObject([{ gone: [[101, 130]], closed: true }]);
  });

  test('a new process is believed at once when it sends', () => {
    const books = running();
    books.take({ ...GATEWAY, spool: 'spool-2', boot: 'new' }, 1, 1, 1, S);
    books.hearHealth(GATEWAY, healthOf('new', 1, { oldest: 131, decoded: 130, drained: true }), S, NOW_MS);
    books.commit(books.settle([{ spool: 'spool-2', number: 1 }]));
    expect([...books.ledger()][0]).toMatchObject({ gone: [[101, 130]], closed: true });
  });
});

describe('a spool that a former release let be poisoned heals', () => {
  const record = (of: Partial<SpoolRecord>): SpoolRecord => ({
    ...SPOOL,
    ranges: [[1, 100]],
    gone: [],
    closed: false,
    deadLettered: 0,
    ...of,
  });
  const told = (decoded: number) => ({ decoded, waiting: 0, dropped: {}, listedAt: NOW_MS - 60 * S });

  test.each<[string, Partial<SpoolRecord>]>([
    ['everything to come is gone', { gone: [[101, MAX - 1]], told: told(100) }],
    ['beyond all integers', { gone: [[101, 1e300]], told: told(100) }],
    ['counts beyond all integers', { told: { ...told(100), decoded: 1e300, waiting: 1e300, dropped: { full: 1e300 } } }],
    ['without counts of the gateway', { gone: [[101, MAX - 1]] }],
    [
      'numbers far beyond count as committed',
      {
        ranges: [
          [1, 100],
          [MAX - 5, MAX],
        ],
        told: told(100),
      },
    ],
  ])('%s', (_what, of) => {
    const books = new SpoolBooks([record(of)], NOW_MS);
    storesNext(books);
  });

  test('an old spool without anything left, by its health alone', () => {
    const books = new SpoolBooks([record({ gone: [[101, MAX - 1]], told: told(100) })], NOW_MS);
    books.hearHealth(GATEWAY, healthOf('new', 1, { oldest: 101, decoded: 100, drained: true }), S, NOW_MS);
    books.commit(books.settle([]));
    expect(books.committed(1)[0]!.message.spools).toMatchObject([{ ranges: [[1, 100]], gone: [], closed: true }]);
  });
});

test('after a restart a gateway may have gone on for as long as the processor was away', () => {
  const record: SpoolRecord = { ...SPOOL, ranges: [[1, 100]], gone: [], closed: false, deadLettered: 0 };
  const told = { decoded: 100, waiting: 0, dropped: {}, listedAt: NOW_MS - 86_400 * S };
  const after = (listedAt: number) => new SpoolBooks([{ ...record, told: { ...told, listedAt } }], NOW_MS);
  expect(after(NOW_MS - 86_400 * S).take(SPOOL, 50_000_000, 1, 50_000_000, S)).toEqual([50_000_000]);
  expect(() => after(NOW_MS - 60 * S).take(SPOOL, 50_000_000, 1, 50_000_000, S)).toThrow(BatchImplausibleError);
});
