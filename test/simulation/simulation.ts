import { Chance } from './chance.js';
import { checkAll } from './checks.js';
import { Events } from './events.js';
import { type Ending, HEALED_AT, startFaults } from './faults.js';
import { ROOMS } from './flush.js';
import { SimulatedBroker } from './simulated-broker.js';
import { SimulatedGateway } from './simulated-gateway.js';
import { SimulatedProcessor } from './simulated-processor.js';
import { SimulatedStore } from './simulated-store.js';
import { startStraps } from './straps.js';
import { asDesigned, type StorageKind, type Variant } from './variant.js';
import type { Figures, World } from './world.js';

export interface Run {
  /** What the checks found, the number of the check first. */
  wrong: string[];
  figures: Figures;
}

const ENDINGS: readonly Ending[] = ['', '', '', '', '', '', 'processor away', 'store away', 'lossy'];
const GIVEN_UP_AFTER_MS = 100_000;
/** The watermark passes the last hold and room block. */
const SETTLES_WITHIN_MS = 45_000;
const ENOUGH_MESSAGES = 20;

/** One run: a few minutes of faults by chance from the seed, then all is healed and goes on until it is quiet; then everything is checked. */
export function simulate(seed: number, storage: StorageKind, mistake: Partial<Variant> = {}): Run {
  const chance = new Chance(seed);
  const events = new Events();
  const wrong: string[] = [];
  const figures: Figures = {
    maxRanges: 0,
    maxListed: 0,
    maxWindow: 0,
    liveMs: 0,
    drainMs: 0,
    quietMs: 0,
    decoded: 0,
    dropped: 0,
    powerLost: 0,
    refused: 0,
    crashes: 0,
  };
  const world = {
    variant: { ...asDesigned, ...mistake },
    events,
    chance,
    gateways: [],
    truth: [],
    figures,
    store: new SimulatedStore(storage),
    healed: false,
    fail: (check: number, text: string) => {
      if (wrong.length < ENOUGH_MESSAGES) wrong.push(`(${check}) ${text}`);
    },
  } as unknown as { -readonly [K in keyof World]: World[K] };
  world.broker = new SimulatedBroker(world);
  world.processor = new SimulatedProcessor(world);
  const limit = chance.pick([80, 250, 100_000]);
  for (let i = 0, count = chance.between(1, 3); i < count; i++)
    world.gateways.push(new SimulatedGateway(world, `gateway-${i}`, ROOMS[i % 2]!, limit));

  const ending = chance.pick(ENDINGS);
  // Some runs end in silence: nothing new pushes what is left.
  const silentAt = ending || chance.is(0.2) ? HEALED_AT - chance.between(1000, 40_000) : HEALED_AT + 10_000;
  startStraps(world, silentAt);
  for (const gateway of world.gateways) gateway.start();
  world.processor.start();
  startFaults(world, ending);

  const lastEventAt = Math.max(HEALED_AT, silentAt);
  let quietAt = 0;
  const watch = () => {
    if (events.now > lastEventAt + 500 && world.gateways.every(({ isQuiet }) => isQuiet) && world.processor.isQuiet) quietAt = events.now;
    else events.after(100, watch);
  };
  events.after(HEALED_AT - events.now + 600, watch);
  events.runUntil(lastEventAt + GIVEN_UP_AFTER_MS, () => quietAt > 0);
  figures.quietMs = (quietAt || events.now) - lastEventAt;
  events.runUntil(events.now + SETTLES_WITHIN_MS);
  checkAll(world, quietAt > 0);
  return { wrong, figures };
}
