import type { FaultContext, Scenario } from '../scenario.js';

export const killGateway: Scenario = {
  name: 'kill-gateway',
  what: 'kill -9 of a gateway, some times: connected, and cut off with all that it heard since only on its disk',
  async run({ rig, knobs, chance, say, wait }) {
    for (let n = 0; n < knobs.times; n++)
      for (const isCutOff of [false, true]) {
        const gateway = chance.pick(rig.gateways);
        const stretchMs = knobs.faultMs / knobs.times / 2;
        if (isCutOff) {
          gateway.way.weather = { reach: 'held' };
          await wait(stretchMs);
        }
        say(`kill -9 ${gateway.id}${isCutOff ? ', which was cut off' : ''}`);
        await rig.killGateway(gateway);
        await wait(stretchMs);
        gateway.way.resetAll();
        gateway.way.weather = { reach: 'open' };
        await gateway.part.start();
        await wait(chance.between(0, 2000));
      }
  },
};

export const killBroker: Scenario = {
  name: 'kill-broker',
  what: 'kill -9 of the broker, some times: what it had acknowledged is gone',
  async run({ rig, knobs, chance, say, wait }) {
    for (let n = 0; n < knobs.times; n++) {
      say('kill -9 broker');
      await rig.broker.kill();
      await wait(knobs.faultMs / knobs.times);
      await rig.startBroker();
      await wait(chance.between(0, 2000));
    }
  },
};

export const forgetBroker: Scenario = {
  name: 'broker-forgets',
  what: 'the broker stopped in order and started again with nothing remembered',
  async run({ rig, knobs, say, wait }) {
    say('broker stopped; what it wrote down is removed');
    await rig.broker.stop();
    rig.forgetBroker();
    await wait(knobs.faultMs);
    await rig.startBroker();
  },
};

export const killProcessor: Scenario = {
  name: 'kill-processor',
  what: 'kill -9 of the processor, some times, each time started again',
  async run({ rig, knobs, chance, say, wait }) {
    for (let n = 0; n < knobs.times; n++) {
      say('kill -9 processor');
      await rig.processor.kill();
      await wait(knobs.faultMs / knobs.times);
      await rig.processor.start();
      await wait(chance.between(0, 2000));
    }
  },
};

export const freezeProcessor: Scenario = {
  name: 'freeze-processor',
  what: 'the processor frozen (SIGSTOP) and woken',
  async run({ rig, knobs, say, wait }) {
    say('SIGSTOP processor');
    rig.processor.freeze();
    await wait(knobs.faultMs);
    rig.processor.wake();
  },
};

/** Each of them short, one after the other or two at once. */
export const mixed: Scenario = {
  name: 'mixed',
  what: 'kills, freezes and cuts at random, some of them at once',
  async run(context) {
    const { knobs, chance, wait } = context;
    const until = performance.now() + 2 * knobs.faultMs;
    while (performance.now() < until) {
      const [first, second] = [chance.pick(shortFaults), chance.pick(shortFaults)];
      await (first === second ? first(context) : Promise.all([first(context), second(context)]));
      await wait(chance.between(0, 1500));
    }
  },
};

type ShortFault = (context: FaultContext) => Promise<void>;
const shortFaults: readonly ShortFault[] = [
  async ({ rig, chance, say, wait }) => {
    const gateway = chance.pick(rig.gateways);
    say(`kill -9 ${gateway.id}`);
    await rig.killGateway(gateway);
    await wait(chance.between(0, 2000));
    await gateway.part.start();
  },
  async ({ rig, chance, say, wait }) => {
    say('kill -9 broker');
    await rig.broker.kill();
    await wait(chance.between(0, 2000));
    await rig.startBroker();
  },
  async ({ rig, chance, say, wait }) => {
    say('kill -9 processor');
    await rig.processor.kill();
    await wait(chance.between(0, 2000));
    await rig.processor.start();
  },
  async ({ rig, chance, say, wait }) => {
    const { id, way } = chance.pick(rig.gateways);
    say(`way of ${id} cut`);
    way.weather = { reach: 'held' };
    await wait(chance.between(500, 3000));
    if (chance.is(0.5)) way.resetAll();
    way.weather = { reach: 'open' };
  },
];
