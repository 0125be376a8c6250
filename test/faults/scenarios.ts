import type { Scenario } from './scenario.js';
import { stepClock } from './scenarios/clocks.js';
import { fillSpoolDisk, fillStoreDisk, fillUnreportedDisk, lockStore } from './scenarios/disks.js';
import { forgetBroker, freezeProcessor, killBroker, killGateway, killProcessor, mixed } from './scenarios/kills.js';
import { fillSpool, longOutage } from './scenarios/long-outages.js';
import { cutNetwork, dropConnections, halfCloseNetwork, holdNetwork, slowNetwork } from './scenarios/network.js';
import { powerCut } from './scenarios/power-cuts.js';
import { killBoth, killStore, stopStore } from './scenarios/stores.js';

/** The faults that a gym meets, each short, one after the other on the same parts. */
export const inTurn: Scenario = {
  name: 'in-turn',
  what: 'kills, a freeze, cuts of network and power, one after the other on the same parts',
  mayDrop: ['lost'],
  async run(context) {
    for (const { run } of [killGateway, killBroker, freezeProcessor, cutNetwork, killProcessor, halfCloseNetwork, powerCut]) {
      await run(context);
      await context.wait(1000);
    }
  },
};

/** Every fault of the bench, in the order in which it runs. */
export const scenarios: readonly Scenario[] = [
  killGateway,
  killBroker,
  killProcessor,
  forgetBroker,
  freezeProcessor,
  cutNetwork,
  holdNetwork,
  dropConnections,
  slowNetwork,
  halfCloseNetwork,
  fillStoreDisk,
  fillUnreportedDisk,
  lockStore,
  killStore,
  stopStore,
  killBoth,
  fillSpoolDisk,
  stepClock(),
  powerCut,
  longOutage,
  fillSpool,
  inTurn,
  mixed,
];
