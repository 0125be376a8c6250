import { type Alert, type GatewayHealth, type GatewayParams, type LiveMessage, type ReadingBatch, topics } from '@pulseboard/contract';
import { WebSocket } from 'ws';
import { get, health } from './harness/api.js';
import type { Child } from './harness/child.js';
import { dataFolder } from './harness/data-folder.js';
import { eventually } from './harness/eventually.js';
import { freePort } from './harness/free-port.js';
import { json, Listener } from './harness/mqtt.js';
import { cleanUp, START_TIMEOUT_MS, startChild } from './harness/system.js';

/** Gateways at the level of their messages: a broker and a processor of their own processes hear them. */
interface FleetRow {
  gateway: string;
  room: string;
  state: string;
  offlineSince?: number;
  reason?: string;
  clone?: { rooms: string[]; speakers: string[]; sentence: string };
}
interface LedgerRow {
  spool: string;
  stored: number;
  gone: number;
  deadLettered: number;
}

let port: number;
let brokerUrl: string;
let broker: Child;
let processor: Child;
let url: string;
let dataDir: string;
let mqtt: Listener;

async function startBroker(): Promise<void> {
  broker = startChild(['broker'], { PULSEBOARD_MQTT_PORT: String(port) });
  await broker.line(/^Ready/);
}
async function startProcessor(): Promise<void> {
  processor = startChild(['processor'], { PULSEBOARD_BROKER_URL: brokerUrl, PULSEBOARD_DATA_DIR: dataDir });
  [, url] = (await processor.line(/^ {2}board +(http:\S+)\/$/)) as unknown as [string, string];
  await eventually('the broker found', async () => (await health(url)).status === 'ok' || (await health(url)).broker === 'connected');
}
beforeAll(async () => {
  port = await freePort();
  brokerUrl = `mqtt://127.0.0.1:${port}`;
  dataDir = await dataFolder();
  await startBroker();
  await startProcessor();
  mqtt = await Listener.open(brokerUrl, [topics.alerts.filter]);
}, START_TIMEOUT_MS);
afterAll(async () => {
  await mqtt?.close();
  await cleanUp();
});

const fleet = async () => (await get<{ gateways: FleetRow[] }>(url, '/api/v1/gyms/demo/fleet')).gateways;
const gatewayOf = async (id: string) => (await fleet()).find(({ gateway }) => gateway === id);
const problems = async () => (await health(url)).problems;

/** One process of a gateway. */
class Machine {
  #number = 0;

  constructor(
    readonly of: GatewayParams,
    readonly boot: string,
    readonly spool: string,
    readonly sensor: string,
  ) {}

  /** Sends the next readings of its own spool. */
  async beat(count = 2): Promise<void> {
    const first = this.#number + 1;
    this.#number += count;
    await this.send(this.spool, first, count, 1, Date.now());
  }

  async send(spool: string, first: number, count: number, oldest: number, endAt: number): Promise<void> {
    const batch: ReadingBatch = {
      v: 1,
      gateway: this.of.gateway,
      spool,
      first,
      oldest,
      boot: this.boot,
      sentAt: Date.now(),
      clock: 'synced',
      readings: Array.from({ length: count }, (_, i) => ({
        sensor: this.sensor,
        at: endAt - (count - 1 - i) * 100,
        heartRateBpm: 120,
        beatCount: (first + i) % 256,
      })),
    };
    await mqtt.publish(topics.readings.build(this.of), JSON.stringify(batch));
  }

  async health(fields: Partial<GatewayHealth> = {}): Promise<void> {
    const report: GatewayHealth = {
      at: Date.now(),
      version: '0.0.0-test',
      boot: this.boot,
      uptimeS: 9,
      clock: 'synced',
      wallClockAheadMs: 0,
      spools: [],
      spoolBytes: 0,
      refusedCommits: 0,
      radios: [{ radio: 'ant 1-1', state: 'receiving', frames: 1, badFrames: 0, straps: 1, restarts: 0 }],
      straps: [],
      cpuPercent: 1,
      memoryMb: 50,
      ...fields,
    };
    await mqtt.publish(topics.gatewayHealth.build(this.of), JSON.stringify(report));
  }

  get sent(): number {
    return this.#number;
  }
}

