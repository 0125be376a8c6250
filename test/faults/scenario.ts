import type { Chance } from '../simulation/chance.js';
import type { BrokerKind } from './brokers.js';
import type { Air, Rig, RigOptions } from './rig.js';
import type { StoreKind } from './stores.js';

/** How long and how large everything is. */
export interface Knobs {
  broker: BrokerKind;
  store: StoreKind;
  air: Air;
  gateways: number;
  seed: number;
  /** Of the class before the fault. */
  warmUpMs: number;
  /** Of the fault. */
  faultMs: number;
  /** How often what is killed is killed. */
  times: number;
  /** Latencies are watched after the fault for at least this long. */
  watchMs: number;
  /** Length of the outage that is built by a class that runs fast. */
  longOutageMs: number;
  longOutageStraps: number;
}

export interface FaultContext {
  rig: Rig;
  knobs: Knobs;
  chance: Chance;
  /** One line for people. */
  say(line: string): void;
  wait(ms: number): Promise<void>;
}

/** What the figures must meet beyond zeros. */
export interface Targets {
  catchUpS?: number;
  liveP99Ms?: number;
}

/** One fault, or a series of them. */
export interface Scenario {
  name: string;
  /** What is done, for people. */
  what: string;
  /** What is different in the rig. */
  rig?(knobs: Knobs): Partial<RigOptions>;
  /** Why it cannot run on this machine. */
  obstacle?(knobs: Knobs): string | undefined;
  /** Reasons for which readings may be dropped, each counted by the ledger. */
  mayDrop?: readonly string[];
  targets?(knobs: Knobs): Targets;
  /** Does the harm and undoes it. What is missing when it returns must come by itself. */
  run(context: FaultContext): Promise<void>;
}
