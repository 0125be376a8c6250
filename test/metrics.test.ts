import { once } from 'node:events';
import { createParser, ReadingBatch, topics } from '@pulseboard/contract';
import { WebSocket } from 'ws';
import { get } from './harness/api.js';
import { dataFolder } from './harness/data-folder.js';
import { eventually } from './harness/eventually.js';
import { freePort } from './harness/free-port.js';
import { type Ledger, ledger, sumOf } from './harness/ledger.js';
import { Listener } from './harness/mqtt.js';
import { conventionFaults, type Family, parsePrometheusText } from './harness/prometheus-text.js';
import { cleanUp, START_TIMEOUT_MS, type System, startSystem } from './harness/system.js';

let system: System;
let urls: Record<'broker' | 'processor' | 'gateway', string>;
beforeAll(async () => {
  const [brokerPort, gatewayPort] = [await freePort(), await freePort()];
  system = await startSystem({
    PULSEBOARD_DATA_DIR: await dataFolder(),
    PULSEBOARD_BROKER_METRICS_PORT: String(brokerPort),
    PULSEBOARD_GATEWAY_METRICS_PORT: String(gatewayPort),
  });
  urls = { broker: `http://127.0.0.1:${brokerPort}`, processor: system.url, gateway: `http://127.0.0.1:${gatewayPort}` };
}, START_TIMEOUT_MS);
afterAll(cleanUp);

type Part = keyof typeof urls;
const parts: Part[] = ['broker', 'processor', 'gateway'];

