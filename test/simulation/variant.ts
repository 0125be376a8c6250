import { SpoolBooks } from '@pulseboard/cloud-processor/protocol';
import { GatewayProtocol } from '@pulseboard/edge-gateway/protocol';

export type StorageKind = 'transactional' | 'idempotent';

/** What a deliberate mistake may replace: our classes, and the decisions of those who use them. */
export interface Variant {
  Protocol: typeof GatewayProtocol;
  Books: typeof SpoolBooks;
  /** Readings reach the disk when they are decoded. */
  appendsEach: boolean;
  /** Every start opens a new spool. */
  opensNewSpool: boolean;
  /** What may have been sent survives a power cut. */
  keepsCeiling: boolean;
  /** The broker's acknowledgement is taken for a commit. */
  trustsPuback: boolean;
  /** A batch is set aside after this many resends. */
  givesUpAfter: number;
  /** Member-seconds become durable with the readings: in one transaction, in a second one, or after `committed` is out. */
  derives: 'with readings' | 'after readings' | 'after commit';
  /** A flush waits for the one before. */
  flushesSerially: boolean;
  /** The watermark survives the processor. */
  keepsWatermark: boolean;
  /** How far back the readings of a derivation reach. */
  lookbackMs: number;
  /** Rows of a second in other rooms are found by asking the store. */
  findsMovesByQuery: boolean;
  /** Numbers about to be written are durable first. */
  notesIntents: boolean;
  /** The key of a row holds the spool's salt. */
  saltsKeys: boolean;
  /** A new epoch when the store is back. */
  beginsEpochWithStore: boolean;
}

export const asDesigned: Variant = {
  Protocol: GatewayProtocol,
  Books: SpoolBooks,
  appendsEach: true,
  opensNewSpool: true,
  keepsCeiling: true,
  trustsPuback: false,
  givesUpAfter: Number.POSITIVE_INFINITY,
  derives: 'with readings',
  flushesSerially: true,
  keepsWatermark: true,
  lookbackMs: Number.POSITIVE_INFINITY,
  findsMovesByQuery: true,
  notesIntents: true,
  saltsKeys: true,
  beginsEpochWithStore: true,
};
