import type { Id } from '@pulseboard/contract';
import type { SpoolEntry } from './spool-book.js';

/** Both sides of one spool: decoded = committed + what was dropped + open, and committed = stored + deadLettered, to the unit. */
export interface LedgerRow {
  gym: Id;
  room: Id;
  gateway: Id;
  spool: string;
  /** Readings that the gateway made, as far as anybody knows. */
  decoded: number;
  committed: number;
  stored: number;
  deadLettered: number;
  /** Numbers that will never come. */
  gone: number;
  /** Taken, and on the way to the store. */
  waitingHere: number;
  /** Given up by the gateway, by reason, but for those that were stored after all. */
  dropped: Record<string, number>;
  /** At the gateway, or on the way. */
  open: number;
  /** Those of `open` that nobody seems to hold any more. */
  abandoned: number;
  closed: boolean;
  /** When its gateway last said that it holds it, UTC ms; absent: never. */
  lastListedAt?: number;
}

export type LedgerTotals = Omit<LedgerRow, 'gym' | 'room' | 'gateway' | 'spool' | 'closed' | 'lastListedAt'>;

/** Of a closed spool: given up, and its gateway did not come to say why. */
const UNTOLD = 'lost';
/** Another store has them: they never come here. */
const ELSEWHERE = 'elsewhere';

export function ledgerRow({ gym, room, gateway, spool, ranges, told, ...entry }: SpoolEntry): LedgerRow {
  const { committed, deadLettered, goneCount, waiting, closed, isAbandoned } = entry;
  const decoded = Math.max(told?.decoded ?? 0, ranges.at(-1)?.[1] ?? 0);
  const dropped = balanced(
    told?.dropped ?? {},
    decoded - committed,
    closed ? decoded - committed : goneCount,
    takenElsewhere(told, committed),
  );
  const open = decoded - committed - sumOf(dropped);
  return {
    gym,
    room,
    gateway,
    spool,
    decoded,
    committed,
    stored: committed - deadLettered,
    deadLettered,
    gone: goneCount,
    waitingHere: waiting,
    dropped,
    open,
    abandoned: isAbandoned ? open : 0,
    closed,
    ...(told ? { lastListedAt: told.listedAt } : {}),
  };
}

export function ledgerTotals(rows: readonly LedgerRow[]): LedgerTotals {
  const totals: LedgerTotals = {
    decoded: 0,
    committed: 0,
    stored: 0,
    deadLettered: 0,
    gone: 0,
    waitingHere: 0,
    dropped: {},
    open: 0,
    abandoned: 0,
  };
  for (const row of rows) {
    for (const name of ['decoded', 'committed', 'stored', 'deadLettered', 'gone', 'waitingHere', 'open', 'abandoned'] as const)
      totals[name] += row[name];
    for (const [reason, count] of Object.entries(row.dropped)) totals.dropped[reason] = (totals.dropped[reason] ?? 0) + count;
  }
  return totals;
}

/** Rows of each gateway, whatever its spools; keys are `gym/gateway`. */
export function rowsByGateway(rows: Iterable<LedgerRow>): Map<string, LedgerRow[]> {
  const found = new Map<string, LedgerRow[]>();
  for (const row of rows) {
    const key = `${row.gym}/${row.gateway}`;
    const known = found.get(key);
    if (known) known.push(row);
    else found.set(key, [row]);
  }
  return found;
}

/**
 * The gateway's counts as they fit to what is committed by now: what it dropped may have been stored before it heard of that.
 * Lost ones go first: of those it knows least.
 * What is gone and not dropped by the gateway is in another store, or its gateway has not said why.
 * @param limit readings that are not committed
 * @param gone those of them that never come; of a closed spool all
 * @param elsewhere how many another store has, at most
 */
function balanced(told: Readonly<Record<string, number>>, limit: number, gone: number, elsewhere: number): Record<string, number> {
  const dropped = { ...told };
  let excess = sumOf(dropped) - limit;
  const reasons = Object.keys(dropped).sort((a, b) => Number(b === UNTOLD) - Number(a === UNTOLD) || (a < b ? -1 : 1));
  for (const reason of reasons) {
    if (excess <= 0) break;
    const taken = Math.min(excess, dropped[reason]!);
    dropped[reason]! -= taken;
    excess -= taken;
    if (dropped[reason] === 0) delete dropped[reason];
  }
  const unexplained = Math.max(0, Math.min(gone, limit) - sumOf(dropped));
  const taken = Math.min(unexplained, elsewhere);
  if (taken > 0) dropped[ELSEWHERE] = (dropped[ELSEWHERE] ?? 0) + taken;
  if (unexplained > taken) dropped[UNTOLD] = (dropped[UNTOLD] ?? 0) + unexplained - taken;
  return dropped;
}

/** Its gateway knows another store, and heard of more commits than this one has. After a restored backup such readings are lost, not elsewhere. */
function takenElsewhere(told: SpoolEntry['told'], committed: number): number {
  return told?.isElsewhere ? Math.max(0, told.decoded - told.waiting - sumOf(told.dropped) - committed) : 0;
}

const sumOf = (dropped: Readonly<Record<string, number>>): number => Object.values(dropped).reduce((sum, count) => sum + count, 0);
