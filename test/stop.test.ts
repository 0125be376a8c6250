import type { Gateway } from '@pulseboard/edge-gateway';
import { health } from './harness/api.js';
import type { Child } from './harness/child.js';
import { dataFolder } from './harness/data-folder.js';
import { eventually } from './harness/eventually.js';
import { freePort } from './harness/free-port.js';
import { openGateway } from './harness/gateway-under-test.js';
import { cleanUp, START_TIMEOUT_MS, startChild } from './harness/system.js';

/** One stop may fall between two batches. */
const STOPS = 2;
const GYMS = ['north', 'south', 'west'];

let broker: Child;
let brokerUrl: string;
let gateways: Gateway[];
beforeAll(async () => {
  const port = await freePort();
  brokerUrl = `mqtt://127.0.0.1:${port}`;
  broker = startChild(['broker'], { PULSEBOARD_MQTT_PORT: String(port) });
  await broker.line(/^Ready/);
  gateways = await Promise.all(
    GYMS.map((gym) => openGateway({ brokerUrl, gym, gateway: `gateway-${gym}`, straps: 20, mutateFrame: (event) => event })),
  );
}, START_TIMEOUT_MS);
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await cleanUp();
});

/** Warnings and errors of a log of JSON lines. */
const complaints = ({ stderr }: Child) => stderr.filter((line) => (JSON.parse(line) as { level: number }).level >= 40);

test('a processor that is stopped while readings come leaves no complaint in its log, nor in that of the broker', async () => {
  const settings = { PULSEBOARD_BROKER_URL: brokerUrl, PULSEBOARD_DATA_DIR: await dataFolder() };
  for (let i = 0; i < STOPS; i++) {
    const processor = startChild(['processor'], settings);
    const [, url] = await processor.line(/^ {2}board +(http:\S+)\/$/);
    await eventually('readings', async () => (await health(url!)).readings.received > 200);
    expect(await processor.stop()).toEqual({ code: 0, signal: null });
    expect(complaints(processor)).toEqual([]);
  }
  expect(complaints(broker)).toEqual([]);
});
