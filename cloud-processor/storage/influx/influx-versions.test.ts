import { join } from 'node:path';
import { machineMoment } from '../../machine-moment.js';
import { describeOnInflux, InfluxServer } from '../../test-data/influx-server.js';
import { STAND_INS } from '../../test-data/influx-stand-in.js';
import { InfluxUnderTest } from '../../test-data/influx-under-test.js';
import { flushNumber } from '../../test-data/numbered-flushes.js';
import { readingAt, recordOf, secondOf, T0 } from '../../test-data/readings.js';
import { mountSmallDisk } from '../../test-data/small-disk.js';
import { storeContract } from '../time-series-store.contract.js';
import type { StoreWrite } from '../time-series-store.js';
import { CONFIRM_COMMAND } from './log-guard.js';

const all = { gym: 'demo', sensors: [], from: 0, until: Number.MAX_SAFE_INTEGER };
const flush = (fields: Partial<StoreWrite>): StoreWrite => ({
  readings: [],
  replaced: [],
  seconds: [],
  spools: [],
  deadLetters: [],
  removedDeadLetters: [],
  watermarkAt: T0,
  ...fields,
});
const SMALL_DISK_MB = 64;

describe.each(STAND_INS)('like %s', (version) => {
  const is2 = version.startsWith('2');

  describeOnInflux('the store', () => {
    let influx: InfluxUnderTest;
    const known = new Set<string>();
    const open = async (name: string) => {
      if (!known.has(name)) await influx.server.create(name);
      known.add(name);
      return influx.open(name, { direct: true });
    };
    beforeAll(async () => {
      influx = await InfluxUnderTest.start(undefined, version);
    });
    afterAll(() => influx.close());

    storeContract(open);

    test('an unknown database is made, or, where a person must make it as a bucket, named in a sentence', async () => {
      const opening = influx.open('unknown', { direct: true });
      if (is2)
        await expect(opening).rejects.toThrow(
          /has no such database \(404: no dbrp mapping found\); make unknown \(of InfluxDB 2 a bucket\)/,
        );
      else await (await opening).close();
    });

    if (is2)
      test('a wrong token is a sentence without the token', async () => {
        const refused = await influx.open('login', { direct: true, token: 'secret' }).catch((error: Error) => error);
        expect((refused as Error).message).toContain('refuses the token or user (401: Unauthorized)');
        expect((refused as Error).message).not.toContain('secret');
      });

    test('lines older than the retention are dead letters, the others are stored', async () => {
      await influx.server.create('short', 3600);
      const store = await influx.open('short', { direct: true });
      await store.begin();
      const old = Array.from({ length: 30 }, (_, i) => readingAt(i, { number: i + 1, spool: 'spool0001' }));
      const sinceT0 = Date.now() - T0;
      const now = Array.from({ length: 3 }, (_, i) => readingAt(sinceT0 - i, { number: 31 + i, spool: 'spool0001' }));
      const spools = [recordOf('spool0001', { ranges: [[1, 33]] })];
      await expect(store.write(flush({ readings: [...old, ...now], spools }))).rejects.toMatchObject({ code: 'READINGS_REFUSED' });
      await store.begin();
      expect(await store.deadLetterCounts()).toEqual(new Map([['too-old', 30]]));
      expect(await store.readings(all)).toEqual([...now].reverse());
      await store.close();
    });

    test('lines of another type are named with what the server said, and kept until it takes them', async () => {
      const store = await open('conflict');
      await store.begin();
      await influx.server.put('conflict', `member_second,gym=other steps="a text" ${T0}000000`);
      await expect(store.write(flush({ seconds: [secondOf(1)], watermarkAt: T0 + 2000 }))).rejects.toThrow(/type conflict/);
      await influx.server.ask('conflict', 'DROP MEASUREMENT "member_second"');
      await store.begin();
      expect(await store.memberSeconds({ member: 'ada', from: 0, until: Number.MAX_SAFE_INTEGER, limit: 9 })).toEqual([secondOf(1)]);
      await store.close();
    });
  });

  describeOnInflux('with a full disk', () => {
    let influx: InfluxUnderTest;
    beforeAll(async () => {
      influx = await InfluxUnderTest.start();
    });
    afterAll(() => influx.close());

    test.each(['open', 'closed'])('nothing that it acknowledges is lost, with /metrics %s', async (metrics) => {
      const folder = join(influx.folder, `full-${metrics}`);
      const disk = mountSmallDisk(folder, SMALL_DISK_MB);
      if (!disk) {
        process.stderr.write('Skipped: a full disk of InfluxDB: this user may not mount\n');
        return;
      }
      try {
        const server = await InfluxServer.start(join(folder, 'influx'), undefined, version);
        server.standIn.isMetricsOpen = metrics === 'open';
        const name = `full-${metrics}`;
        await server.create(name);
        let passedMs = 0;
        const moment = () => {
          const { boot, monotonicMs, wallMs } = machineMoment();
          return { boot, monotonicMs: monotonicMs + passedMs, wallMs: wallMs + passedMs };
        };
        const elapse = (ms: number) => {
          passedMs += ms;
          server.standIn.elapse(ms);
        };
        const reopen = () => influx.open(name, { ...server.login, moment });
        let store = await reopen();
        await store.begin();
        let n = 0;
        let written = 0;
        const write = async () => {
          await store.write(flushNumber(++n));
          written = n;
        };
        for (let i = 0; i < 3; i++) await write();
        disk.fill();
        const begin = () =>
          store.begin().then(
            () => 'whole',
            ({ message }: Error) => message,
          );
        for (let failed = false; !failed; )
          await write().catch(() => {
            failed = true;
          });
        disk.free();
        const said = [await begin()];
        // Another processor: what is known of the log is in the books.
        await store.close();
        store = await reopen();
        for (let restarts = 0; restarts < 2; restarts++) {
          said.push(await begin());
          elapse(60_000);
          await server.restart();
        }
        said.push(await begin());
        if (is2 && metrics === 'closed') {
          for (const each of said) expect(each).toContain(CONFIRM_COMMAND);
          await store.logGuard.confirmRestarts();
          expect(await begin()).toBe('whole');
        } else {
          expect(said.slice(0, -1)).toEqual([
            expect.stringMatching(/its log is torn/),
            said[0],
            expect.stringMatching(/restart it once more/),
          ]);
          expect(said.at(-1)).toBe('whole');
        }
        // The flush that failed stands in the books, and is written by begin.
        for (let i = 0; i < 3; i++) await write();
        const before = await store.readings(all);
        await server.restart();
        expect(await store.readings(all)).toEqual(before);
        expect(before).toHaveLength(
          Array.from({ length: written }, (_, i) => flushNumber(i + 1).readings.length).reduce((a, b) => a + b, 0),
        );
        await store.close();
        await server.close();
      } finally {
        disk.close();
      }
    });
  });
});

describeOnInflux('answers that have unknown series, series without columns and more columns than asked', () => {
  let influx: InfluxUnderTest;
  beforeAll(async () => {
    influx = await InfluxUnderTest.start(undefined, '2.7.12');
    influx.server.standIn.isOdd = true;
  });
  afterAll(() => influx.close());

  storeContract(async (name) => {
    await influx.server.create(name);
    return influx.open(name, { direct: true });
  });
});
