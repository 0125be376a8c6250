import type { GatewayParams, NumberRange } from '@pulseboard/contract';
import { SpoolBooks } from './spool-books.js';
import type { SpoolRecord } from './spool-record.js';

const GATEWAY: GatewayParams = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const SPOOL = { ...GATEWAY, spool: 'spool-1' };

const held = (at: number, oldest: number, drained = false, boot = 'boot-1') => ({
  boot,
  at,
  spools: [{ spool: SPOOL.spool, oldest, drained }],
});
const numbers = (...list: number[]) => list.map((number) => ({ spool: SPOOL.spool, number }));
const record = (of: Partial<SpoolRecord>): SpoolRecord => ({
  ...SPOOL,
  ranges: [],
  gone: [],
  closed: false,
  deadLettered: 0,
  ...of,
});
const counted = (of: Partial<SpoolBooks['counts']>) => ({ received: 0, stored: 0, deadLettered: 0, duplicate: 0, turnedAway: 0, ...of });
const told = (books: SpoolBooks) => books.committed(1).map(({ to, message }) => ({ room: to.room, ...message }));

/** Stores and commits all that waits. */
function flush(books: SpoolBooks, ...list: number[]): SpoolRecord[] {
  const records = books.settle(numbers(...list));
  books.commit(records);
  return records;
}

describe('taking', () => {
  const known: [string, Partial<SpoolRecord>, number[]][] = [
    ['nothing known', {}, [3, 4, 5]],
    ['stored before', { ranges: [[1, 3]] }, [4, 5]],
    ['said to be gone, which is not so for what its gateway holds', { gone: [[5, 6]] }, [3, 4, 5]],
    ['closed', { closed: true }, []],
  ];
  test.each(known)('%s', (_name, of, fresh) => {
    const books = new SpoolBooks([record(of)]);
    expect(books.take(SPOOL, 3, 3, 1, 0)).toEqual(fresh);
    expect(books.take(SPOOL, 3, 3, 1, 0)).toEqual([]);
    expect(books.counts).toEqual(counted({ received: 6, duplicate: 6 - fresh.length }));
    expect(books.waiting).toBe(fresh.length);
  });

  test('overlapping batches in any order', () => {
    const books = new SpoolBooks();
    expect(books.take(SPOOL, 5, 3, 1, 0)).toEqual([5, 6, 7]);
    expect(books.take(SPOOL, 1, 8, 1, 0)).toEqual([1, 2, 3, 4, 8]);
    expect(flush(books, 1, 2, 3, 4, 5, 6, 7, 8)).toEqual([record({ ranges: [[1, 8]] })]);
  });

  test('whose a spool is', () => {
    const books = new SpoolBooks([record({})]);
    expect(books.ownerOf(SPOOL.spool)).toEqual(GATEWAY);
    expect(books.ownerOf('another')).toBeUndefined();
  });
});

