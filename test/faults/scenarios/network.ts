import type { Scenario } from '../scenario.js';

export const cutNetwork: Scenario = {
  name: 'net-cut',
  what: 'nothing passes between gateways and broker; then the old connections are dead',
  async run({ rig, knobs, say, wait }) {
    say('ways held');
    rig.weather = { reach: 'held' };
    await wait(knobs.faultMs);
    for (const { way } of rig.gateways) way.resetAll();
    rig.weather = { reach: 'open' };
  },
};

export const holdNetwork: Scenario = {
  name: 'net-hold',
  what: 'nothing passes between gateways and broker; then everything does, on the same connections',
  async run({ rig, knobs, say, wait }) {
    say('ways held');
    rig.weather = { reach: 'held' };
    await wait(knobs.faultMs);
    rig.weather = { reach: 'open' };
  },
};

export const dropConnections: Scenario = {
  name: 'net-drop',
  what: 'every connection of a gateway reset again and again, new ones refused for a while',
  async run({ rig, knobs, chance, say, wait }) {
    const until = performance.now() + knobs.faultMs;
    say('connections reset again and again');
    while (performance.now() < until) {
      const { way } = chance.pick(rig.gateways);
      way.weather = { reach: chance.is(0.5) ? 'refused' : 'open' };
      way.resetAll();
      await wait(chance.between(50, 1500));
    }
    rig.weather = { reach: 'open' };
  },
};

export const slowNetwork: Scenario = {
  name: 'net-slow',
  what: 'a way of 400 ms and 1.5 kB/s in each direction, which is less than the class needs',
  async run({ rig, knobs, say, wait }) {
    say('400 ms, 1.5 kB/s');
    rig.weather = { reach: 'open', delayMs: 400, bytesPerSecond: 1500 };
    await wait(knobs.faultMs);
    rig.weather = { reach: 'open' };
  },
};

export const halfCloseNetwork: Scenario = {
  name: 'net-half-close',
  what: 'one direction of the connections ended, the other left open, in turn',
  async run({ rig, knobs, chance, say, wait }) {
    const until = performance.now() + knobs.faultMs;
    say('half-closes in turn');
    while (performance.now() < until) {
      chance.pick(rig.gateways).way.halfCloseAll(chance.pick(['client', 'server']));
      await wait(chance.between(200, 2500));
    }
  },
};
