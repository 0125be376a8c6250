import { type GatewayHealth, topics } from '@pulseboard/contract';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, TV } from './harness/browser.js';
import type { Child } from './harness/child.js';
import { dataFolder } from './harness/data-folder.js';
import { testWhere, toolPath } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { freePort } from './harness/free-port.js';
import { Listener } from './harness/mqtt.js';
import { axeFindings } from './harness/page-checks.js';
import { cleanUp, START_TIMEOUT_MS, startChild } from './harness/system.js';
import { settled } from './wall/board.js';
import { layoutFaults } from './wall/measure.js';

/** A broker and a processor of their own processes, a gateway at the level of its messages, and a real browser. */
const canBrowse = toolPath('TEST_CHROMIUM') !== undefined;
const testPage = testWhere(canBrowse, 'what the wall says of its server: Chromium is missing');
const GATEWAY = { gym: 'demo', room: 'main', gateway: 'gw-hall' };

let mqttPort: number;
let httpPort: number;
let dataDir: string;
let broker: Child;
let processor: Child;
let browser: Browser;
let page: Page;

async function startBroker(): Promise<void> {
  broker = startChild(['broker'], { PULSEBOARD_MQTT_PORT: String(mqttPort) });
  await broker.line(/^Ready/);
}
async function startProcessor(): Promise<void> {
  const settings = {
    PULSEBOARD_BROKER_URL: `mqtt://127.0.0.1:${mqttPort}`,
    PULSEBOARD_DATA_DIR: dataDir,
    PULSEBOARD_HTTP_PORT: String(httpPort),
  };
  processor = startChild(['processor'], settings);
  await processor.line(/^ {2}board +http/);
}

beforeAll(async () => {
  if (!canBrowse) return;
  [mqttPort, httpPort, dataDir] = await Promise.all([freePort(), freePort(), dataFolder()]);
  await startBroker();
  [browser] = await Promise.all([openBrowser(), startProcessor()]);
  ({ page } = await openPage(browser, `http://127.0.0.1:${httpPort}/wall/demo/Studio%201?tab=bpm`, TV));
}, START_TIMEOUT_MS);
afterAll(async () => {
  await browser?.close();
  await cleanUp();
});

const status = () => page.locator('[data-field="status"]').textContent();
const says = (title: string | RegExp, word: string) =>
  eventually(`"${title}" and "${word}"`, async () => {
    const text = (await page.locator('.notice-title, .banner-title').first().textContent({ timeout: 100 })) ?? '';
    return (typeof title === 'string' ? text.trim() === title : title.test(text)) && (await status())?.trim() === word;
  });
/** Whatever the wall says, it can be read on a TV and on a phone. */
async function isReadable(): Promise<void> {
  for (const viewport of [{ width: 360, height: 640 }, { width: 768, height: 1024 }, TV]) {
    await page.setViewportSize(viewport);
    await settled(page);
    expect(await layoutFaults(page)).toEqual([]);
  }
}

async function sendHealth(radios: GatewayHealth['radios']): Promise<void> {
  const health: GatewayHealth = {
    at: Date.now(),
    version: '0.0.0-test',
    boot: 'boot-1',
    uptimeS: 9,
    clock: 'synced',
    wallClockAheadMs: 0,
    spools: [],
    spoolBytes: 0,
    refusedCommits: 0,
    radios,
    straps: [],
    cpuPercent: 1,
    memoryMb: 50,
  };
  const mqtt = await Listener.open(`mqtt://127.0.0.1:${mqttPort}`, []);
  await mqtt.publish(topics.gatewayHealth.build(GATEWAY), JSON.stringify(health));
  await mqtt.close();
}
const radio: GatewayHealth['radios'][number] = { radio: 'ant 1-1', state: 'searching', frames: 0, badFrames: 0, straps: 0, restarts: 0 };

testPage('a name that can be no room says so and lists the rooms, which are links that keep the tab', async () => {
  await says('This room does not exist', 'No such room');
  expect(await page.locator('.notice-advice').textContent()).toContain('Studio 1');
  await isReadable();
  expect(await axeFindings(page)).toEqual([]);
  await page.locator('.rooms a', { hasText: 'demo/main' }).click();
  await eventually('the room', async () => new URL(page.url()).pathname === '/wall/demo/main');
  expect(new URL(page.url()).search).toBe('?tab=bpm');
});

testPage('a room without a gateway does not ask for straps', async () => {
  await says('No gateway in this room yet', 'No readings');
  expect(await page.locator('.notice-advice').textContent()).toContain('demo/main');
  expect(await page.locator('main').textContent()).not.toContain('Put on a strap');
  await isReadable();
  expect(await axeFindings(page)).toEqual([]);
});

testPage('a gateway without a radio is named; with one, straps are asked for', async () => {
  await sendHealth([]);
  await says('Gateway gw-hall has no radio', 'No readings');
  await isReadable();
  await sendHealth([radio]);
  await says('Put on a strap', 'Live');
  await isReadable();
});

testPage('without the broker no reading arrives, and with it they do again', async () => {
  await broker.stop('SIGKILL');
  await says('No heart rates arrive', 'No readings');
  await isReadable();
  await startBroker();
  await sendHealth([radio]);
  await says('Put on a strap', 'Live');
});

testPage(
  'a server that is gone is said to be gone; after its return a gateway that stays silent is offline since a time',
  async () => {
    await processor.stop('SIGKILL');
    await says('The server does not answer', 'Server lost');
    await isReadable();
    expect(await axeFindings(page)).toEqual([]);
    await broker.stop('SIGKILL');
    await startBroker();
    await startProcessor();
    await says(/^Gateway gw-hall is offline since \d\d:\d\d$/, 'No readings');
    await isReadable();
  },
  START_TIMEOUT_MS,
);

testPage('a room that appears is shown as soon as its gateway is heard', async () => {
  await page.goto(`http://127.0.0.1:${httpPort}/wall/demo/cellar`);
  await says('This room does not exist', 'No such room');
  const mqtt = await Listener.open(`mqtt://127.0.0.1:${mqttPort}`, []);
  await eventually('the new room', async () => {
    const at = { ...GATEWAY, room: 'cellar', gateway: 'gw-cellar' };
    await mqtt.publish(
      topics.gatewayStatus.build(at),
      JSON.stringify({ status: 'online', version: '0.0.0-test', boot: 'boot-2', since: Date.now() }),
    );
    return (await page.locator('[data-field="status"]').textContent())?.trim() !== 'No such room';
  });
  await mqtt.close();
});