describe('settling', () => {
  test('changes nothing before the store has it', () => {
    const books = new SpoolBooks();
    books.take(SPOOL, 1, 2, 1, 0);
    expect(books.settle(numbers(1, 2))).toEqual([record({ ranges: [[1, 2]] })]);
    expect(told(books)[0]!.spools).toEqual([{ spool: SPOOL.spool, ranges: [], gone: [], closed: false }]);
    expect(books.settle(numbers(1, 2))).toEqual([record({ ranges: [[1, 2]] })]);
  });

  test('numbers below the oldest that never came are gone; those on the way are not', () => {
    const books = new SpoolBooks([record({ ranges: [[1, 2]] })]);
    books.take(SPOOL, 4, 1, 1, 0);
    books.take(SPOOL, 8, 1, 8, 0);
    expect(flush(books, 8)).toEqual([
      record({
        ranges: [
          [1, 2],
          [8, 8],
        ],
        gone: [
          [3, 3],
          [5, 7],
        ],
      }),
    ]);
    expect(flush(books, 4)).toEqual([
      record({
        ranges: [
          [1, 2],
          [4, 4],
          [8, 8],
        ],
        gone: [
          [3, 3],
          [5, 7],
        ],
      }),
    ]);
  });

  test('nothing new is no record', () => {
    const books = new SpoolBooks([record({ ranges: [[1, 2]] })]);
    expect(flush(books)).toEqual([]);
    books.hearHealth(GATEWAY, held(1, 3), 0);
    expect(flush(books)).toEqual([]);
    expect(flush(books)).toEqual([]);
  });

  test('a drained spool is closed when nothing of it is on the way', () => {
    const books = new SpoolBooks();
    books.take(SPOOL, 1, 2, 1, 0);
    books.hearHealth(GATEWAY, held(1, 3, true), 0);
    expect(flush(books, 1)).toEqual([record({ ranges: [[1, 1]] })]);
    expect(flush(books, 2)).toEqual([record({ ranges: [[1, 2]], closed: true })]);
    expect(books.take(SPOOL, 3, 1, 1, 0)).toEqual([]);
    books.hearHealth(GATEWAY, held(2, 5, true), 0);
    expect(flush(books)).toEqual([record({ ranges: [[1, 2]], gone: [[3, 4]], closed: true })]);
  });

  test.each([
    ['makes it gone, is stored: it was held all the same', false],
    ['closes its spool, is not stored', true],
  ])('what comes late, during the flush that %s', (_, drained) => {
    const books = new SpoolBooks();
    books.take(SPOOL, 1, 1, 1, 0);
    books.hearHealth(GATEWAY, held(1, 4, drained), 0);
    const records = books.settle(numbers(1));
    const late = drained ? 5 : 3;
    expect(books.take(SPOOL, late, 1, 1, 0)).toEqual([late]);
    books.commit(records);
    expect(books.isWaiting(SPOOL.spool, late)).toBe(!drained);
    expect(books.counts).toEqual(counted({ received: 2, stored: 1, duplicate: drained ? 1 : 0 }));
    if (drained) return;
    for (const { message } of books.committed(1)) for (const { gone } of message.spools) expect(gone).not.toContainEqual([2, 3]);
    books.commit(books.settle(numbers(3)));
    expect(books.counts).toEqual(counted({ received: 2, stored: 2 }));
  });

  test('after the store was away all that waited is taken again', () => {
    const books = new SpoolBooks();
    books.take(SPOOL, 1, 3, 1, 0);
    books.forgetWaiting();
    books.turnAway(2);
    expect(books.counts).toEqual(counted({ received: 5, turnedAway: 5 }));
    expect(books.take(SPOOL, 1, 3, 1, 0)).toEqual([1, 2, 3]);
    expect([...books.ledger()]).toMatchObject([{ committed: 0, waiting: 3, goneCount: 0 }]);
  });
});

describe('dead letters', () => {
  test('are committed with the readings, and counted apart', () => {
    const books = new SpoolBooks([record({ ranges: [[1, 2]], deadLettered: 1 })]);
    books.take(SPOOL, 3, 4, 1, 0);
    const records = books.settle(numbers(3, 5), numbers(4));
    expect(records).toEqual([record({ ranges: [[1, 5]], deadLettered: 2 })]);
    books.commit(records);
    expect(books.counts).toEqual(counted({ received: 4, stored: 2, deadLettered: 1 }));
    expect(books.waiting).toBe(1);
  });
});

