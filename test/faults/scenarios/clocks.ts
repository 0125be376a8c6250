import type { Scenario } from '../scenario.js';
import { createSteppedClock, type SteppedClock } from '../stepped-clock.js';

const HOUR_S = 3600;

/** The clock belongs to one run. */
export function stepClock(): Scenario {
  let clock: SteppedClock | undefined;
  let stepped: string;
  return {
    name: 'clock-step',
    what: 'the wall clock of a gateway stepped by +1 h and by −1 h while it runs, and once more over a restart',
    obstacle: () => (createSteppedClock() ? undefined : 'faketime is not installed'),
    rig: () => ({
      gatewayEnv(folder, gateway) {
        stepped ??= gateway;
        if (gateway !== stepped) return {};
        clock ??= createSteppedClock(folder);
        return clock!.env;
      },
    }),
    async run({ rig, knobs, say, wait }) {
      const gateway = rig.gateways.find(({ id }) => id === stepped)!;
      for (const aheadS of [HOUR_S, -HOUR_S]) {
        say(`clock of ${stepped} ${aheadS > 0 ? '+1 h' : '−1 h'}`);
        clock!.step(aheadS);
        await wait(knobs.faultMs / 3);
      }
      say(`${stepped} stopped and started, its wall clock still an hour behind`);
      await gateway.part.stop();
      await gateway.part.start();
      await wait(knobs.faultMs / 3);
      clock!.step(0);
    },
  };
}
