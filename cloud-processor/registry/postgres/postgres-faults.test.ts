import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '@pulseboard/contract';
import { pino } from 'pino';
import { describeOnPostgres, PostgresServer } from '../../test-data/postgres-server.js';
import { T0 } from '../../test-data/readings.js';
import { SwallowingProxy } from '../../test-data/swallowing-proxy.js';
import { SqlRegistry } from '../sql-registry.js';
import { type OpenPostgresOptions, openPostgres } from './open-postgres.js';

const DEADLINE_MS = 30_000;
const ASK_AGAIN_MS = 20;
const PATIENCE_MS = 400;

describeOnPostgres('a PostgreSQL server that refuses, hangs, and is killed', () => {
  let server: PostgresServer;
  let logged: { msg: string; err?: string }[];
  let databases = 0;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    logged = [];
  });

  const newDatabase = (options?: string) => server.create(`gym${++databases}`, options);
  const openDatabase = (url: string, options: Partial<OpenPostgresOptions> = {}) =>
    openPostgres({
      url,
      log: pino({ base: null }, { write: (line) => void logged.push(JSON.parse(line)) }),
      startsWithinMs: 0,
      ...options,
    });
  async function open(url: string, options?: Partial<OpenPostgresOptions>): Promise<SqlRegistry> {
    const database = await openDatabase(url, options);
    return SqlRegistry.open(database).catch(async (error) => {
      await database.close();
      throw error;
    });
  }
  const isLogged = (text: string) => () => logged.some(({ msg, err = '' }) => `${msg} ${err}`.includes(text));
  const session = (startedAt: number): Session => ({
    gym: 'demo',
    room: 'main',
    session: 'open-1',
    kind: 'open-gym',
    state: 'running',
    startedAt,
  });
  const failureOf = (work: Promise<unknown>) =>
    work.then(
      () => 'it went well',
      (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
    );
  const through = (proxy: { port: number }, url: string) => url.replace(/:\d+\//, `:${proxy.port}/`);

  async function eventually(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
    const until = performance.now() + DEADLINE_MS;
    while (!(await probe())) {
      if (performance.now() > until) throw new Error(`Waited for ${what} in vain. Logged: ${JSON.stringify(logged)}`);
      await sleep(ASK_AGAIN_MS);
    }
  }
  /** Asks until it answers. */
  const insist = (work: () => Promise<unknown>) =>
    eventually('the registry', () =>
      work().then(
        () => true,
        () => false,
      ),
    );
  const sessionsOf = (database: string) =>
    server.sql('postgres', `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND application_name LIKE 'pulseboard %'`);

  describe('at the start', () => {
    test.each([
      ['a wrong password', () => server.url('postgres', { password: 'open-sesame' }), 'refuses the user or the password (28P01)'],
      ['a wrong user', () => server.url('postgres', { user: 'sesame' }), 'refuses the user or the password (28P01)'],
      ['a database that is not there', () => server.url('nowhere'), 'has no such database; make it first'],
      ['a server that is not there', () => server.url('postgres', { port: 9 }), 'cannot be reached (connect ECONNREFUSED 127.0.0.1:9)'],
      ['a database that holds not every name', () => newDatabase("ENCODING 'LATIN1' TEMPLATE template0"), 'has the encoding LATIN1'],
      [
        'a user who may make no tables',
        async () => {
          const name = new URL(await newDatabase()).pathname.slice(1);
          await server.sql(name, `CREATE ROLE "reader${name}" LOGIN PASSWORD 'sesame'`);
          return server.url(name, { user: `reader${name}`, password: 'sesame' });
        },
        'lets this user not do what it must (permission denied',
      ],
    ])('%s is told in one sentence without a login', async (_, address, said) => {
      const url = await address();
      const failure = await failureOf(open(url));
      expect(failure).toMatch(/^STORE_OPEN_FAILED: The registry cannot be opened: .*[^.]\.$/);
      expect(failure).toContain(said);
      const { username, password } = new URL(url);
      for (const secret of [username, password, 'sesame', 'ada'])
        for (const text of [failure, JSON.stringify(logged)]) expect(text).not.toContain(decodeURIComponent(secret));
    });

    test('a server that is not there yet is waited for', async () => {
      const url = await newDatabase();
      await server.kill();
      const opening = open(url, { startsWithinMs: DEADLINE_MS });
      await eventually('a word of it', isLogged('does not answer yet'));
      await server.resume();
      const registry = await opening;
      expect(await registry.rooms()).toEqual([]);
      await registry.close();
    });

    test('of two at once one has the database, all of it, and the other says who', async () => {
      const url = await newDatabase();
      const both = await Promise.allSettled([open(url, { lockWithinMs: PATIENCE_MS }), open(url, { lockWithinMs: PATIENCE_MS })]);
      const [first, ...others] = both.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const [refusal] = both.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));
      expect(others).toEqual([]);
      expect(refusal!.message).toMatch(
        /^The registry cannot be opened: the database at 127\.0\.0\.1:\d+\/gym\d+ is in use by another processor \(process \d+ on the host \S+\); stop that one, or set PULSEBOARD_DATABASE_URL to another database\.$/,
      );
      expect(await first!.ensureRoom('demo', 'main')).toMatchObject({ name: 'Main' });
      // Whoever waits long enough has it next.
      const next = open(url, { lockWithinMs: DEADLINE_MS });
      await first!.close();
      expect(await (await next).rooms()).toHaveLength(1);
      await (await next).close();
    });
  });

  test('a commit is synced, also where the database does not ask for it', async () => {
    const url = await newDatabase();
    await server.sql('postgres', `ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET synchronous_commit = off`);
    const database = await openDatabase(url);
    expect(await database.db.execute('SHOW synchronous_commit')).toMatchObject({ rows: [{ synchronous_commit: 'on' }] });
    await database.close();
  });

  test('killed with -9 under load, and back, some times: what was written is there', async () => {
    const registry = await open(await newDatabase());
    await registry.ensureRoom('demo', 'main');
    const written: string[] = [];
    let isOver = false;
    let failures = 0;
    const writing = (async () => {
      for (let n = 1; !isOver; n++)
        await registry.saveSession({ ...session(T0 + n), session: `open-${n}` }).then(
          () => written.push(`open-${n}`),
          async ({ code }: { code: string }) => {
            expect(code).toBe('REGISTRY_AWAY');
            failures++;
            await sleep(ASK_AGAIN_MS);
          },
        );
    })();
    for (let kills = 1; kills <= 3; kills++) {
      const before = written.length;
      await eventually('some written', () => written.length > before + 20);
      await server.kill();
      await eventually('one that failed', () => failures >= kills);
      await server.resume();
    }
    const before = written.length;
    await eventually('some written after it', () => written.length > before + 20);
    isOver = true;
    await writing;
    const found = new Set((await registry.runningSessions()).map((each) => each.session));
    expect(written.filter((each) => !found.has(each))).toEqual([]);
    expect(isLogged('the registry is away')()).toBe(true);
    expect(isLogged('the registry is back')()).toBe(true);
    await registry.close();
  });

  test('back by itself, nobody asking: the database stays ours', async () => {
    const url = await newDatabase();
    const registry = await open(url);
    await server.kill();
    await server.resume();
    await eventually('the registry', isLogged('the registry is back'));
    expect(await failureOf(open(url, { lockWithinMs: 0 }))).toContain('is in use by another processor');
    await registry.close();
  });

  test('frozen: given up in time, and carried out before all that comes later, or never', async () => {
    const registry = await open(await newDatabase(), { answersWithinMs: PATIENCE_MS, lockWithinMs: PATIENCE_MS });
    await registry.ensureRoom('demo', 'main');
    server.freeze();
    const begunAt = performance.now();
    expect(await failureOf(registry.saveSession(session(T0 + 1)))).toMatch(/^REGISTRY_AWAY: .* did not answer within 0\.4 s$/);
    expect(performance.now() - begunAt).toBeLessThan(10_000);
    expect(await failureOf(registry.saveSession(session(T0 + 2)))).toContain('REGISTRY_AWAY');
    server.wake();
    await insist(() => registry.saveSession(session(T0 + 3)));
    expect(await registry.runningSessions()).toMatchObject([{ startedAt: T0 + 3 }]);
    await registry.close();
  });

  test('a connection that is frozen at the server is waited for: what it was told last is not carried out later', async () => {
    const url = await newDatabase();
    const name = new URL(url).pathname.slice(1);
    const registry = await open(url, { answersWithinMs: PATIENCE_MS, lockWithinMs: PATIENCE_MS });
    await registry.ensureRoom('demo', 'main');
    const pid = Number(await server.sql('postgres', `SELECT pid FROM pg_stat_activity WHERE datname = '${name}'`));
    process.kill(pid, 'SIGSTOP');
    expect(await failureOf(registry.saveSession(session(T0 + 1)))).toContain('did not answer within');
    expect(await failureOf(registry.saveSession(session(T0 + 2)))).toContain('has not ended the connection that was lost');
    process.kill(pid, 'SIGCONT');
    await insist(() => registry.saveSession(session(T0 + 3)));
    expect(await registry.runningSessions()).toMatchObject([{ startedAt: T0 + 3 }]);
    await registry.close();
  });

  test('a statement that hangs is given up by the server, and the connection is as good as before', async () => {
    const url = await newDatabase();
    const name = new URL(url).pathname.slice(1);
    const registry = await open(url, { answersWithinMs: PATIENCE_MS });
    await registry.ensureRoom('demo', 'main');
    const locked = server.sql(name, 'BEGIN; LOCK TABLE sessions; SELECT pg_sleep(2); COMMIT');
    await eventually(
      'the lock',
      async () => (await server.sql(name, `SELECT 1 FROM pg_locks WHERE relation = 'sessions'::regclass AND granted`)) !== '',
    );
    expect(await failureOf(registry.saveSession(session(T0)))).toBe(
      'REGISTRY_AWAY: the registry cannot be used: canceling statement due to statement timeout',
    );
    expect(await registry.rooms()).toHaveLength(1);
    await locked;
    await registry.saveSession(session(T0));
    expect(logged.filter(({ msg }) => msg.includes('away'))).toEqual([]);
    await registry.close();
  });

  test('a connection that goes silent is given up, and ended at the server, too', async () => {
    const url = await newDatabase();
    const name = new URL(url).pathname.slice(1);
    const proxy = await SwallowingProxy.open(server.port);
    const registry = await open(through(proxy, url), { answersWithinMs: PATIENCE_MS });
    await registry.ensureRoom('demo', 'main');
    proxy.swallow();
    expect(await failureOf(registry.saveSession(session(T0)))).toContain('did not answer within');
    await insist(() => registry.saveSession(session(T0 + 1)));
    expect(await sessionsOf(name)).toBe('1');
    await registry.close();
    await proxy.close();
  });

  test('whoever was away while another processor took the database stays away until it is free', async () => {
    const url = await newDatabase();
    const name = new URL(url).pathname.slice(1);
    const proxy = await SwallowingProxy.open(server.port);
    const registry = await open(through(proxy, url), { lockWithinMs: 0 });
    proxy.isClosed = true;
    await server.sql('postgres', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    const other = await open(url);
    proxy.isClosed = false;
    await eventually('a word of it', isLogged('is in use by another processor'));
    expect(await failureOf(registry.ensureRoom('demo', 'main'))).toMatch(
      /^REGISTRY_AWAY: .* is in use by another processor \(process \d+ /,
    );
    await other.ensureRoom('demo', 'studio');
    await other.close();
    await eventually('the registry', isLogged('the registry is back'));
    expect(await registry.ensureRoom('demo', 'main')).toMatchObject({ name: 'Main' });
    await registry.close();
    await proxy.close();
  });
});
