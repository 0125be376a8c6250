import type { Committed, Reading, SpoolLedger } from '@pulseboard/contract';

/** A run of readings of one spool: what a batch carries. */
export interface SpooledRun {
  spool: string;
  /** Number of the first reading; the others follow. */
  first: number;
  readings: Reading[];
}

/**
 * Keeps every decoded reading until the processor has committed it. The publisher is its only user.
 * Numbers run from 1 within a spool; a process start opens a new spool with a random id.
 */
export interface Spool {
  readonly id: string;
  /** Takes a reading and returns its number. */
  append(reading: Reading): number;
  /** The next run that was not handed out since the last `rewind`, or undefined. */
  next(maxReadings: number): SpooledRun | undefined;
  /** Readings not handed out yet. */
  readonly unsent: number;
  /** Readings held: sent or not, but not committed. */
  readonly held: number;
  /** Forgets what is committed. Ranges beyond what was handed out are refused whole. */
  commit(committed: Committed): void;
  /** Hands out again everything that is still held: after a reconnect nobody knows what arrived. */
  rewind(): void;
  /** The lowest number still held, or the next one when none is. */
  readonly oldest: number;
  ledger(now: number): SpoolLedger;
}