describe('when the store', () => {
  test('was away, its records are what is durable, and what was heard of gateways stays', () => {
    const books = new SpoolBooks();
    books.hearHealth(GATEWAY, held(5, 1), 0);
    books.take(SPOOL, 1, 9, 1, 0);
    books.settle(numbers(1, 2, 3));
    books.forgetWaiting();
    books.turnAway(2);
    expect(books.counts).toEqual(counted({ received: 11, turnedAway: 11 }));
    // The flush that failed had become durable.
    books.reopen([record({ ranges: [[1, 3]] })]);
    expect(books.counts).toEqual(counted({}));
    expect(told(books)).toMatchObject([{ spools: [{ ranges: [[1, 3]] }] }]);
    expect(books.take(SPOOL, 1, 5, 1, 0)).toEqual([4, 5]);
    books.hearHealth(GATEWAY, held(4, 9), 0); // older than the one before
    expect(flush(books, 4, 5)).toEqual([record({ ranges: [[1, 5]] })]);
  });

  test('lost what it had said, that is not durable any more', () => {
    const books = new SpoolBooks([record({ ranges: [[1, 9]], closed: true })]);
    books.reopen([]);
    expect(books.take(SPOOL, 1, 2, 1, 0)).toEqual([1, 2]);
  });

  test('cannot have some readings now, they are taken when they come again', () => {
    const books = new SpoolBooks();
    books.take(SPOOL, 1, 3, 1, 0);
    books.release(numbers(2, 3, 99));
    expect(books.isWaiting(SPOOL.spool, 2)).toBe(false);
    expect(books.counts).toEqual(counted({ received: 3, turnedAway: 2 }));
    expect(books.take(SPOOL, 1, 3, 1, 0)).toEqual([2, 3]);
  });
});

describe('what a gateway counts itself', () => {
  const counts = (decoded: number, dropped = {}) => ({ ...held(1, 1).spools[0]!, decoded, waiting: 1, dropped });
  const health = (at: number, ...spools: object[]) => ({ boot: 'boot-1', at, spools }) as ReturnType<typeof held>;
  const minute = 60_000;

  test('becomes durable with the next flush, else after a minute, and never when nothing changed', () => {
    const books = new SpoolBooks();
    books.hearHealth(GATEWAY, health(1, counts(5)), 0, 1000);
    const first = { decoded: 5, waiting: 1, dropped: {}, listedAt: 1000 };
    expect(flush(books)).toEqual([record({ told: first })]);
    // The same counts, for an hour.
    for (let i = 1; i <= 60; i++) books.hearHealth(GATEWAY, health(1 + i, counts(5)), i * minute, 1000 + i * minute);
    expect(flush(books)).toEqual([]);
    books.take(SPOOL, 1, 1, 1, 60 * minute);
    const later = { ...first, listedAt: 1000 + 60 * minute };
    expect(flush(books, 1)).toEqual([record({ ranges: [[1, 1]], told: later })]);
    // Others, 10 s later.
    books.hearHealth(GATEWAY, health(100, counts(6, { full: 1 })), 60 * minute + 10_000, 7);
    expect(flush(books)).toEqual([]);
    books.hearHealth(GATEWAY, health(101, counts(6, { full: 1 })), 61 * minute, 8);
    const next = { decoded: 6, waiting: 1, dropped: { full: 1 }, listedAt: 8 };
    expect(flush(books)).toEqual([record({ ranges: [[1, 1]], told: next })]);
    expect(flush(books)).toEqual([]);
  });

  test('is not noted of a message that the broker kept', () => {
    const books = new SpoolBooks();
    books.hearHealth(GATEWAY, health(1, counts(5)), 0);
    expect(flush(books)).toEqual([]);
    expect([...books.ledger()][0]).not.toHaveProperty('told');
    expect(told(books)).toMatchObject([{ spools: [{ spool: SPOOL.spool }] }]);
  });

  test.each<[string, number, number | undefined, boolean]>([
    ['it speaks, and not of it, for more than a minute', minute + 10_001, 1, true],
    ['for a minute', minute + 10_000, 1, false],
    ['it does not speak, the broker kept its word', minute + 10_001, undefined, false],
  ])('a spool is abandoned: %s', (_, now, listedAt, isAbandoned) => {
    const books = new SpoolBooks([record({ spool: 'spool-0', ranges: [[1, 2]] })]);
    const abandoned = () => [...books.ledger()].filter((entry) => entry.isAbandoned).map(({ spool }) => spool);
    books.hearHealth(GATEWAY, health(1, counts(5)), 10_000, 1);
    expect(abandoned()).toEqual([]);
    books.hearHealth(GATEWAY, health(2, counts(6)), now, listedAt);
    expect(abandoned()).toEqual(isAbandoned ? ['spool-0'] : []);
    // It comes back.
    expect(books.take({ ...SPOOL, spool: 'spool-0' }, 3, 1, 1, now)).toEqual([3]);
    expect(abandoned()).toEqual([]);
  });
});

