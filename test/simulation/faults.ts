import { SIMULATED_STORE, type World } from './world.js';

/** What the last minute before healing is like. */
export type Ending = '' | 'processor away' | 'store away' | 'lossy';

export const HEALED_AT = 180_000;
const ENDING_MS = 60_000;
const FORGED_BEYOND = 1000;

/** A few faults at moments by chance, an ending, and then everything is healed at once. */
export function startFaults(world: World, ending: Ending): void {
  const { broker, chance, events, gateways, processor, store } = world;
  const faults: (() => void)[] = [
    () => stopGateway(world, false, chance.between(300, 8000)),
    () => stopGateway(world, true, chance.between(1000, 10_000)),
    () => {
      const gateway = chance.pick(gateways);
      gateway.link = false;
      gateway.loseConnection();
      events.after(chance.between(2000, 40_000), () => {
        gateway.link = true;
      });
    },
    () => broker.restart(chance.between(500, 6000)),
    () => processor.crash(chance.pick([chance.between(200, 5000), chance.between(5000, 70_000)])),
    () => {
      store.up = false;
      events.after(chance.pick([chance.between(1000, 8000), chance.between(8000, 70_000)]), () => {
        store.up = !store.staysAway || world.healed;
      });
    },
    () => forgeCommitted(world),
  ];
  for (let n = chance.between(2, 9); n > 0; n--) events.after(chance.between(1000, HEALED_AT - events.now - 500), chance.pick(faults));
  events.after(HEALED_AT - events.now - ENDING_MS, () => {
    if (ending === 'processor away') {
      processor.staysDown = true;
      processor.crash(ENDING_MS);
    }
    if (ending === 'store away') {
      store.up = false;
      store.staysAway = true;
    }
    if (ending === 'lossy') broker.drop = 0.6;
  });
  events.after(HEALED_AT - events.now, () => heal(world));
}

function stopGateway({ chance, events, gateways }: World, powerCut: boolean, awayMs: number): void {
  const gateway = chance.pick(gateways);
  gateway.stop(powerCut);
  events.after(awayMs, () => {
    if (!gateway.up) gateway.start();
  });
}

/** Somebody says that more is committed than was ever sent. */
function forgeCommitted({ chance, gateways, store }: World): void {
  const gateway = chance.pick(gateways);
  const { id, written } = chance.pick(gateway.protocol.spools);
  gateway.hear({
    store: SIMULATED_STORE,
    epoch: store.epoch,
    rejected: [],
    spools: [{ spool: id, ranges: [[1, written + FORGED_BEYOND]], gone: [], closed: false }],
  });
}

function heal(world: World): void {
  const { broker, gateways, processor, store } = world;
  world.healed = true;
  broker.heal();
  store.up = true;
  for (const gateway of gateways) {
    gateway.link = true;
    if (!gateway.up) gateway.start();
    if (gateway.connected) gateway.startCatchUp();
  }
  if (!processor.up) processor.start();
}
