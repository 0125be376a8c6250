import { Ranges } from '@pulseboard/contract';
import fc from 'fast-check';
import { recordOf, T0 } from '../test-data/readings.js';
import { type LedgerRow, ledgerRow, ledgerTotals } from './ledger.js';
import type { SpoolEntry } from './spool-book.js';
import { type Numbered, SpoolBooks } from './spool-books.js';
import type { SpoolRecord } from './spool-record.js';

const sumOf = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((sum, count) => sum + count, 0);

const entryOf = (fields: Partial<SpoolEntry> = {}): SpoolEntry => {
  const record = recordOf('spool0001', fields);
  return { ...record, committed: new Ranges(record.ranges).size, goneCount: 0, waiting: 0, isAbandoned: false, ...fields };
};
const told = (decoded: number, dropped: Record<string, number> = {}) => ({ decoded, waiting: 0, dropped, listedAt: T0 });

/** What the table says, and nothing else of the row. */
const figures = ({ decoded, committed, dropped, open, abandoned }: LedgerRow) => ({ decoded, committed, dropped, open, abandoned });

test.each<[string, Partial<SpoolEntry>, ReturnType<typeof figures>]>([
  ['nothing known', {}, { decoded: 0, committed: 0, dropped: {}, open: 0, abandoned: 0 }],
  ['no health yet', { ranges: [[3, 9]] }, { decoded: 9, committed: 7, dropped: {}, open: 2, abandoned: 0 }],
  ['some on the way', { ranges: [[1, 5]], told: told(9) }, { decoded: 9, committed: 5, dropped: {}, open: 4, abandoned: 0 }],
  [
    'some dropped',
    { ranges: [[3, 5]], told: told(9, { full: 2 }) },
    { decoded: 9, committed: 3, dropped: { full: 2 }, open: 4, abandoned: 0 },
  ],
  [
    'dropped, and stored after all: what was lost first',
    { ranges: [[1, 8]], told: told(9, { full: 1, lost: 2 }) },
    { decoded: 9, committed: 8, dropped: { full: 1 }, open: 0, abandoned: 0 },
  ],
  [
    'closed, and more is missing than the gateway told',
    { ranges: [[3, 9]], closed: true, told: told(9, { age: 1 }) },
    { decoded: 9, committed: 7, dropped: { age: 1, lost: 1 }, open: 0, abandoned: 0 },
  ],
  ['closed, never told', { ranges: [[3, 9]], closed: true }, { decoded: 9, committed: 7, dropped: { lost: 2 }, open: 0, abandoned: 0 }],
  [
    'gone, since another store took it',
    { ranges: [[178, 350]], goneCount: 177, told: { ...told(359), waiting: 5, isElsewhere: true } },
    { decoded: 359, committed: 173, dropped: { elsewhere: 177 }, open: 9, abandoned: 0 },
  ],
  [
    'gone, since a restored backup lacks it',
    { ranges: [[178, 350]], goneCount: 177, told: { ...told(359), waiting: 5 } },
    { decoded: 359, committed: 173, dropped: { lost: 177 }, open: 9, abandoned: 0 },
  ],
  [
    'gone and dropped is not elsewhere',
    { ranges: [[5, 9]], goneCount: 4, told: told(9, { full: 4 }) },
    { decoded: 9, committed: 5, dropped: { full: 4 }, open: 0, abandoned: 0 },
  ],
  [
    'gone before its gateway said why',
    { ranges: [[5, 9]], goneCount: 4, told: { ...told(9), waiting: 4 } },
    { decoded: 9, committed: 5, dropped: { lost: 4 }, open: 0, abandoned: 0 },
  ],
  [
    'closed, and another store has the rest',
    { ranges: [[3, 9]], goneCount: 2, closed: true, told: { ...told(9), isElsewhere: true } },
    { decoded: 9, committed: 7, dropped: { elsewhere: 2 }, open: 0, abandoned: 0 },
  ],
  [
    'abandoned',
    { ranges: [[1, 5]], told: told(9, { full: 1 }), isAbandoned: true },
    { decoded: 9, committed: 5, dropped: { full: 1 }, open: 3, abandoned: 3 },
  ],
])('a spool: %s', (_, entry, expected) => expect(figures(ledgerRow(entryOf(entry)))).toEqual(expected));

test('tells where a spool is, what of it is dead, and when it was last listed', () => {
  const row = ledgerRow(entryOf({ ranges: [[1, 9]], deadLettered: 2, goneCount: 3, waiting: 4, told: told(20) }));
  expect(row).toMatchObject({ gym: 'demo', room: 'main', gateway: 'gateway-1', spool: 'spool0001', closed: false, lastListedAt: T0 });
  expect(row).toMatchObject({ stored: 7, deadLettered: 2, gone: 3, waitingHere: 4 });
  expect(ledgerRow(entryOf())).not.toHaveProperty('lastListedAt');
});

