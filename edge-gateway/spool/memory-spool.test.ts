import type { Reading } from '@pulseboard/contract';
import fc from 'fast-check';
import { MemorySpool } from './memory-spool.js';

const reading = (n: number): Reading => ({ sensor: 'ant-hr-1', at: 1_700_000_000_000 + n });
const committed = (spool: string, ranges: [number, number][]) => ({
  epoch: 1,
  rejected: [],
  spools: [{ spool, ranges, gone: [], closed: false }],
});
const filled = (count: number, capacity?: number) => {
  const spool = new MemorySpool('spool0001', capacity);
  for (let n = 1; n <= count; n++) spool.append(reading(n));
  return spool;
};

describe('MemorySpool', () => {
  test('numbers from 1 and hands out each reading once, in runs', () => {
    const spool = filled(5);
    expect(spool.next(3)).toEqual({ spool: 'spool0001', first: 1, readings: [1, 2, 3].map(reading) });
    expect(spool.next(3)).toEqual({ spool: 'spool0001', first: 4, readings: [4, 5].map(reading) });
    expect(spool.next(3)).toBeUndefined();
  });

  test('hands out again what is not committed, around holes', () => {
    const spool = filled(6);
    spool.next(10);
    spool.commit(committed('spool0001', [[2, 3]]));
    spool.rewind();
    expect(spool.next(10)).toMatchObject({ first: 1, readings: [reading(1)] });
    expect(spool.next(10)).toMatchObject({ first: 4, readings: [4, 5, 6].map(reading) });
    expect(spool.ledger(1_700_000_000_011)).toMatchObject({ decoded: 6, committed: 2, waiting: 4, oldest: 1, oldestAgeMs: 10 });
  });

  test('a range beyond what was sent deletes nothing', () => {
    const spool = filled(5);
    spool.next(2);
    spool.commit(committed('spool0001', [[1, 5]]));
    expect(spool.held).toBe(5);
    expect(spool.refusedRanges).toBe(1);
  });

  test("another spool's ranges are not ours", () => {
    const spool = filled(2);
    spool.next(2);
    spool.commit(committed('spool0002', [[1, 2]]));
    expect(spool.held).toBe(2);
  });

  test('when full the oldest go, counted', () => {
    const spool = filled(7, 4);
    expect(spool.oldest).toBe(4);
    expect(spool.next(10)).toMatchObject({ first: 4 });
    expect(spool.ledger(0)).toMatchObject({ decoded: 7, committed: 0, waiting: 4, dropped: { full: 3 }, oldest: 4 });
  });

  test('the ledger balances whatever happens', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('append' as const), n: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ do: fc.constant('next' as const), n: fc.integer({ min: 1, max: 10 }) }),
      fc.record({ do: fc.constant('commit' as const), n: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ do: fc.constant('rewind' as const), n: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const spool = new MemorySpool('spool0001', 25);
        let appended = 0;
        for (const { do: what, n } of steps) {
          if (what === 'append') for (let i = 0; i < n; i++) expect(spool.append(reading(++appended))).toBe(appended);
          if (what === 'next') spool.next(n);
          if (what === 'commit') spool.commit(committed('spool0001', [[n, n + 3]]));
          if (what === 'rewind') spool.rewind();
          const { decoded, committed: safe, waiting, dropped } = spool.ledger(0);
          expect(decoded).toBe(appended);
          expect(safe + waiting + (dropped.full ?? 0)).toBe(decoded);
          expect(waiting).toBe(spool.held);
          expect(waiting).toBeLessThanOrEqual(25);
        }
      }),
    );
  });
});
