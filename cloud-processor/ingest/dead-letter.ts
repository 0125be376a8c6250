import type { Id } from '@pulseboard/contract';

/**
 * Why a reading is set aside. `implausible`: a value or a field that no reading has; `ahead`: its time is more than a day ahead;
 * `too-old`: the store keeps no readings of that time any more; `refused`: the store says that it cannot hold it.
 */
export type DeadReason = 'implausible' | 'ahead' | 'too-old' | 'refused';

/** A reading that cannot be stored as one: kept with its reason, counted as committed, and judged again when it is replayed. */
export interface DeadLetter {
  gym: Id;
  room: Id;
  gateway: Id;
  spool: string;
  number: number;
  /** The processor's clock when it came, UTC ms. */
  arrivedAt: number;
  reason: DeadReason;
  /** A sentence: what is wrong with it. */
  detail: string;
  /** The reading as it came, JSON text. */
  payload: string;
}
