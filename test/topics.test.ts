import { createHash } from 'node:crypto';
import {
  type Committed,
  createParser,
  type GatewayResponse,
  messages,
  type ReadingBatch,
  type TopicName,
  topics,
} from '@pulseboard/contract';
import { board, get, type Health, health, memberHeartRate } from './harness/api.js';
import { Child } from './harness/child.js';
import { badExamples } from './harness/contract-examples.js';
import { testWhere, toolPath } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { json, Listener } from './harness/mqtt.js';
import { cleanUp, START_TIMEOUT_MS, type System, startSystem } from './harness/system.js';

const names = Object.keys(topics) as TopicName[];
const parsers = Object.fromEntries(names.map((name) => [name, createParser(messages[name].schema, messages[name].name)]));
const kindOf = (topic: string) => names.find((name) => topics[name].parse(topic));
const gateway = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
/** Alerts have no rule yet that raises one. */
const SEEN = names.filter((name) => name !== 'alerts');
/** An id for each place in a topic. */
const ids = { ...gateway, action: 'health', member: 'ada', sensor: 'ant-hr-407919', processor: 'processor-demo' };

const mosquittoSub = toolPath('TEST_MOSQUITTO_SUB');
const testSub = testWhere(mosquittoSub, 'topics as mosquitto_sub shows them: mosquitto_sub is missing');

let system: System;
let subscriber: Child | undefined;
beforeAll(async () => {
  system = await startSystem(
    {},
    {
      onBroker: async (mqttUrl) => {
        const at = ['-h', '127.0.0.1', '-p', new URL(mqttUrl).port];
        if (mosquittoSub) subscriber = new Child(mosquittoSub, [...at, '-V', '311', '-t', 'pulseboard/v1/#', '-v']);
      },
    },
  );
}, START_TIMEOUT_MS);
afterAll(cleanUp);

/** Once it shows what happened after the moment of asking. */
const nextPicture = async () => {
  const { at } = await board(system.url);
  return eventually('a later picture', async () => {
    const picture = await board(system.url);
    return picture.at > at + 500 && picture.members.some((row) => row.lastReadingAt > at) && picture;
  });
};

describe('everybody may listen', () => {
  testSub('mosquitto_sub sees every topic of the design, each payload valid against its schema', async () => {
    const asked = await Listener.open(system.mqttUrl, []);
    await asked.publish(topics.gatewayRequest.build({ ...gateway, action: 'health' }), JSON.stringify({ transaction: 'test-1' }));
    const seenIn = (lines: readonly string[]) => new Set(lines.map((line) => kindOf(line.slice(0, line.indexOf(' ')))));
    await eventually('every topic', () => SEEN.every((name) => seenIn(subscriber!.stdout).has(name)));
    await subscriber!.stop();
    await asked.close();

    const faults: string[] = [];
    for (const line of subscriber!.stdout) {
      const topic = line.slice(0, line.indexOf(' '));
      const name = kindOf(topic);
      try {
        if (!name) throw new Error('is no topic of the contract');
        parsers[name]!.parse(JSON.parse(line.slice(topic.length + 1)));
      } catch (error) {
        faults.push(`${topic}: ${(error as Error).message}`);
      }
    }
    expect(faults).toEqual([]);
  });

  test('who comes later gets what is retained, and only that', async () => {
    const expected = SEEN.filter((name) => messages[name].retained);
    const early = await Listener.open(system.mqttUrl, ['pulseboard/v1/#']);
    await eventually('each of them said', () => expected.every((name) => early.heard.some(({ topic }) => kindOf(topic) === name)));
    await early.close();
    const late = await Listener.open(system.mqttUrl, ['pulseboard/v1/#']);
    const retainedKinds = () => new Set(late.heard.filter(({ retained }) => retained).map(({ topic }) => kindOf(topic)));
    await eventually('all retained topics', () => expected.every((name) => retainedKinds().has(name)));
    expect([...retainedKinds()].sort()).toEqual([...expected].sort());
    // Names stay in the cloud: what a gateway says holds none, and who did not consent has none anywhere.
    const texts = late.heard.map(({ topic, payload }) => ({ name: kindOf(topic)!, text: payload.toString() }));
    expect(texts.filter(({ name, text }) => messages[name].from === 'gateway' && /nickname|"member"/.test(text))).toEqual([]);
    expect(texts.filter(({ text }) => text.includes('Ivo'))).toEqual([]);
    await late.close();
  });

  test('a gateway answers a request with its transaction, and refuses an action it does not know', async () => {
    const operator = await Listener.open(system.mqttUrl, [topics.gatewayResponse.filter]);
    for (const action of ['health', 'dance'])
      await operator.publish(topics.gatewayRequest.build({ ...gateway, action }), JSON.stringify({ transaction: `test-${action}` }));
    await eventually('two answers', () => operator.heard.length === 2);
    const answers = operator.heard.map((heard) => parsers.gatewayResponse!.parse(json(heard)) as GatewayResponse);
    expect(answers).toEqual([
      { transaction: 'test-health', status: 'ok', result: expect.objectContaining({ boot: expect.any(String) }) },
      { transaction: 'test-dance', status: 'error', error: expect.stringContaining('dance') },
    ]);
    await operator.close();
  });
});