describe('telling', () => {
  test('only those that are asked for, and the others keep what they are to be told', () => {
    const books = new SpoolBooks();
    const other = { ...GATEWAY, gateway: 'gateway-2' };
    books.reject(GATEWAY, 'hash-1', 'first');
    books.reject(other, 'hash-2', 'second');
    expect(books.committed(1, ({ gateway }) => gateway === 'gateway-2').map(({ message }) => message.rejected)).toEqual([
      [{ batch: 'hash-2', reason: 'second' }],
    ]);
    expect(told(books).map(({ rejected }) => rejected)).toEqual([[{ batch: 'hash-1', reason: 'first' }]]);
  });

  test('of no spool that nobody spoke of in this process', () => {
    expect(told(new SpoolBooks([record({ ranges: [[1, 2]] })]))).toEqual([]);
  });

  const health: [string, { boot: string; at: number }, number, boolean][] = [
    ['a newer one', { boot: 'boot-1', at: 6 }, 2000, false],
    ['an older one of the same start', { boot: 'boot-1', at: 4 }, 2000, true],
    ['one of another start, whose clock begins anew', { boot: 'boot-2', at: 1 }, 2000, false],
    ['a newer one that a batch was overtaken by', { boot: 'boot-1', at: 6 }, 900, true],
  ];
  test.each(health)('a spool that health names no more: %s', (_name, { boot, at }, now, isListed) => {
    const books = new SpoolBooks();
    books.hearHealth(GATEWAY, held(5, 1), 0);
    books.hearHealth(GATEWAY, { boot, at, spools: [] }, now);
    expect(told(books)).toHaveLength(isListed ? 1 : 0);
  });

  test('where the gateway is now', () => {
    const books = new SpoolBooks([record({ ranges: [[1, 2]] })]);
    books.hearHealth({ ...GATEWAY, room: 'annex' }, held(1, 3), 0);
    expect(told(books)).toMatchObject([{ room: 'annex', spools: [{ ranges: [[1, 2]] as NumberRange[] }] }]);
    books.take({ ...SPOOL, room: 'studio' }, 3, 1, 3, 0);
    expect(flush(books, 3)).toEqual([record({ room: 'studio', ranges: [[1, 3]] })]);
  });

  test("another gateway's health does not touch a spool", () => {
    const books = new SpoolBooks([record({ ranges: [[1, 2]] })]);
    books.hearHealth({ ...GATEWAY, gateway: 'gateway-2' }, held(1, 100, true), 0);
    expect(flush(books)).toEqual([]);
    expect(told(books)).toEqual([]);
  });

  test('an unreadable batch is named once each time it comes, even to a gateway without a spool', () => {
    const books = new SpoolBooks();
    books.reject(GATEWAY, 'hash', 'no JSON');
    books.reject(GATEWAY, 'hash', 'no JSON');
    expect(told(books)).toEqual([{ room: 'main', epoch: 1, spools: [], rejected: [{ batch: 'hash', reason: 'no JSON' }] }]);
    expect(told(books)).toEqual([]);
    for (let i = 0; i < 1000; i++) books.reject(GATEWAY, `hash-${i}`, 'no JSON');
    expect(told(books)[0]!.rejected).toHaveLength(100);
  });
});

