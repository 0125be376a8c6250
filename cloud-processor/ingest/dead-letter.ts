import type { DeadReason, Id } from '@pulseboard/contract';

export type { DeadReason };

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
  /** The reading as it came, JSON text; a reading beyond the bounds of the contract is shortened. */
  payload: string;
}