describe('nothing that is published harms', () => {
  let before: Health;
  let client: Listener;
  const batches: ReadingBatch[] = [];
  const readingsTopic = topics.readings.build(gateway);

  beforeAll(async () => {
    before = await health(system.url);
    client = await Listener.open(system.mqttUrl, [readingsTopic], (heard) => {
      if (parsers.readings!.check(tryJson(heard.payload))) batches.push(json(heard));
    });
    await eventually('a few batches', () => batches.length >= 3);
  });
  afterAll(() => client.close());

  const refusedBatches = async () => (await health(system.url)).refusedBatches;
  /** Publishes what must be refused as a batch, and waits until it is counted. */
  async function refused(topic: string, payloads: readonly (string | Buffer)[]): Promise<void> {
    const sofar = await refusedBatches();
    for (const payload of payloads) await client.publish(topic, payload);
    await eventually('refused batches counted', async () => (await refusedBatches()) >= sofar + payloads.length);
    expect(await refusedBatches()).toBe(sofar + payloads.length);
  }

  test.each(names)('the bad example of %s is refused by its schema', async (name) => {
    const { payload } = badExamples[name];
    expect(parsers[name]!.check(JSON.parse(JSON.stringify(payload)))).toBe(false);
    const topic = topics[name].build(ids);
    if (name === 'readings') await refused(topic, [JSON.stringify(payload)]);
    else await client.publish(topic, JSON.stringify(payload));
  });

  test('text that is no JSON, bytes that are no text, nothing at all', async () => {
    await refused(readingsTopic, ['{"v":1,', 'hello', '[]', 'null', '7', '', Buffer.from([0xff, 0xfe, 0x00, 0x80])]);
  });

  test('what looks like the envelope of the framework behind', async () => {
    await refused(readingsTopic, [
      '{"pattern":"health","data":{}}',
      '{"pattern":"health","data":{},"id":"1"}',
      '{"id":"1"}',
      '{"__proto__":{"a":1}}',
    ]);
  });

  test('a megabyte of rubbish', async () => {
    await refused(readingsTopic, [Buffer.alloc(1_000_000, 0xa5), `"${'x'.repeat(1_000_000)}"`]);
  });

  test("a batch on another gateway's topic, and another gateway's numbers under one's own name", async () => {
    const [batch] = batches;
    const other = topics.readings.build({ ...gateway, gateway: 'gateway-2' });
    await refused(other, [JSON.stringify(batch), JSON.stringify({ ...batch, gateway: 'gateway-2' })]);
  });

  test('a reading that is none costs its batch nothing', async () => {
    const counted = (await health(system.url)).readings.deadLettered;
    const topic = topics.readings.build({ gym: 'elsewhere', room: 'hall', gateway: 'gateway-9' });
    const [good] = batches[0]!.readings;
    const readings = [good, { ...good, heartRateBpm: -1 }, { ...good, at: 4_000_000_000_000 }];
    await client.publish(
      topic,
      JSON.stringify({ ...batches[0], gateway: 'gateway-9', spool: 'spoolofatest', first: 1, oldest: 1, readings }),
    );
    await eventually('two dead letters', async () => (await health(system.url)).readings.deadLettered === counted + 2);
    await eventually('the third shown', async () => (await board(system.url, 'elsewhere', 'hall')).gym === 'elsewhere');
    const { deadLetters } = await get<{ deadLetters: { spool: string; number: number; reason: string; payload: string }[] }>(
      system.url,
      '/api/v1/dead-letters?limit=2',
    );
    const letters = deadLetters.sort((a, b) => a.number - b.number);
    expect(letters.map(({ spool, number, reason }) => [spool, number, reason])).toEqual([
      ['spoolofatest', 2, 'implausible'],
      ['spoolofatest', 3, 'ahead'],
    ]);
    expect(letters.map(({ payload }) => JSON.parse(payload))).toEqual(readings.slice(1));
  });

  test('a batch whose envelope cannot be read is named to its gateway by its bytes', async () => {
    const from = { gym: 'elsewhere', room: 'hall', gateway: 'gateway-9' };
    const committed = await Listener.open(system.mqttUrl, [topics.committed.build(from)]);
    const bytes = JSON.stringify({ ...batches[0], gateway: 'gateway-9', v: 2 });
    await refused(topics.readings.build(from), [bytes]);
    const name = createHash('sha256').update(bytes).digest('hex');
    await eventually('it is named', () =>
      committed.heard.some((heard) => json<Committed>(heard).rejected.some(({ batch }) => batch === name)),
    );
    await committed.close();
  });

  test('real batches sent again are counted as duplicates and change no total', async () => {
    const sent = batches.slice(0, 20);
    const number = sent.reduce((sum, { readings }) => sum + readings.length, 0);
    const at = sent[0]!.readings[0]!.at;
    const until = await eventually('those seconds derived', async () => {
      const { derivedUntil } = await health(system.url);
      return derivedUntil > sent.at(-1)!.readings.at(-1)!.at + 1000 && derivedUntil;
    });
    const span = { from: Math.floor(at / 1000) * 1000, to: until };
    const secondsBefore = (await memberHeartRate(system.url, 'ada', span)).perSecond;
    const { duplicate } = (await health(system.url)).readings;
    for (const batch of sent) await client.publish(readingsTopic, JSON.stringify(batch));
    await eventually('duplicates counted', async () => (await health(system.url)).readings.duplicate >= duplicate + number);
    await nextPicture();
    expect((await health(system.url)).readings.duplicate).toBe(duplicate + number);
    expect((await memberHeartRate(system.url, 'ada', span)).perSecond).toEqual(secondsBefore);
  });

  test('and the board goes on: nothing restarted, no flush failed, all readings accounted for', async () => {
    const picture = await nextPicture();
    expect(picture.members.filter((row) => row.signal === 'live').length).toBeGreaterThanOrEqual(10);
    const { epoch, uptimeS, failedFlushes, status } = await health(system.url);
    expect({ epoch, failedFlushes, status }).toEqual({ epoch: before.epoch, failedFlushes: 0, status: 'ok' });
    expect(uptimeS).toBeGreaterThanOrEqual(before.uptimeS);
    // The gateway forgets what is committed: bad commits did not make it forget more, nor stop it.
    await eventually('little left to commit', async () => (await health(system.url)).readings.waiting < 200);
    expect(await system.child.stop()).toEqual({ code: 0, signal: null });
  });
});

function tryJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}
