import { demoClass, type GatewayHealth, heartRateSensorOf, topics } from '@pulseboard/contract';
import type { Gateway } from '@pulseboard/edge-gateway';
import { board, type Health, health, memberHeartRate } from './harness/api.js';
import { Child } from './harness/child.js';
import { dataFolder } from './harness/data-folder.js';
import { testWhere, toolPath } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { freePort } from './harness/free-port.js';
import { deviceNumberOf, openGateway, spoiled } from './harness/gateway-under-test.js';
import { json, Listener } from './harness/mqtt.js';
import { cleanUp, type Settings, START_TIMEOUT_MS, startChild } from './harness/system.js';

const mosquitto = toolPath('TEST_MOSQUITTO');
const testMosquitto = testWhere(mosquitto, 'another broker in the place of our own: mosquitto is missing');

let port: number;
let brokerUrl: string;
let broker: Child;
let processor: Child;
let annex: Child;
let url: string;

beforeAll(async () => {
  port = await freePort();
  brokerUrl = `mqtt://127.0.0.1:${port}`;
  const settings: Settings = { PULSEBOARD_BROKER_URL: brokerUrl };
  processor = startChild(['processor'], { ...settings, PULSEBOARD_RADIO: 'simulated', PULSEBOARD_DATA_DIR: await dataFolder() });
  annex = startChild(['gateway'], { ...settings, PULSEBOARD_GYM: 'annex', PULSEBOARD_RADIO: 'simulated', PULSEBOARD_STRAPS: '4' });
  [, url] = (await processor.line(/^ {2}board +(http:\S+)\/$/)) as unknown as [string, string];
  await annex.line(/^Ready/);
}, START_TIMEOUT_MS);
afterAll(cleanUp);

const accepted = async (probe: (health: Health) => boolean) => {
  const answer = await health(url);
  return probe(answer) && answer;
};
const heard = async (gym: string) => (await board(url, gym)).members.filter((row) => row.bpm !== undefined);

test('without a broker the processor serves its API and says what is away', async () => {
  expect(await health(url)).toMatchObject({ status: 'degraded', broker: 'away', readings: { received: 0 } });
  expect(await board(url)).toMatchObject({ gym: 'demo', members: [] });
});

test('a processor and a gateway say once that the broker is away, and once that it is there', async () => {
  const away = `    The broker ${brokerUrl} is away: nothing listens there. It is tried until it is there.`;
  for (const part of [processor, annex]) {
    await part.line(/is away/);
    // Tried twice a second.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(part.stdout.filter((line) => line === away)).toHaveLength(1);
    expect(
      part.stderr.filter((line) => (JSON.parse(line) as { level: number }).level >= 40 && /ECONNREFUSED|is away/.test(line)),
    ).toHaveLength(1);
  }
});

test('when the broker comes, processor and gateway find it by themselves', async () => {
  broker = startChild(['broker'], { PULSEBOARD_MQTT_PORT: String(port) });
  await broker.line(/^Ready/);
  await eventually('the broker found', () => accepted((h) => h.status === 'ok' && h.broker === 'connected'));
  for (const part of [processor, annex]) await part.line(new RegExp(`The broker ${brokerUrl} is there\\.$`));
  const members = await eventually('four on the board', async () => {
    const rows = await heard('annex');
    return rows.length === 4 && rows;
  });
  expect(members.every((row) => row.guest && row.hrMaxAssumed && row.kcal === undefined)).toBe(true);
});

test('a strap whose checksums are wrong is not on the board; everybody else is, and the bad frames are counted', async () => {
  const people = demoClass(12);
  const victim = people.find((person) => person.member === 'bruno')!;
  let spoiledFrames = 0;
  const gateway = await openGateway({
    brokerUrl,
    gateway: 'gateway-1',
    straps: 12,
    mutateFrame(event) {
      if (event.kind !== 'ant-frame' || deviceNumberOf(event) !== victim.antDeviceNumber) return event;
      spoiledFrames++;
      return spoiled(event);
    },
  });
  const operator = await Listener.open(brokerUrl, [topics.gatewayResponse.filter]);
  const present = await eventually('everybody else', async () => {
    const rows = await heard('demo');
    return rows.length === 11 && spoiledFrames > 12 && rows.map((row) => row.sensor);
  });
  const expected = people.filter((person) => person !== victim).map(heartRateSensorOf);
  expect([...present].sort()).toEqual([...expected].sort());

  const request = { gym: 'demo', room: 'main', gateway: 'gateway-1', action: 'health' };
  await operator.publish(topics.gatewayRequest.build(request), JSON.stringify({ transaction: 'bad-frames' }));
  const [answer] = await eventually('the health of the gateway', () => operator.heard.length > 0 && operator.heard);
  const { result } = json<{ result: GatewayHealth }>(answer!);
  expect(result.radios[0]!.badFrames).toBeGreaterThan(12);
  expect(result.radios[0]!.badFrames).toBeLessThanOrEqual(spoiledFrames);
  expect(result.straps.map(({ sensor }) => sensor)).not.toContain(heartRateSensorOf(victim));
  await gateway.close();
  await operator.close();
});

