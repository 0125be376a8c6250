import { cutPower } from '../power-cut.js';
import type { GatewayRig } from '../rig.js';
import type { FaultContext, Scenario } from '../scenario.js';

export const powerCut: Scenario = {
  name: 'power-cut',
  what: 'gateways killed and the newest segment of their spool cut at a random byte after its last sync: connected, cut off, and both at once',
  mayDrop: ['lost'],
  async run(context) {
    const { rig, knobs, chance, wait } = context;
    const gateway = chance.pick(rig.gateways);
    await cut(context, gateway);
    await wait(knobs.faultMs / 3);
    gateway.way.resetAll();
    gateway.way.weather = { reach: 'refused' };
    await wait(knobs.faultMs / 3);
    await cut(context, gateway);
    await wait(knobs.faultMs / 3);
    gateway.way.weather = { reach: 'open' };
    await Promise.all(rig.gateways.map((each) => cut(context, each)));
  },
};

async function cut({ rig, chance, say, wait }: FaultContext, gateway: GatewayRig): Promise<void> {
  await rig.killGateway(gateway);
  const taken = cutPower(gateway.spoolFolder, chance);
  gateway.cuts.push(taken);
  const { spool, bytes, numbers } = taken;
  say(`power of ${gateway.id} cut: ${bytes} bytes of spool ${spool} gone, ${numbers.size} readings`);
  await wait(chance.between(0, 1000));
  await gateway.part.start();
}
