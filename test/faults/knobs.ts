import { join } from 'node:path';
import { hasWorkouts, recordings } from '../harness/environment.js';
import type { BrokerKind } from './brokers.js';
import type { Air } from './rig.js';
import type { Knobs } from './scenario.js';
import type { StoreKind } from './stores.js';

/** Recorded workouts side by side; without them a simulated class. */
export const airOf = (seed: number): Air =>
  hasWorkouts ? { kind: 'replay', folder: join(recordings, 'workouts') } : { kind: 'simulated', straps: 12, seed };

/** @param faultS how long each fault lasts, s */
export const fullKnobs = (broker: BrokerKind, seed: number, faultS = 30, store: StoreKind = 'duckdb'): Knobs => ({
  broker,
  store,
  air: airOf(seed),
  gateways: 3,
  seed,
  warmUpMs: 8000,
  faultMs: faultS * 1000,
  times: 3,
  watchMs: 8000,
  longOutageMs: 3_600_000,
  longOutageStraps: 40,
});

/** For a look, and for `npm test`. */
export const shortKnobs = (broker: BrokerKind, seed: number, faultS = 4, store: StoreKind = 'duckdb'): Knobs => ({
  ...fullKnobs(broker, seed, faultS, store),
  gateways: 2,
  warmUpMs: 4000,
  times: 1,
  watchMs: 2000,
  longOutageMs: 300_000,
});
