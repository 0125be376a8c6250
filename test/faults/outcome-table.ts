import type { Outcome } from './run-scenario.js';

const COLUMNS: readonly [title: string, cell: (outcome: Outcome) => string][] = [
  ['scenario', ({ scenario }) => scenario],
  ['decoded', ({ decoded }) => String(decoded)],
  ['stored', ({ stored }) => String(stored)],
  ['missing', ({ missing }) => String(missing)],
  ['twice', ({ twice }) => String(twice)],
  ['dropped', ({ dropped, cutOff }) => droppedText(dropped, cutOff)],
  ['seconds', ({ seconds }) => String(seconds)],
  ['p50 ms', ({ live }) => milliseconds(live.p50Ms)],
  ['p99 ms', ({ live }) => milliseconds(live.p99Ms)],
  ['catch-up s', ({ catchUpS }) => catchUpS?.toFixed(1) ?? 'never'],
  ['peak MB b/p/g', ({ peakMb: { broker, processor, gateway } }) => [broker, processor, gateway].map((mb) => mb.toFixed(0)).join('/')],
  ['', ({ faults }) => (faults.length ? `${faults.length} FAULTS` : 'ok')],
];

/** A line for each outcome, under titles. */
export function outcomeTable(outcomes: readonly Outcome[]): string[] {
  const rows = [COLUMNS.map(([title]) => title), ...outcomes.map((outcome) => COLUMNS.map(([, cell]) => cell(outcome)))];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** A cut-off tail that the ledger knows of is `lost` in it: counted once, as cut off. */
function droppedText(dropped: Record<string, number>, cutOff: number): string {
  const parts = Object.entries(dropped).flatMap(([reason, count]) => (count ? [`${reason} ${count}`] : []));
  if (cutOff) parts.push(`cut off ${cutOff}`);
  return parts.join(', ') || '0';
}

const milliseconds = (ms: number): string => (Number.isNaN(ms) ? '-' : ms.toFixed(0));
