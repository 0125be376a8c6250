import { type Clock, virtualClock } from '@pulseboard/contract';
import { createGateway, type Gateway, givenClock } from '@pulseboard/edge-gateway';
import { pino } from 'pino';
import { answerParser, board, get, health, memberHeartRate } from './harness/api.js';
import type { Child } from './harness/child.js';
import { dataFolder } from './harness/data-folder.js';
import { createStrapRadio, type WornStrap } from './harness/dual-strap-radio.js';
import { tempFolder } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { freePort } from './harness/free-port.js';
import { Listener } from './harness/mqtt.js';
import { cleanUp, type Settings, START_TIMEOUT_MS, startChild } from './harness/system.js';

/** One person's strap speaks ANT+ and Bluetooth, another person works at the same heart rate. */
const straps: readonly WornStrap[] = [
  { seed: 11, antDeviceNumber: 483_922, bleAddress: 'A0:B1:C2:D3:E4:F5' },
  { seed: 22, antDeviceNumber: 501_234 },
];
const pair = { sensor: 'ble-a0b1c2d3e4f5', twin: 'ant-hr-483922' };
const PEOPLE = ['guest-ant-hr-483922', 'guest-ant-hr-501234'];
const TWIN_GUEST = 'guest-ble-a0b1c2d3e4f5';
const THREE = [...PEOPLE, TWIN_GUEST];
/** Times faster than life. */
const SPEED = 5;
const HOUR_MS = 3_600_000;

interface Link {
  state: string;
  from: number;
  foundAt?: number;
  settled: boolean;
  hasEffect: boolean;
  member?: string;
  agreement?: { at: number; compared: number; agreed: number; log10Chance: number };
}
interface Fleet {
  gateways: {
    gateway: string;
    room: string;
    clock: string;
    radios: { state: string; straps: number }[];
    straps: { sensor: string; rssiDbm?: number }[];
  }[];
  links: (Link & typeof pair)[];
}

let brokerUrl: string;
let broker: Child;
let processor: Child;
let url: string;
let gateway: Gateway;
let clock: Clock;
const settings: Settings = { PULSEBOARD_RADIO: 'replay', PULSEBOARD_REPLAY_SPEED: String(SPEED) };

/** A processor whose clock begins at a time, and a gateway on the very same clock. */
async function start(startAt: number, boot: string): Promise<void> {
  processor = startChild(['processor'], { ...settings, PULSEBOARD_BROKER_URL: brokerUrl, PULSEBOARD_START_AT: String(startAt) });
  [, url] = (await processor.line(/^ {2}board +(http:\S+)\/$/)) as unknown as [string, string];
  await eventually('the broker found', async () => (await health(url)).broker === 'connected');
  clock = virtualClock((await health(url)).now, SPEED, Date.now);
  gateway = createGateway({
    gym: 'demo',
    room: 'main',
    gateway: 'gateway-1',
    brokerUrl,
    radio: createStrapRadio(straps, clock(), clock),
    clock: givenClock(clock, 'virtual'),
    spool: { folder: tempFolder(), maxBytes: 1e9, maxAgeMs: 1e9 },
    flushIntervalMs: 50,
    version: '0.0.0-test',
    boot,
    log: pino({ level: 'silent' }),
  });
}

beforeAll(async () => {
  const port = await freePort();
  brokerUrl = `mqtt://127.0.0.1:${port}`;
  broker = startChild(['broker'], { PULSEBOARD_MQTT_PORT: String(port) });
  settings.PULSEBOARD_DATA_DIR = await dataFolder();
  await broker.line(/^Ready/);
  await start(Date.now() - 2 * HOUR_MS, 'first-boot');
}, START_TIMEOUT_MS);
afterAll(async () => {
  await gateway?.close();
  await cleanUp();
});

const fleet = () => get<Fleet>(url, '/api/v1/gyms/demo/fleet');
const linkWhere = (what: string, probe: (link: Link) => boolean) =>
  eventually(what, async () => {
    const [link] = (await fleet()).links;
    return link && probe(link) && link;
  });