describe('a spool that is there twice, since its card was copied', () => {
  /** Health of a process that holds the spool; its own count of readings. */
  const word = (boot: string, at: number, oldest: number, drained: boolean, decoded?: number) => ({
    boot,
    at,
    spools: [{ spool: SPOOL.spool, oldest, drained, ...(decoded === undefined ? {} : { decoded }) }],
  });
  const isClosed = (books: SpoolBooks) => [...books.ledger()][0]!.closed;
  /** Ten readings of the one that writes are stored. */
  const written = () => {
    const books = new SpoolBooks();
    books.take(SPOOL, 1, 10, 1, 0);
    flush(books, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    return books;
  };

  test.each<[string, [boot: string, now: number, drained: boolean, decoded?: number][], boolean]>([
    [
      'the gateway started anew and has drained it',
      [
        ['a', 0, false, 10],
        ['b', 5000, true, 10],
      ],
      true,
    ],
    [
      'a late word of the process that is gone',
      [
        ['a', 0, false, 10],
        ['b', 5000, true, 10],
        ['a', 6000, false, 10],
        ['b', 15_000, true, 10],
      ],
      true,
    ],
    [
      'the newest word of one process counts',
      [
        ['a', 0, true],
        ['a', 10_000, false],
      ],
      false,
    ],
    [
      'another one has written more',
      [
        ['a', 0, false, 11],
        ['b', 5000, true, 10],
      ],
      false,
    ],
    [
      'another one had written more, and is silent for a minute',
      [
        ['a', 0, false, 11],
        ['b', 5000, true, 10],
        ['b', 60_001, true, 10],
      ],
      true,
    ],
    [
      'another one goes on writing',
      [
        ['a', 0, false],
        ['b', 1000, false],
        ['a', 10_000, false],
        ['a', 20_000, false],
        ['b', 21_000, true],
      ],
      false,
    ],
    [
      'another one went on writing, and is silent for a minute',
      [
        ['a', 0, false],
        ['b', 1000, false],
        ['a', 10_000, false],
        ['a', 20_000, false],
        ['b', 50_000, true],
        ['b', 80_001, true],
      ],
      true,
    ],
  ])('%s', (_, words, isClosedThen) => {
    const books = written();
    for (const [boot, now, drained, decoded] of words) {
      books.hearHealth(GATEWAY, word(boot, now, 11, drained, decoded), now);
      flush(books);
    }
    expect(isClosed(books)).toBe(isClosedThen);
  });

  test('closed under the process that writes it, it is opened again, durably, and no number is taken twice', () => {
    const books = written();
    books.hearHealth(GATEWAY, word('b', 0, 12, true), 0);
    expect(flush(books)).toEqual([record({ ranges: [[1, 10]], gone: [[11, 11]], closed: true })]);
    expect(books.take(SPOOL, 9, 6, 1, 100)).toEqual([]);
    books.hearHealth(GATEWAY, word('a', 5000, 12, false), 5000);
    expect(books.take(SPOOL, 12, 3, 12, 5100)).toEqual([12, 13, 14]);
    const opened = record({
      ranges: [
        [1, 10],
        [12, 14],
      ],
      gone: [[11, 11]],
    });
    expect(flush(books, 12, 13, 14)).toEqual([opened]);
    expect(told(books)[0]!.spools).toMatchObject([{ closed: false }]);
    // Of the process after it, too, and in the end it is closed for good.
    const next = new SpoolBooks([opened]);
    expect(next.take(SPOOL, 12, 4, 12, 0)).toEqual([15]);
    flush(next, 15);
    next.hearHealth(GATEWAY, word('c', 0, 16, true), 0);
    flush(next);
    expect(next.take(SPOOL, 16, 1, 1, 0)).toEqual([]);
  });

  test('it is opened again without a reading', () => {
    const books = new SpoolBooks([record({ ranges: [[1, 10]], closed: true })]);
    books.hearHealth(GATEWAY, word('a', 0, 11, false), 0);
    expect(flush(books)).toEqual([record({ ranges: [[1, 10]] })]);
  });
});

test('ten thousand closed spools cost a flush nothing', () => {
  const closed = Array.from({ length: 10_000 }, (_, i) => record({ spool: `closed-${i}`, ranges: [[1, 1000]], closed: true }));
  const books = new SpoolBooks(closed);
  const begin = process.cpuUsage();
  for (let n = 1; n <= 1000; n++) {
    books.take(SPOOL, n, 1, n, 0);
    flush(books, n);
    books.committed(1);
  }
  const { user, system } = process.cpuUsage(begin);
  expect((user + system) / 1000).toBeLessThan(500);
});
