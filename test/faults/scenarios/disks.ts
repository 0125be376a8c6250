import { DuckDBInstance } from '@duckdb/node-api';
import { influxd } from '@pulseboard/cloud-processor/influx-server';
import { health } from '../../harness/api.js';
import { eventually } from '../../harness/eventually.js';
import { runCommand } from '../../harness/system.js';
import { healthOf } from '../gateway-healths.js';
import type { Rig } from '../rig.js';
import type { Scenario } from '../scenario.js';

/** The registry is 40 MB of it. */
const STORE_DISK_MB = 128;
const SPOOL_DISK_MB = 16;

export const fillStoreDisk: Scenario = {
  name: 'store-disk-full',
  what: "the disk of the store (the processor's data folder, or InfluxDB's) full to the last byte, then free again",
  rig: () => ({ smallDisk: { of: 'store', megabytes: STORE_DISK_MB } }),
  async run({ rig, knobs, say, wait }) {
    rig.disk!.fill();
    say(`store full: ${rig.disk!.how}`);
    await wait(knobs.faultMs);
    const { failedFlushes } = await health(rig.url);
    if (failedFlushes === 0) throw new Error('The full disk harmed nobody: no flush failed');
    say(`${failedFlushes} flushes failed; disk free`);
    rig.disk!.free();
    if (!rig.influx) return;
    await restartTwice(rig, say);
    // What it took since must not be lost with its next start.
    await eventually('the processor to find its store again', async () => (await health(rig.url)).store === 'ok');
    await wait(knobs.faultMs / 2);
    await rig.influx.restart();
  },
};

/** A torn log is whole again after two starts of InfluxDB; the processor is killed in between, and must know it all the same. */
async function restartTwice(rig: Rig, say: (line: string) => void): Promise<void> {
  say('InfluxDB started again, twice: it cuts its torn log, and would lose what it takes before the second start');
  await rig.influx!.restart();
  const asksForMore = await eventually('the processor to ask for a second start of InfluxDB, or to go on', async () => {
    const { store, storeFault } = await health(rig.url);
    return store === 'ok' ? 'no' : storeFault?.includes('restart it once more') && 'yes';
  });
  if (asksForMore === 'no') return;
  say('kill -9 processor, and started again');
  await rig.processor.kill();
  await rig.processor.start();
  await rig.influx!.restart();
}

export const fillUnreportedDisk: Scenario = {
  name: 'store-disk-full-unreported',
  what: 'the same with an InfluxDB 2 that does not report its starts: nothing is written until a person confirms by the command',
  obstacle: ({ store }) => {
    if (store === 'duckdb') return 'there is no InfluxDB';
    return influxd?.standIn?.startsWith('2') ? undefined : 'it closes /metrics of a stand-in of version 2: TEST_INFLUXD=2.7.12';
  },
  rig: () => ({ smallDisk: { of: 'store', megabytes: STORE_DISK_MB } }),
  async run({ rig, knobs, say, wait }) {
    const influx = rig.influx!;
    influx.standIn!.isMetricsOpen = false;
    rig.disk!.fill();
    say(`store full: ${rig.disk!.how}`);
    await wait(knobs.faultMs);
    rig.disk!.free();
    const isAsking = async () => (await health(rig.url)).storeFault?.includes('influx-restarted');
    await eventually('the processor to ask for a confirmation', isAsking);
    await influx.restart();
    say('kill -9 processor, and started again; InfluxDB restarted once more');
    await rig.processor.kill();
    await rig.processor.start();
    await influx.restart();
    await eventually('the processor to ask for a confirmation', isAsking);
    const { code, stderr } = await runCommand(['processor', 'influx-restarted'], { PULSEBOARD_DATA_DIR: rig.dataFolder });
    if (code !== 0) throw new Error(`The confirmation was refused: ${stderr.join(' ')}`);
    await eventually('the processor to find its store again', async () => (await health(rig.url)).store === 'ok');
    await wait(knobs.faultMs / 2);
    await influx.restart();
  },
};

export const lockStore: Scenario = {
  name: 'store-locked',
  what: 'the store file locked by another process when the processor starts: it must refuse in a sentence; started again when the lock is gone',
  obstacle: ({ store }) => (store === 'duckdb' ? undefined : 'InfluxDB has no file to lock'),
  async run({ rig, knobs, say, wait }) {
    await rig.processor.kill();
    const other = await DuckDBInstance.create(rig.storeFile, { access_mode: 'READ_ONLY' });
    const connection = await other.connect();
    say('processor killed, its store file locked by this process');
    const begun = performance.now();
    const refusal = await rig.processor.start().then(
      () => undefined,
      () => rig.processor.child,
    );
    if (!refusal) throw new Error('The processor started on a store that another process has open');
    const { code } = await refusal.exited;
    const [sentence, ...more] = refusal.stderr.filter((line) => !line.startsWith('{'));
    if (code !== 1 || !sentence?.includes('cannot be opened') || more.length)
      throw new Error(`The processor refused the locked store with ${code}:\n${refusal.stderr.join('\n')}`);
    say(`it refused: ${sentence}`);
    await wait(knobs.faultMs - (performance.now() - begun));
    connection.closeSync();
    other.closeSync();
    await rig.processor.start();
  },
};

export const fillSpoolDisk: Scenario = {
  name: 'gateway-disk-full',
  what: "the disk of a gateway's spool full to the last byte, with and without the broker, then free again",
  rig: () => ({ smallDisk: { of: 'spool', megabytes: SPOOL_DISK_MB } }),
  async run({ rig, knobs, say, wait }) {
    const [{ id, way }] = rig.gateways as [(typeof rig.gateways)[number]];
    rig.disk!.fill();
    say(`spool of ${id} full: ${rig.disk!.how}`);
    // The page that its file has already still takes a few.
    const fault = await eventually('the gateway to tell of its full disk', async () => (await healthOf(rig, id)).spoolFault);
    await wait(knobs.faultMs / 3);
    way.weather = { reach: 'held' };
    say(`it tells of ${fault}; now its way is held, too`);
    await wait(knobs.faultMs / 3);
    rig.disk!.free();
    say('disk free');
    await wait(knobs.faultMs / 3);
    way.resetAll();
    way.weather = { reach: 'open' };
  },
};