function balances(row: LedgerRow): void {
  const { decoded, committed, stored, deadLettered, dropped, open, abandoned } = row;
  expect(committed + sumOf(dropped) + open).toBe(decoded);
  expect(stored + deadLettered).toBe(committed);
  for (const count of [decoded, committed, stored, deadLettered, open, abandoned, ...Object.values(dropped)])
    expect(count).toBeGreaterThanOrEqual(0);
  expect([0, open]).toContain(abandoned);
  if (row.closed) expect(open).toBe(0);
}

test('whatever a gateway tells, its spools balance to the unit, and the totals are their sums', () => {
  const entry = fc
    .record({
      ranges: fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 })), { maxLength: 5 }),
      decoded: fc.integer({ min: 0, max: 90 }),
      dropped: fc.dictionary(fc.constantFrom('full', 'age', 'lost', 'rejected'), fc.integer({ min: 0, max: 40 })),
      goneCount: fc.integer({ min: 0, max: 60 }),
      hasHealth: fc.boolean(),
      closed: fc.boolean(),
      isAbandoned: fc.boolean(),
    })
    .map(({ ranges, decoded, dropped, goneCount, hasHealth, closed, isAbandoned }) =>
      entryOf({
        ranges: new Ranges(ranges.map(([from, more]) => [from, from + more])).toArray(),
        closed,
        goneCount,
        isAbandoned: isAbandoned && !closed,
        ...(hasHealth ? { told: told(decoded, dropped) } : {}),
      }),
    );
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 4 }), (entries) => {
      const rows = entries.map(ledgerRow);
      for (const row of rows) balances(row);
      const totals = ledgerTotals(rows);
      expect(totals.decoded).toBe(rows.reduce((sum, row) => sum + row.decoded, 0));
      expect(totals.committed + sumOf(totals.dropped) + totals.open).toBe(totals.decoded);
      expect(totals.stored + totals.deadLettered).toBe(totals.committed);
    }),
  );
});

test('whatever comes, fails and is told: each epoch balances to the unit at any moment, and so does every spool', () => {
  const spools = ['spool0001', 'spool0002'];
  const gateway = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
  const number = fc.integer({ min: 1, max: 30 });
  const spool = fc.constantFrom(...spools);
  const step = fc.oneof(
    fc.record({ kind: fc.constant('take' as const), spool, first: number, count: fc.integer({ min: 1, max: 9 }), oldest: number }),
    fc.record({ kind: fc.constant('turnAway' as const), count: number }),
    fc.record({ kind: fc.constant('release' as const), spool, number }),
    fc.record({ kind: fc.constant('health' as const), spool, oldest: number, drained: fc.boolean(), decoded: number }),
    fc.record({ kind: fc.constant('flush' as const), outcome: fc.constantFrom('stored', 'stored', 'lost', 'ambiguous') }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const books = new SpoolBooks();
      const durable = new Map<string, SpoolRecord>();
      let waiting: Numbered[] = [];
      for (const [now, it] of steps.entries()) {
        if (it.kind === 'take') {
          const taken = books.take({ ...gateway, spool: it.spool }, it.first, it.count, Math.min(it.oldest, it.first), now);
          waiting.push(...taken.map((n) => ({ spool: it.spool, number: n })));
        } else if (it.kind === 'turnAway') books.turnAway(it.count);
        else if (it.kind === 'release') {
          books.release([it]);
          waiting = waiting.filter((each) => each.spool !== it.spool || each.number !== it.number);
        } else if (it.kind === 'health')
          books.hearHealth(gateway, { boot: 'boot', at: now, spools: [{ ...it, waiting: 0, dropped: {} }] }, now, T0);
        else {
          const fresh = waiting.filter((each) => books.isWaiting(each.spool, each.number));
          const records = books.settle(
            fresh.filter(({ number: n }) => n % 5),
            fresh.filter(({ number: n }) => n % 5 === 0),
          );
          if (it.outcome !== 'lost') for (const record of records) durable.set(record.spool, record);
          if (it.outcome === 'stored') books.commit(records);
          else {
            books.forgetWaiting();
            expect(books.counts.received).toBe(sumOf({ ...books.counts, received: 0 }));
            books.reopen([...durable.values()]);
          }
          waiting = [];
        }
        expect(books.counts.received).toBe(sumOf({ ...books.counts, received: 0 }) + books.waiting);
        for (const entry of books.ledger()) balances(ledgerRow(entry));
      }
      const { stored, deadLettered } = ledgerTotals([...books.ledger()].map(ledgerRow));
      const kept = [...durable.values()].reduce((sum, { ranges }) => sum + new Ranges(ranges).size, 0);
      expect(stored + deadLettered).toBe(kept);
    }),
  );
});