describe('one strap at two lossy receivers, whose clocks differ by 200 ms', () => {
  const HOUR_MS = 3_600_000;
  const durationMs = 300_000;
  const firstAt = Math.floor(Date.now() / 10_000) * 10_000 - 3 * HOUR_MS;
  const secondAt = firstAt + HOUR_MS;

  /** Sums of a member's seconds from one of the two moments on. */
  async function totals(from: number) {
    const { perSecond } = await memberHeartRate(url, 'ada', { from, to: from + durationMs + 60_000 });
    const sum = (field: 'beats' | 'pointSixtieths' | 'microKcal') => perSecond.reduce((total, second) => total + (second[field] ?? 0), 0);
    return { seconds: perSecond.length, beats: sum('beats'), sixtieths: sum('pointSixtieths'), kcal: sum('microKcal') / 1e6 };
  }
  /** The whole span went through the gateway, and the processor stored and derived all of it. */
  const finished = (gateway: Gateway, endsAt: number) =>
    eventually('the span committed', () => {
      const { at, spools } = gateway.health();
      return at >= endsAt && gateway.held === 0 && spools[0]!.decoded > 100;
    });

  test('beats, points and calories are those of one perfect receiver, within what both lost', async () => {
    const perfect = await openGateway({
      brokerUrl,
      gateway: 'perfect',
      straps: 1,
      mutateFrame: (event) => event,
      past: { startAt: firstAt, durationMs },
    });
    const lost = [new Set<number>(), new Set<number>()];
    const lossy = await Promise.all(
      lost.map((numbers, side) =>
        openGateway({
          brokerUrl,
          gateway: `lossy-${side}`,
          straps: 1,
          mutateFrame(event, n) {
            const heardAt = { ...event, at: event.at + 200 * side };
            if (!isLost(side, n, (event.at - secondAt) / 1000)) return heardAt;
            numbers.add(n);
            return spoiled(heardAt);
          },
          past: { startAt: secondAt, durationMs },
        }),
      ),
    );
    await finished(perfect, firstAt + durationMs);
    for (const gateway of lossy) await finished(gateway, secondAt + durationMs);
    const [truth, both] = [await totals(firstAt), await totals(secondAt)];
    const lostByBoth = [...lost[0]!].filter((n) => lost[1]!.has(n)).length;
    process.stderr.write(`${lostByBoth} frames lost by both of two receivers: ${JSON.stringify({ truth, both })}\n`);
    expect(lostByBoth).toBeGreaterThan(100);
    expect(truth.beats).toBeGreaterThan(500);
    // The strap's counter tells of every beat but those around a silence; a second's mean is made of what was heard in it.
    expect(Math.abs(both.beats - truth.beats)).toBeLessThanOrEqual(4);
    expect(Math.abs(both.seconds - truth.seconds)).toBeLessThanOrEqual(1);
    expect(Math.abs(both.sixtieths / truth.sixtieths - 1)).toBeLessThan(0.01);
    expect(Math.abs(both.kcal / truth.kcal - 1)).toBeLessThan(0.01);
    for (const gateway of [perfect, ...lossy]) await gateway.close();
  });
});

/** A third of the frames at random, and a stretch of deafness each; for a moment both are deaf. */
function isLost(side: number, n: number, second: number): boolean {
  const deaf = side === 0 ? second >= 60 && second < 80 : second >= 150 && second < 170;
  const bothDeaf = second >= 220 && second < 223;
  return deaf || bothDeaf || chance(n * 2 + side) < 1 / 3;
}

/** The same figure between 0 and 1 for the same number, whatever was asked before. */
function chance(n: number): number {
  let x = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

testMosquitto('with another broker in its place all goes on', async () => {
  expect(await broker.stop()).toEqual({ code: 0, signal: null });
  await eventually('the loss noticed', () => accepted((h) => h.broker === 'away'));
  const { received } = (await health(url)).readings;
  const other = new Child(mosquitto!, ['-p', String(port)]);
  await eventually('readings by way of it', () => accepted((h) => h.broker === 'connected' && h.readings.received > received + 20));
  await eventually('and all committed', () => accepted((h) => h.readings.waiting < 50));
  expect((await board(url, 'annex')).members).toHaveLength(4);
  await other.stop();
});

test('both end at SIGTERM while the broker is away', async () => {
  expect(await Promise.all([processor.stop(), annex.stop()])).toEqual([
    { code: 0, signal: null },
    { code: 0, signal: null },
  ]);
});
