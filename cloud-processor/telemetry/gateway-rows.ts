import type { SpoolLedger } from '@pulseboard/contract';
import type { HeardGateway } from '../ingest/gateway-fleet.js';
import { type LedgerRow, ledgerTotals } from '../ingest/ledger.js';
import type { GatewayRow, RadioRow, StrapRow } from './measurements.js';

/** A strap that is silent for longer is not written any more. */
const HEARD_MS = 60_000;

const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1000));
const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/**
 * @param ledger the processor's side of all spools of this gateway
 * @param at UTC ms
 */
export function gatewayRow({ of, health, heardAt, isOnline }: HeardGateway, ledger: readonly LedgerRow[], at: number): GatewayRow {
  const totals = ledgerTotals(ledger);
  const { decoded, committed, stored, deadLettered, open, abandoned } = totals;
  return {
    at,
    ...of,
    online: Number(isOnline),
    silentS: seconds(at - heardAt),
    version: health.version,
    clock: health.clock,
    wallClockAheadMs: Math.round(health.wallClockAheadMs),
    uptimeS: health.uptimeS,
    cpuPercent: health.cpuPercent,
    memoryMb: health.memoryMb,
    ...(health.temperatureC === undefined ? {} : { temperatureC: health.temperatureC }),
    straps: health.straps.length,
    spools: health.spools.length,
    spoolBytes: health.spoolBytes,
    spoolFault: Number(health.spoolFault !== undefined),
    refusedCommits: health.refusedCommits,
    waiting: health.spools.reduce((sum, { waiting }) => sum + waiting, 0),
    oldestWaitingS: seconds(Math.max(0, ...health.spools.filter(({ waiting }) => waiting > 0).map(({ oldestAgeMs }) => oldestAgeMs))),
    decoded,
    committed,
    stored,
    deadLettered,
    dropped: sumOf(totals.dropped),
    open,
    abandoned,
    imbalance: imbalanceOf(health.spools, ledger),
  };
}

/**
 * What does not add up: on the gateway's side, in its own message; on the processor's side, open ones below none; and between the two, what the gateway
 * knows as committed and the store has no more, as after a restore from a backup. What is on its way is none of that.
 */
export function imbalanceOf(held: readonly SpoolLedger[], ledger: readonly LedgerRow[]): number {
  const known = new Map(ledger.map((row) => [row.spool, row]));
  let imbalance = 0;
  for (const { spool, decoded, committed, waiting, dropped } of held) {
    imbalance += Math.abs(decoded - committed - waiting - sumOf(dropped));
    imbalance += Math.max(0, committed - (known.get(spool)?.committed ?? 0));
  }
  for (const { open } of ledger) imbalance += Math.max(0, -open);
  return imbalance;
}

/** As of its word: told again while it is silent, they stay one point, and counts do not seem to stand still. */
export const radioRows = ({ of, health, heardAt }: HeardGateway): RadioRow[] =>
  health.radios.map(({ radio, state, frames, badFrames, straps, restarts }) => ({
    at: heardAt,
    ...of,
    radio,
    state,
    frames,
    badFrames,
    straps,
    restarts,
  }));

/** Straps that the gateway heard in the last minute, as of its word. */
export const strapRows = ({ of, health, heardAt }: HeardGateway): StrapRow[] =>
  health.straps
    .filter(({ lastHeardAt }) => health.at - lastHeardAt < HEARD_MS)
    .map(({ sensor, lastHeardAt, rssiDbm, batteryPercent, batteryState }) => ({
      at: heardAt,
      ...of,
      sensor,
      silentS: seconds(health.at - lastHeardAt),
      ...(rssiDbm === undefined ? {} : { rssiDbm }),
      ...(batteryPercent === undefined ? {} : { batteryPercent }),
      ...(batteryState === undefined ? {} : { batteryState }),
    }));
