import type { LedgerRow } from '@pulseboard/cloud-processor/protocol';
import type { Ledger } from '../harness/ledger.js';
import { sumOf } from '../harness/ledger.js';
import { groupBy, isTail, type Life, type MissingReading, type ReadingsComparison } from './compare-readings.js';
import type { Cut } from './power-cut.js';

export interface Losses {
  /** Missing, and nothing says why. */
  unexplained: MissingReading[];
  /** By reason, as the ledger counts them. */
  dropped: Record<string, number>;
  /** Gone with the end of a file that was cut. */
  cutOff: number;
  /** Where the ledger is not true, a sentence each. */
  faults: string[];
}

/**
 * Holds what is missing in the store against what the ledger says was dropped, and against what was cut.
 * @param mayDrop reasons for which readings may be dropped here
 */
export function explainLosses(
  lives: readonly Life[],
  { missing, found, spools }: Pick<ReadingsComparison, 'missing' | 'found' | 'spools'>,
  { spools: rows }: Pick<Ledger, 'spools'>,
  cuts: readonly Cut[],
  mayDrop: readonly string[] = [],
): Losses {
  const losses: Losses = { unexplained: [], dropped: {}, cutOff: 0, faults: [] };
  const missingOf = groupBy(missing, ({ life }) => life);
  const foundIn = groupBy(found, ({ spool }) => spool);
  for (const life of lives) {
    const lost = missingOf.get(life.name) ?? [];
    const spool = spools.get(life.name);
    const row = rows.find((each) => each.spool === spool);
    const cut = cuts.find((each) => (spool === undefined ? !foundIn.has(each.spool) : each.spool === spool));
    if (!row) {
      if (cut && spool === undefined) losses.cutOff += lost.length;
      else losses.unexplained.push(...lost);
      if (spool !== undefined) losses.faults.push(`the ledger does not know spool ${spool} (${life.name})`);
      continue;
    }
    for (const [reason, count] of Object.entries(row.dropped)) losses.dropped[reason] = (losses.dropped[reason] ?? 0) + count;
    losses.faults.push(...untrue(row, life, foundIn.get(row.spool)?.length ?? 0, lost.length, cut), ...wrongReasons(row, mayDrop));
    if (cut && isTail(lost, life) && lost.every(({ number }) => cut.numbers.has(number))) losses.cutOff += lost.length;
    else if (lost.length > sumOf(row.dropped)) losses.unexplained.push(...lost);
  }
  return losses;
}

/** The ledger against what really happened to a spool at rest. */
function untrue(row: LedgerRow, life: Life, stored: number, lost: number, cut: Cut | undefined): string[] {
  const name = `ledger of ${row.spool} (${life.name})`;
  const faults: string[] = [];
  if (row.stored !== stored) faults.push(`${name}: stored ${row.stored}, really ${stored}`);
  // Of a tail that was cut before it was sent nobody but the oracle knows.
  const isCut = cut !== undefined && row.decoded < stored + lost;
  if (!isCut && row.decoded !== stored + lost) faults.push(`${name}: decoded ${row.decoded}, really ${stored + lost}`);
  if (row.open !== 0) faults.push(`${name}: ${row.open} still open`);
  return faults;
}

const wrongReasons = ({ spool, dropped, deadLettered }: LedgerRow, mayDrop: readonly string[]): string[] => [
  ...Object.entries(dropped).flatMap(([reason, count]) =>
    count === 0 || mayDrop.includes(reason) ? [] : [`${count} readings of ${spool} dropped: ${reason}`],
  ),
  ...(deadLettered ? [`${deadLettered} readings of ${spool} are dead letters`] : []),
];