const shown = async () => (await board(url)).members.map(({ member }) => member).sort();
const boardOf = (members: readonly string[]) =>
  eventually(`a board of ${members.length}`, async () => JSON.stringify(await shown()) === JSON.stringify(members));
const say = (body: unknown, { sensor, twin } = pair, gym = 'demo') =>
  fetch(`${url}/api/v1/gyms/${gym}/strap-links/${sensor}/${twin}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const unsay = ({ sensor, twin } = pair) => fetch(`${url}/api/v1/gyms/demo/strap-links/${sensor}/${twin}`, { method: 'DELETE' });
/** Who has a retained topic, once all of these have: they come one by one. */
const retainedSensors = async (expected: readonly string[]) => {
  const late = await Listener.open(brokerUrl, ['pulseboard/v1/demo/main/sensors/+']);
  const guests = () => new Set(late.heard.map(({ topic }) => `guest-${topic.slice(topic.lastIndexOf('/') + 1)}`));
  await eventually('what is retained', () => expected.every((guest) => guests().has(guest)));
  await late.close();
  return [...guests()].sort();
};

test('a strap that speaks ANT+ and Bluetooth is one person, and the other one at the same heart rate stays another', async () => {
  const operator = await Listener.open(brokerUrl, ['pulseboard/v1/demo/main/sensors/+']);
  // Before it is known they are three, for seconds only.
  await eventually('a guest of its own', () =>
    operator.heard.some(({ topic, payload }) => topic.endsWith(pair.sensor) && payload.length > 0),
  );
  await boardOf(PEOPLE);
  const link = await linkWhere('the link settled', ({ settled }) => settled);
  expect(link).toMatchObject({ ...pair, state: 'found', hasEffect: true, member: PEOPLE[0] });
  expect(link.agreement!.agreed).toBeGreaterThanOrEqual(link.agreement!.compared * 0.9);
  expect(link.agreement!.log10Chance).toBeLessThanOrEqual(-10);
  process.stderr.write(
    `linked ${((link.foundAt! - link.from) / 1000).toFixed(1)} s after its first reading: ${JSON.stringify(link.agreement)}\n`,
  );
  expect(link.foundAt! - link.from).toBeGreaterThan(20_000);

  // The guest of the Bluetooth sensor was told of, was cleared, and left nothing behind.
  const ofTwin = operator.heard.filter(({ topic }) => topic.endsWith(pair.sensor));
  expect(ofTwin.length).toBeGreaterThan(1);
  await eventually(
    'its topic cleared',
    () => ofTwin.at(-1)!.payload.length === 0 || operator.heard.findLast(({ topic }) => topic.endsWith(pair.sensor))!.payload.length === 0,
  );
  expect(await retainedSensors(PEOPLE)).toEqual(PEOPLE);
  await operator.close();
  expect((await fetch(`${url}/api/v1/members/${TWIN_GUEST}/heart-rate`)).status).toBe(404);
  expect(processor.stderr.filter((line) => line.includes('their beats agree'))).toHaveLength(1);
});

test('the fleet shows the gateway, what it hears, and the link, as its document promises', async () => {
  const parser = await answerParser(url, '/api/v1/gyms/{gym}/fleet');
  const answer = await eventually('three sensors', async () => {
    const now = await fleet();
    return now.gateways[0]?.straps.length === 3 && now;
  });
  expect(parser.parse(answer)).toBe(answer);
  expect(answer.gateways).toMatchObject([
    {
      gateway: 'gateway-1',
      room: 'main',
      clock: 'virtual',
      version: '0.0.0-test',
      radios: [{ radio: 'made-up', state: 'receiving', badFrames: 0 }],
    },
  ]);
  expect(answer.gateways[0]!.straps.find(({ sensor }) => sensor === pair.sensor)).toMatchObject({ rssiDbm: -70 });
});

test.each<[string, () => Promise<Response>, number, RegExp]>([
  [
    'sensors the wrong way round',
    () => say({ same: true }, { sensor: pair.twin, twin: pair.sensor }),
    400,
    /^They are the wrong way round: the Bluetooth sensor stands first, as in strap-links\/ble-a0b1c2d3e4f5\/ant-hr-483922/,
  ],
  ['a foot pod for a twin', () => say({ same: true }, { ...pair, twin: 'ant-sdm-17' }), 400, /^twin "ant-sdm-17" is no ANT\+ strap/],
  ['an id that is none', () => say({ same: true }, { ...pair, sensor: 'BLE-1' }), 400, /^sensor "BLE-1" is no id/],
  ['no word', () => say({}), 400, /^The body must be \{"same": true\}/],
  ['another word', () => say({ same: 'yes' }), 400, /^The body must be/],
  ['no JSON', () => say('same'), 400, /JSON/],
  [
    'a strap that nobody ever heard',
    () => say({ same: true }, { ...pair, sensor: 'ble-a0b1c2d3e4f6' }),
    404,
    /^Nobody in the gym "demo" has heard "ble-a0b1c2d3e4f6"/,
  ],
  ['a gym that is not there', () => say({ same: true }, pair, 'nowhere'), 404, /^There is no gym "nowhere"/],
  [
    'a sensor that has another twin',
    () => say({ same: true }, { ...pair, twin: 'ant-hr-501234' }),
    409,
    /is linked to ant-hr-483922 already/,
  ],
  ['a word that was never given', () => unsay({ ...pair, twin: 'ant-hr-501234' }), 404, /^No operator has said anything/],
  ['a fleet that is not there', () => fetch(`${url}/api/v1/gyms/nowhere/fleet`), 404, /^There is no gym/],
])('refuses %s as problem details', async (_, ask, status, detail) => {
  const response = await ask();
  const problem = await response.json();
  expect({ status: response.status, type: response.headers.get('content-type') }).toEqual({
    status,
    type: expect.stringMatching(/^application\/problem\+json/),
  });
  expect(problem).toMatchObject({ status, detail: expect.stringMatching(detail) });
});

test('an operator parts the two, with all their seconds, and takes the word back', async () => {
  const response = await say({ same: false });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    ...pair,
    state: 'overruled',
    hasEffect: false,
    whyNot: 'An operator said that they are two straps.',
  });
  await boardOf(THREE);
  const { from } = await linkWhere('all derived anew', ({ settled }) => settled);
  const { perSecond } = await memberHeartRate(url, TWIN_GUEST);
  expect(perSecond[0]!.at - from).toBeLessThan(30_000);
  expect(perSecond.length).toBeGreaterThan(20);

  expect((await unsay()).status).toBe(204);
  await boardOf(PEOPLE);
  const link = await linkWhere('all derived anew', ({ settled }) => settled);
  expect(link).toMatchObject({ state: 'found', from, hasEffect: true });
  expect((await fetch(`${url}/api/v1/members/${TWIN_GUEST}/heart-rate`)).status).toBe(404);
});

test(
  'after a restart they are one from the first beat on',
  async () => {
    const operator = await Listener.open(brokerUrl, ['pulseboard/v1/demo/main/sensors/+']);
    await gateway.close();
    const before = await linkWhere('the link', () => true);
    await processor.stop();
    operator.heard.length = 0;
    await start(clock() + 10_000, 'second-boot');
    await boardOf(PEOPLE);
    const heardFrom = clock();
    await eventually('a while', () => clock() > heardFrom + 25_000);
    expect(await shown()).toEqual(PEOPLE);
    expect(operator.heard.filter(({ topic, payload }) => topic.endsWith(pair.sensor) && payload.length > 0)).toEqual([]);
    expect(await linkWhere('the link', () => true)).toMatchObject({
      state: 'found',
      from: before.from,
      foundAt: before.foundAt,
      settled: true,
    });
    await operator.close();
    await gateway.close();
    expect(await processor.stop()).toEqual({ code: 0, signal: null });
    expect(await broker.stop()).toEqual({ code: 0, signal: null });
  },
  START_TIMEOUT_MS,
);
