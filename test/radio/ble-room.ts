import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type GatewayHealth, topics } from '@pulseboard/contract';
import { createPrivateBus } from '@pulseboard/edge-gateway/test-support/private-bus';
import { Child } from '../harness/child.js';
import { mainScript } from '../harness/environment.js';
import { eventually } from '../harness/eventually.js';
import { json, Listener } from '../harness/mqtt.js';
import { ReadingCollector } from '../harness/reading-collector.js';
import { measureProcess, type ProcessCost } from './process-cost.js';

export interface BleRoomResult {
  /** Advertisements of which BlueZ told, and those that the gateway counted. */
  advertisements: number;
  heard: number;
  /** Changes of the heart rate, over all straps, and those that are in the readings. */
  changes: number;
  countedChanges: number;
  cost: ProcessCost;
}

const ADVERTISE_EVERY_MS = 250;
/** Each says another heart rate this often. */
const CHANGE_EVERY = 4;
const WARM_UP_MS = 3000;
/** Manufacturer data of Polar after the company id: flags with contact, x, fast and slow heart rate. */
const POLAR = '107';
const polar = (heartRateBpm: number) => `3b16${[heartRateBpm, heartRateBpm].map((bpm) => bpm.toString(16).padStart(2, '0')).join('')}`;
const addressOf = (i: number) => `A0:9E:1A:00:00:${(i + 1).toString(16).padStart(2, '0').toUpperCase()}`;

/** A gateway process with the real `dbus-next` on a D-Bus of its own, with a made-up BlueZ and straps that advertise their heart rate four times a second. */
export async function runBleRoom(
  daemon: string,
  mqttUrl: string,
  spoolDir: string,
  { straps, seconds }: { straps: number; seconds: number },
): Promise<BleRoomResult> {
  const readings = new ReadingCollector();
  await readings.open(mqttUrl);
  let health: GatewayHealth | undefined;
  const listener = await Listener.open(mqttUrl, [topics.gatewayHealth.filter], (heard) => {
    if (heard.topic.includes('/bluetooth/')) health = json<GatewayHealth>(heard);
  });
  const bus = createPrivateBus(daemon);
  await bus.start();
  const bluez = await openBluez(bus.address);
  await bluez.ask('addAdapter', 'hci0');
  const gateway = new Child(process.execPath, [mainScript, 'gateway'], {
    env: {
      PULSEBOARD_RADIO: 'ble',
      PULSEBOARD_GATEWAY: 'bluetooth',
      PULSEBOARD_BROKER_URL: mqttUrl,
      PULSEBOARD_SPOOL_DIR: spoolDir,
      PULSEBOARD_LOG_LEVEL: 'warn',
      DBUS_SYSTEM_BUS_ADDRESS: bus.address,
    },
  });
  await eventually('the search for straps', async () =>
    (await bluez.ask<{ discovering: string[] }>('report')).discovering.includes('hci0'),
  );
  for (let i = 0; i < straps; i++) await bluez.ask('addStrap', { address: addressOf(i), manufacturerData: { [POLAR]: polar(60) } });

  const beganMs = performance.now();
  let cost: (() => ProcessCost) | undefined;
  let advertisements = 0;
  let changes = 0;
  for (let round = 0; round * ADVERTISE_EVERY_MS < seconds * 1000; round++) {
    if (!cost && performance.now() - beganMs >= Math.min(WARM_UP_MS, (seconds * 1000) / 3)) cost = measureProcess(gateway.pid);
    const heartRateBpm = 60 + (Math.floor(round / CHANGE_EVERY) % 120);
    const answers = Array.from({ length: straps }, (_, i) =>
      bluez.ask<boolean>('advertise', addressOf(i), { [POLAR]: polar(heartRateBpm) }),
    );
    advertisements += (await Promise.all(answers)).filter(Boolean).length;
    if (round % CHANGE_EVERY === 0) changes += straps;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, beganMs + (round + 1) * ADVERTISE_EVERY_MS - performance.now())));
  }
  const taken = cost!();
  // Health comes every 10 s.
  await eventually('all advertisements counted', () => health?.radios[0]?.frames === advertisements, 15_000).catch(() => {});
  await gateway.stop();
  await Promise.all([readings.close(), listener.close()]);
  await bluez.close();
  await bus.close();
  const countedChanges = [...readings.bySensor().values()]
    .map((of) => of.filter(({ heartRateBpm }, i) => heartRateBpm !== of[i - 1]?.heartRateBpm).length)
    .reduce((total, changed) => total + changed, 0);
  return { advertisements, heard: health?.radios[0]?.frames ?? 0, changes, countedChanges, cost: taken };
}

/** BlueZ in a process of its own, asked by lines of JSON. */
async function openBluez(busAddress: string) {
  const script = fileURLToPath(import.meta.resolve('@pulseboard/edge-gateway/test-support/mock-bluez-process'));
  const child = spawn(process.execPath, [script, busAddress], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: ((answer: { result?: unknown; error?: string }) => void)[] = [];
  const answer = () => new Promise<{ result?: unknown; error?: string }>((resolve) => waiting.push(resolve));
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line)));
  await answer();
  return {
    async ask<T>(...call: unknown[]): Promise<T> {
      child.stdin.write(`${JSON.stringify(call)}\n`);
      const { result, error } = await answer();
      if (error !== undefined) throw new Error(`BlueZ: ${error}`);
      return result as T;
    },
    async close(): Promise<void> {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}
