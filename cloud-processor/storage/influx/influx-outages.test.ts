import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { SqlBookStore } from '../../registry/books/sql-book-store.js';
import { openPglite } from '../../registry/pglite-database.js';
import { openPostgres } from '../../registry/postgres/open-postgres.js';
import type { RegistryDatabase } from '../../registry/registry-database.js';
import { describeOnInflux, InfluxServer } from '../../test-data/influx-server.js';
import { InfluxUnderTest, type OpenOptions } from '../../test-data/influx-under-test.js';
import { flushNumber, inhabitants, numberOf } from '../../test-data/numbered-flushes.js';
import { PostgresServer, testOnPostgres } from '../../test-data/postgres-server.js';
import { createRandom } from '../../test-data/random.js';
import { RandomFlushes } from '../../test-data/random-flushes.js';
import { mountSmallDisk } from '../../test-data/small-disk.js';
import { contentOf } from '../../test-data/store-content.js';
import { TestBooks } from '../../test-data/test-books.js';
import { TwinStores } from '../../test-data/twin-stores.js';

const ASK_AGAIN_MS = 20;
const SMALL_DISK_MB = 64;
const silent = pino({ level: 'silent' });

describeOnInflux('InfluxDB and the processor killed, frozen and full', () => {
  let influx: InfluxUnderTest;
  beforeAll(async () => {
    influx = await InfluxUnderTest.start();
  });
  afterAll(() => influx.close());
  beforeEach(() => influx.heal());

  interface Scene {
    twins: TwinStores;
    /** Writes one more flush to both. */
    flush(): Promise<void>;
  }
  /** @param onFailure called each time before the store is asked again */
  async function scene(
    name: string,
    server: InfluxServer,
    onFailure: (error: Error) => Promise<void>,
    options: OpenOptions = {},
  ): Promise<Scene> {
    const flushes = new RandomFlushes(createRandom(name.length));
    const store = await influx.open(name, { url: server.url, ...options });
    const wait = async (error: Error) => {
      await onFailure(error);
      await sleep(ASK_AGAIN_MS);
    };
    const twins = new TwinStores(store, await influx.openOracle(name), { inhabitants: flushes.inhabitants, wait });
    await twins.begin();
    return { twins, flush: () => twins.write(flushes.next()) };
  }

  /** Writes on while a server is killed, at any moment of a flush, and stays away until somebody missed it. */
  async function writeThroughKills({ twins, flush }: Scene, server: { kill(): Promise<void>; resume(): Promise<void> }): Promise<void> {
    for (let kills = 0; kills < 2; kills++) {
      await flush();
      const failedBefore = twins.failed;
      let isBack = false;
      const back = sleep(kills * 7).then(async () => {
        await server.kill();
        while (twins.failed === failedBefore) await sleep(ASK_AGAIN_MS);
        await server.resume();
        isBack = true;
      });
      while (!isBack) await flush();
      await back;
    }
    expect(twins.failed).toBeGreaterThanOrEqual(2);
    await twins.agreeAndClose();
  }

  test('InfluxDB killed with -9 under load, and back, some times', async () => {
    const server = await InfluxServer.start(join(influx.folder, 'killed'));
    const killed = await scene('killed', server, async () => {});
    await writeThroughKills(killed, { kill: () => server.kill(), resume: () => server.start(server.port) });
    await server.kill();
  });

  testOnPostgres('PostgreSQL, which has the books, killed with -9 under load, and back, some times', async () => {
    const server = await PostgresServer.start();
    const database = await openPostgres({ url: await server.create('books'), log: silent });
    const killed = await scene('books', influx.server, async () => {}, { books: await SqlBookStore.open(database, 'books') });
    await writeThroughKills(killed, server);
    await database.close();
    await server.close();
  });

  test('InfluxDB frozen, and woken', async () => {
    const server = await InfluxServer.start(join(influx.folder, 'frozen'));
    const said: string[] = [];
    const onFailure = async ({ message }: Error) => {
      said.push(message);
      server.wake();
    };
    const { twins, flush } = await scene('frozen', server, onFailure, { writeTimeoutMs: 400 });
    await flush();
    server.freeze();
    await flush();
    await flush();
    expect(twins.failed).toBeGreaterThanOrEqual(1);
    expect(said[0]).toMatch(/did not answer within 0.4 s$/);
    await twins.agreeAndClose();
    await server.kill();
  });

  test('the disk of InfluxDB full to the last byte, then free again', async () => {
    const disk = mountSmallDisk(join(influx.folder, 'full'), SMALL_DISK_MB);
    if (!disk) {
      process.stderr.write('Skipped: a full disk of InfluxDB: this user may not mount\n');
      return;
    }
    try {
      const server = await InfluxServer.start(join(influx.folder, 'full', 'influx'));
      const said: string[] = [];
      const onFailure = async ({ message }: Error) => {
        const isMissed = said.push(message) === 3;
        if (isMissed) disk.free();
        // InfluxDB 1 does not find back by itself: its log stays torn until it is closed.
        if (isMissed || message.includes('restart it once more')) await server.restart();
      };
      const { twins, flush } = await scene('full', server, onFailure);
      for (let n = 0; n < 4; n++) await flush();
      disk.fill();
      while (twins.failed === 0) await flush();
      for (let n = 0; n < 4; n++) await flush();
      expect(said.slice(0, 2)).toEqual([expect.stringMatching(/^the disk of InfluxDB was full and its log is torn; make room/), said[0]]);
      await twins.agree();
      // What was acknowledged after it is there after the next crash, too.
      await server.restart();
      await twins.agreeAndClose();
      await server.kill();
    } finally {
      disk.close();
    }
  });

  /** @param place of the books: a folder, or an address of PostgreSQL */
  async function killProcessor(name: string, place: string, openDatabase: () => Promise<RegistryDatabase>): Promise<void> {
    const script = fileURLToPath(new URL('../../test-data/influx-writing-process.js', import.meta.url));
    let told = 0;
    for (const killAfterMs of [0, 9]) {
      const child = spawn(process.execPath, [script, influx.server.url, name, place], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      const first = told;
      for await (const line of createInterface({ input: child.stdout })) {
        expect(Number(line)).toBeGreaterThan(told);
        told = Number(line);
        if (told === first + 12) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      }
      expect(await exited).toEqual([null, 'SIGKILL']);
    }
    const database = await openDatabase();
    const books = await SqlBookStore.open(database, name);
    const store = await influx.open(name, { direct: true, books });
    const { epoch, watermarkAt, spools } = await store.begin();
    const count = numberOf(watermarkAt);
    expect(epoch).toBe(3);
    expect(count).toBeGreaterThanOrEqual(told);
    expect(spools).toEqual(flushNumber(count).spools);
    const oracle = await influx.openOracle(name);
    await oracle.begin();
    for (let n = 1; n <= count; n++) await oracle.write(flushNumber(n));
    const [found, due] = [await contentOf(store, inhabitants), await contentOf(oracle, inhabitants)];
    await Promise.all([store.close(), oracle.close()]);
    await database.close();
    expect(found).toEqual(due);
  }

  test('the processor killed while it writes: no flush that it told of is lost, and none is half', async () => {
    const folder = join(influx.folder, 'registry');
    await TestBooks.makeFolder(folder);
    await killProcessor('processor', folder, () => openPglite(folder));
  });

  testOnPostgres('the same with the books in PostgreSQL', async () => {
    const server = await PostgresServer.start();
    const url = await server.create('books');
    await killProcessor('processor-on-postgres', url, () => openPostgres({ url, log: silent }));
    await server.close();
  });
});