test('a processor that was started first has no gateway yet: well, and it says so', async () => {
  expect(await fleet()).toEqual([]);
  expect(await health(url)).toMatchObject({ status: 'ok', problems: [], reception: 'no-gateway', registry: 'ok', subscribed: true });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('a room appears when a gateway of it is heard: until then its page is answered with the rooms that exist', async () => {
  const page = () =>
    new Promise<LiveMessage>((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/live/demo/studio-7`);
      socket.on('error', reject);
      socket.on('message', (data) => {
        socket.close();
        resolve(JSON.parse(String(data)) as LiveMessage);
      });
    });
  expect(await page()).toMatchObject({ type: 'unknown-room', rooms: [{ gym: 'demo', room: 'main', path: '/wall/demo/main' }] });
  await new Machine({ gym: 'demo', room: 'studio-7', gateway: 'gateway-7' }, 'boot-7', 'spool7777777', 'ant-hr-7').health();
  const picture = await eventually('the room', async () => {
    const message = await page();
    return message.type === 'snapshot' && message;
  });
  expect(picture).toMatchObject({
    room: 'studio-7',
    state: {
      broker: 'connected',
      store: 'ok',
      registry: 'ok',
      gateways: [{ gateway: 'gateway-7', state: 'online', hasRadio: true, isCloned: false }],
    },
  });
});

describe('two machines from one copied card', () => {
  const of = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
  const first = new Machine(of, 'boot-a', 'spoolaaaaaaa', 'ant-hr-1');
  const second = new Machine(of, 'boot-b', 'spoolbbbbbbb', 'ant-hr-2');
  /** Written before the card was copied: both hold 1 to 30, and the first one went on to 40. */
  const OLD = 'spoololdoldo';

  test('are noticed, shown, alerted and reported as a problem', async () => {
    const oldAt = Date.now() - 60_000;
    await first.send(OLD, 1, 10, 1, oldAt);
    await second.send(OLD, 1, 30, 1, oldAt + 2000);
    await first.send(OLD, 11, 30, 11, oldAt + 3000);
    await eventually('the clone', async () => {
      await first.beat();
      await second.beat();
      return (await gatewayOf('gateway-1'))?.clone;
    });
    expect(await gatewayOf('gateway-1')).toMatchObject({ state: 'online', clone: { rooms: ['main'], speakers: ['boot-a', 'boot-b'] } });
    expect(await problems()).toContainEqual(
      expect.objectContaining({ code: 'gateway-cloned', sentence: expect.stringContaining('gateway-1') }),
    );
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const alert = await eventually('the alert', () =>
      mqtt.heard.map((heard) => json<Alert>(heard)).find(({ kind }) => kind === 'gateway-cloned'),
    );
    expect(alert).toMatchObject({ ...of, severity: 'critical', message: expect.stringContaining('card was copied') });
  });

  test('nothing of either is lost, and nothing is stored twice', async () => {
    const rows = await eventually('all of it stored', async () => {
      const { spools } = await get<{ spools: LedgerRow[] }>(url, '/api/v1/ledger');
      const stored = (spool: string) => spools.find((row) => row.spool === spool)?.stored;
      return stored(OLD) === 40 && stored(first.spool) === first.sent && stored(second.spool) === second.sent && spools;
    });
    expect(rows.filter(({ gone, deadLettered }) => gone + deadLettered > 0)).toEqual([]);
    expect((await health(url)).readings).toMatchObject({ stored: 40 + first.sent + second.sent, duplicate: 30 });
  });

  test('a gateway that restarts is none, even with a late message of its former process', async () => {
    const place = { gym: 'demo', room: 'main', gateway: 'gateway-2' };
    const former = new Machine(place, 'boot-c', 'spoolccccccc', 'ant-hr-3');
    await former.beat();
    await former.health();
    const next = new Machine(place, 'boot-d', 'spoolddddddd', 'ant-hr-3');
    await next.beat();
    for (let i = 0; i < 4; i++) {
      await next.beat();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await former.health({ at: Date.now() - 5000 });
    await next.beat();
    await next.health();
    await eventually('the word of the new one', async () => (await gatewayOf('gateway-2'))?.state === 'online');
    expect(await gatewayOf('gateway-2')).not.toHaveProperty('clone');
  });
});

test('a gateway that goes is offline since then; a broker that lost what it kept, and a new processor, remember it', async () => {
  const of = { gym: 'demo', room: 'main', gateway: 'gateway-2' };
  const goneAt = Date.now();
  await mqtt.publish(topics.gatewayStatus.build(of), JSON.stringify({ status: 'offline', version: '0', boot: 'boot-d', since: goneAt }));
  const offline = await eventually('offline', async () => {
    const row = await gatewayOf('gateway-2');
    return row?.state === 'offline' && row;
  });
  expect(offline.offlineSince).toBeGreaterThanOrEqual(goneAt - 1000);
  expect(offline.reason).toMatch(/\.$/);
  expect(await problems()).toContainEqual(
    expect.objectContaining({ code: 'gateway-offline', sentence: expect.stringContaining('gateway-2') }),
  );

  await mqtt.close();
  await broker.stop();
  expect(await eventually('the broker missed', async () => (await problems()).some(({ code }) => code === 'broker-away'))).toBe(true);
  expect((await fetch(`${url}/healthz`)).status).toBe(503);
  await startBroker();
  mqtt = await Listener.open(brokerUrl, [topics.alerts.filter]);
  await eventually(
    'the broker back',
    async () => !(await problems()).some(({ code }) => code === 'broker-away' || code === 'not-subscribed'),
  );
  expect(await gatewayOf('gateway-2')).toMatchObject({ state: 'offline', offlineSince: offline.offlineSince });

  await processor.stop();
  await startProcessor();
  expect((await fleet()).map(({ gateway, room, state }) => [gateway, room, state])).toEqual([
    ['gateway-1', 'main', 'offline'],
    ['gateway-2', 'main', 'offline'],
    ['gateway-7', 'studio-7', 'offline'],
  ]);
  expect((await gatewayOf('gateway-2'))!.offlineSince).toBeLessThanOrEqual(offline.offlineSince!);
  await new Machine(of, 'boot-e', 'spooleeeeeee', 'ant-hr-3').health();
  await eventually('it is back', async () => (await gatewayOf('gateway-2'))?.state === 'online');
});