async function scrape(part: Part): Promise<Map<string, Family>> {
  const response = await fetch(`${urls[part]}/metrics`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  return parsePrometheusText(await response.text());
}

/** Values of a family whose labels include these. */
const valuesOf = (families: Map<string, Family>, name: string, labels: Record<string, string> = {}): number[] =>
  families
    .get(name)!
    .samples.filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .map(({ value }) => value);
const oneOf = (families: Map<string, Family>, name: string, labels: Record<string, string> = {}): number => {
  const values = valuesOf(families, name, labels);
  expect(values).toHaveLength(1);
  return values[0]!;
};
const own = (families: Map<string, Family>) => [...families.values()].filter(({ name }) => name.startsWith('pulseboard_'));

test('the lines that npm start prints tell where', () => {
  expect(system.child.stdout.filter((line) => line.includes('/metrics'))).toEqual([
    `             metrics of the broker: ${urls.broker}/metrics`,
    `             metrics of the gateway: ${urls.gateway}/metrics`,
  ]);
});

test.each(parts)(
  '%s: well formed, by the conventions, with the metrics of its process; no label names a person, a strap or a spool',
  async (part) => {
    await eventually('readings stored', async () => (await ledger(system.url)).totals.stored > 50);
    const families = await scrape(part);
    expect(conventionFaults(own(families))).toEqual([]);
    expect([...families.keys()]).toEqual(expect.arrayContaining(['process_cpu_seconds_total', 'process_resident_memory_bytes']));
    const labels = new Set(own(families).flatMap(({ samples }) => samples.flatMap((sample) => Object.keys(sample.labels))));
    const allowed = ['gym', 'room', 'gateway', 'version', 'radio', 'state', 'reason', 'outcome', 'transport', 'le'];
    expect([...labels].filter((label) => !allowed.includes(label))).toEqual([]);
    expect(own(families).flatMap(({ samples }) => samples).length).toBeLessThan(100);
  },
);

/** Figures of the ledger as its metrics tell them, and as the API does: the same once nothing happened in between. */
const figures = (families: Map<string, Family>): Record<string, number> => ({
  decoded: oneOf(families, 'pulseboard_ledger_decoded_readings'),
  stored: oneOf(families, 'pulseboard_ledger_readings', { state: 'stored' }),
  deadLettered: oneOf(families, 'pulseboard_ledger_readings', { state: 'dead_lettered' }),
  dropped: oneOf(families, 'pulseboard_ledger_readings', { state: 'dropped' }),
  open: oneOf(families, 'pulseboard_ledger_readings', { state: 'open' }),
  waiting: oneOf(families, 'pulseboard_processor_waiting_readings'),
  received: oneOf(families, 'pulseboard_processor_received_readings_total'),
  duplicate: oneOf(families, 'pulseboard_processor_settled_readings_total', { outcome: 'duplicate' }),
  turnedAway: oneOf(families, 'pulseboard_processor_settled_readings_total', { outcome: 'turned_away' }),
});
const figuresOf = ({ totals, thisEpoch }: Ledger): Record<string, number> => ({
  decoded: totals.decoded,
  stored: totals.stored,
  deadLettered: totals.deadLettered,
  dropped: sumOf(totals.dropped),
  open: totals.open,
  waiting: thisEpoch.waiting,
  received: thisEpoch.received,
  duplicate: thisEpoch.duplicate,
  turnedAway: thisEpoch.turnedAway,
});

test('the processor tells what its ledger tells, to the unit, at any moment', async () => {
  const told = await eventually('a scrape with nothing on either side of it', async () => {
    const before = await ledger(system.url);
    const families = await scrape('processor');
    const isStill = JSON.stringify(before) === JSON.stringify(await ledger(system.url));
    return isStill && { families, before };
  });
  expect(figures(told.families)).toEqual(figuresOf(told.before));
  expect(figures(told.families).stored).toBeGreaterThan(50);
  const parts = valuesOf(told.families, 'pulseboard_ledger_readings').reduce((sum, value) => sum + value, 0);
  expect(parts).toBe(figures(told.families).decoded);
});

test('flushes, lateness, batches and pushes are counted as they happen', async () => {
  const before = await scrape('processor');
  const page = new WebSocket(`${system.url.replace('http', 'ws')}/live`);
  await once(page, 'message');
  const bad = await Listener.open(system.mqttUrl, []);
  const { batch } = await refusedAndDead(bad);
  await eventually('all of it in the metrics', async () => {
    const now = await scrape('processor');
    const grew = (name: string, labels = {}) => oneOf(now, name, labels) - oneOf(before, name, labels);
    const histogram = (name: string, of: Map<string, Family>) =>
      of.get(name)!.samples.find((sample) => sample.name === `${name}_count`)!.value;
    const [flushes, lateness] = ['pulseboard_processor_flush_duration_seconds', 'pulseboard_processor_reading_lateness_seconds'] as const;
    return (
      grew('pulseboard_processor_refused_batches_total') === 1 &&
      grew('pulseboard_processor_batches_total') > 2 &&
      grew('pulseboard_processor_settled_readings_total', { outcome: 'dead_lettered' }) === 1 &&
      oneOf(now, 'pulseboard_ledger_readings', { gateway: batch.gateway, state: 'dead_lettered' }) === 1 &&
      grew('pulseboard_processor_live_pushes_total') > 0 &&
      oneOf(now, 'pulseboard_processor_live_clients') === 1 &&
      histogram(flushes, now) > histogram(flushes, before) &&
      histogram(lateness, now) > histogram(lateness, before)
    );
  });
  page.close();
  await bad.close();
});

/** One batch that cannot be read, and one with a reading that is none. */
async function refusedAndDead(client: Listener) {
  const batch = {
    v: 1,
    gateway: 'visitor',
    spool: 'metrics0spool0one',
    first: 1,
    oldest: 1,
    boot: 'b1',
    sentAt: Date.now(),
    clock: 'synced',
    readings: [{ sensor: 'ant-hr-1', at: Date.now(), heartRateBpm: 3000 }],
  } as const;
  expect(createParser(ReadingBatch, 'batch').check(batch)).toBe(false);
  const topic = topics.readings.build({ gym: 'demo', room: 'main', gateway: batch.gateway });
  await client.publish(topic, JSON.stringify(batch));
  await client.publish(topic, '{"v":1}');
  return { batch };
}

test("the gateway's side agrees with the processor's", async () => {
  await eventually('both sides of one moment', async () => {
    const [here, there] = [await scrape('gateway'), await scrape('processor')];
    const decoded = oneOf(here, 'pulseboard_gateway_spooled_decoded_readings');
    expect(valuesOf(here, 'pulseboard_gateway_spooled_readings').reduce((sum, value) => sum + value, 0)).toBe(decoded);
    const stored = oneOf(there, 'pulseboard_ledger_readings', { gateway: 'gateway-1', state: 'stored' });
    const committed = oneOf(here, 'pulseboard_gateway_spooled_readings', { state: 'committed' });
    return stored >= committed && stored <= decoded && committed > 100;
  });
  const families = await scrape('gateway');
  expect(oneOf(families, 'pulseboard_gateway_straps')).toBeGreaterThan(12);
  expect(oneOf(families, 'pulseboard_gateway_radio_state', { state: 'receiving' })).toBe(1);
  expect(oneOf(families, 'pulseboard_gateway_radio_frames_total')).toBeGreaterThan(100);
  expect(oneOf(families, 'pulseboard_gateway_spool_writable')).toBe(1);
});

test('the broker tells of its clients and their messages', async () => {
  const before = await scrape('broker');
  const client = await Listener.open(system.mqttUrl, []);
  await client.publish('elsewhere/1', 'four');
  await expect(client.client.subscribeAsync('$share/g/x', { qos: 1 })).rejects.toThrow();
  const now = await scrape('broker');
  const grew = (name: string, labels = {}) => oneOf(now, name, labels) - oneOf(before, name, labels);
  expect(grew('pulseboard_broker_clients')).toBe(1);
  expect(grew('pulseboard_broker_connections_total', { transport: 'tcp' })).toBe(1);
  expect(grew('pulseboard_broker_refused_subscriptions_total')).toBe(1);
  expect(grew('pulseboard_broker_received_messages_total')).toBeGreaterThanOrEqual(1);
  expect(grew('pulseboard_broker_received_payload_bytes_total')).toBeGreaterThanOrEqual(4);
  await client.close();
});

test.each(parts)('%s is well', async (part) => {
  const response = await fetch(`${urls[part]}/healthz`);
  expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
});

test('what watches processes is not in the document of the API', async () => {
  const { paths } = await get<{ paths: object }>(system.url, '/api/docs-json');
  expect(Object.keys(paths).filter((path) => !path.startsWith('/api/'))).toEqual([]);
});
