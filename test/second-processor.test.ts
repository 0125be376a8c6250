import { get, health } from './harness/api.js';
import { dataFolder } from './harness/data-folder.js';
import { eventually } from './harness/eventually.js';
import { freePort } from './harness/free-port.js';
import { openGateway } from './harness/gateway-under-test.js';
import { cleanUp, startChild } from './harness/system.js';

afterAll(cleanUp);

interface Row {
  decoded: number;
  stored: number;
  gone: number;
  dropped: Record<string, number>;
}

test('while a second processor with another store runs, no reading is forgotten: the first one misses nothing', async () => {
  const port = await freePort();
  await startChild(['broker'], { PULSEBOARD_MQTT_PORT: String(port) }).line(/^Ready/);
  const brokerUrl = `mqtt://127.0.0.1:${port}`;
  const start = async (dataDir: string) => {
    const child = startChild(['processor'], { PULSEBOARD_BROKER_URL: brokerUrl, PULSEBOARD_DATA_DIR: dataDir });
    const [, url] = await child.line(/^ {2}board +(http:\S+)\/$/);
    const rows = async () => (await get<{ spools: Row[] }>(url!, '/api/v1/ledger')).spools;
    return { child, url: url!, rows };
  };
  const [dataOfA, dataOfB] = [await dataFolder(), await dataFolder()];
  const gateway = await openGateway({ brokerUrl, gateway: 'gateway-1', straps: 4, mutateFrame: (event) => event });
  const mine = () => gateway.health().spools[0]!;
  try {
    const first = await start(dataOfA);
    await eventually('the first store known', () => mine().committed > 0);
    await first.child.stop();
    const committedByFirst = mine().committed;

    const second = await start(dataOfB);
    await eventually('readings in the second store', async () => (await health(second.url)).readings.stored > 40);
    await eventually('a report of it', () => gateway.health().foreignStore !== undefined);
    await eventually('its problem', async () => (await health(second.url)).problems.some(({ code }) => code === 'gateway-foreign-store'));
    expect(mine().committed).toBe(committedByFirst);
    await second.child.stop();
    const due = mine().decoded;

    const again = await start(dataOfA);
    await eventually('all of them committed', () => mine().oldest > due);
    const row = await eventually('the ledger of it', async () => (await again.rows()).find(({ stored }) => stored >= due));
    expect(row).toMatchObject({ gone: 0, dropped: {} });
    expect(await again.child.stop()).toEqual({ code: 0, signal: null });
  } finally {
    await gateway.close();
  }
});
