import type { HeldSpools, StoredReading } from '@pulseboard/cloud-processor/protocol';
import type { Committed, GatewayParams } from '@pulseboard/contract';
import type { Chance } from './chance.js';
import type { Events } from './events.js';
import type { SimulatedBroker } from './simulated-broker.js';
import type { SimulatedGateway } from './simulated-gateway.js';
import type { SimulatedProcessor } from './simulated-processor.js';
import type { SimulatedStore } from './simulated-store.js';
import type { Variant } from './variant.js';

/** A reading, and what really became of it. */
export interface TrueReading extends StoredReading {
  uid: number;
  decodedAt: number;
  /** When it was first on the board; NaN while it was not. */
  shownAt: number;
  fate: '' | 'powerCut' | 'full' | 'rejected' | 'buffer';
  /** Its key in a store that overwrites: time and salted number. */
  nanoseconds: number;
  /** Makes the batch that holds it unreadable. */
  isPoison: boolean;
  /** It was in a batch that the processor could not read. */
  wasUnreadable: boolean;
}

export interface BatchMessage {
  from: GatewayParams;
  boot: string;
  spool: string;
  first: number;
  oldest: number;
  readings: TrueReading[];
  hash: string;
}

export type HealthMessage = HeldSpools & { from: GatewayParams };
export type CommittedMessage = Committed;
/** The one store of a run. */
export const SIMULATED_STORE = '5f0c3a9e21b7d846';

/** Figures of a run; those that begin with `max`, and the ones in ms, are maxima, the others sums. */
export interface Figures {
  maxRanges: number;
  maxListed: number;
  maxWindow: number;
  liveMs: number;
  drainMs: number;
  quietMs: number;
  decoded: number;
  dropped: number;
  powerLost: number;
  refused: number;
  crashes: number;
}

/** What one run is made of. */
export interface World {
  readonly variant: Variant;
  readonly events: Events;
  readonly chance: Chance;
  readonly broker: SimulatedBroker;
  readonly store: SimulatedStore;
  readonly processor: SimulatedProcessor;
  readonly gateways: SimulatedGateway[];
  /** Every reading that was decoded, by uid. */
  readonly truth: TrueReading[];
  readonly figures: Figures;
  /** The faults are over. */
  healed: boolean;
  /** A check found something wrong. */
  fail(check: number, text: string): void;
}

export function noteMost(figures: Figures, name: keyof Figures, value: number): void {
  if (value > figures[name]) figures[name] = value;
}
