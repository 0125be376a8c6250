import { health } from '../../harness/api.js';
import { eventually } from '../../harness/eventually.js';
import type { FaultContext, Scenario } from '../scenario.js';

const needsInflux: NonNullable<Scenario['obstacle']> = ({ store }) =>
  store === 'influx' ? undefined : 'the embedded store ends with the processor';

export const killStore: Scenario = {
  name: 'store-killed',
  what: 'kill -9 of InfluxDB, some times, each time started again',
  obstacle: needsInflux,
  async run(context) {
    const { rig, knobs, chance, say, wait } = context;
    for (let n = 0; n < knobs.times; n++) {
      say('kill -9 influxd');
      await rig.influx!.part.kill();
      await isMissed(context);
      await wait(knobs.faultMs / knobs.times);
      await rig.influx!.part.start();
      await wait(chance.between(0, 2000));
    }
  },
};

export const stopStore: Scenario = {
  name: 'store-stopped',
  what: 'InfluxDB frozen (SIGSTOP) and woken; then the way to it held and opened again; then all its connections reset',
  obstacle: needsInflux,
  async run(context) {
    const { rig, knobs, say, wait } = context;
    const { part, way } = rig.influx!;
    say('SIGSTOP influxd');
    part.freeze();
    await isMissed(context);
    await wait(knobs.faultMs / 2);
    part.wake();
    await isBack(context);
    say('way to influxd held');
    way.weather = { reach: 'held' };
    await isMissed(context);
    await wait(knobs.faultMs / 2);
    way.weather = { reach: 'open' };
    await isBack(context);
    say('connections to influxd reset');
    way.resetAll();
  },
};

export const killBoth: Scenario = {
  name: 'store-and-processor',
  what: 'InfluxDB killed, and the processor while it is away; then both started again, the processor first',
  obstacle: needsInflux,
  async run(context) {
    const { rig, knobs, say, wait } = context;
    say('kill -9 influxd');
    await rig.influx!.part.kill();
    await isMissed(context);
    say('kill -9 processor');
    await rig.processor.kill();
    await wait(knobs.faultMs);
    // It waits for its store.
    const started = rig.processor.start();
    await rig.influx!.part.start();
    await started;
  },
};

async function isMissed({ rig }: FaultContext): Promise<void> {
  await eventually('the processor to miss its store', async () => (await health(rig.url)).store === 'away');
}

async function isBack({ rig }: FaultContext): Promise<void> {
  await eventually('the processor to find its store again', async () => (await health(rig.url)).store === 'ok');
}
