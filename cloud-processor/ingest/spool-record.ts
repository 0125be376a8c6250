import type { GatewayHealth, Id, NumberRange, SpoolLedger } from '@pulseboard/contract';

/** What is durable of one spool. */
export interface SpoolRecord {
  gym: Id;
  room: Id;
  gateway: Id;
  spool: string;
  /** Stored and derived, or dead-lettered. */
  ranges: NumberRange[];
  /** Will never come: given up by the gateway, or lost with a tail. */
  gone: NumberRange[];
  /** Nothing more is taken of it. */
  closed: boolean;
  /** How many of `ranges` are dead letters. */
  deadLettered: number;
  /** Absent: no health of its gateway named it yet. */
  told?: ToldOfSpool;
}

/** The gateway's side of a spool's ledger, as its last health told it. */
export interface ToldOfSpool extends Pick<SpoolLedger, 'decoded' | 'waiting' | 'dropped'> {
  /** The processor's clock when it heard that, UTC ms. */
  listedAt: number;
  /** What its gateway calls committed, another store has: its gateway knows that one. */
  isElsewhere?: boolean;
}

/** What the books need of a gateway's health; without the counts of its ledger, none are noted. */
export type HeldSpools = Pick<GatewayHealth, 'boot' | 'at'> & {
  /** The gateway keeps its readings for another store than the one of these books. */
  isElsewhere?: boolean;
  spools: readonly (Pick<SpoolLedger, 'spool' | 'oldest' | 'drained'> & Partial<Pick<SpoolLedger, 'decoded' | 'waiting' | 'dropped'>>)[];
};
