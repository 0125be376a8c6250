import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@pulseboard/contract';
import { Aedes, type AuthenticateError } from 'aedes';
import { probeBroker } from '../publish/broker-probe.js';
import { brokerFindings, checkBroker } from './check-broker.js';
import { checkClock } from './check-clock.js';
import { checkDisk, roomFinding } from './check-disk.js';
import { findingLines } from './finding.js';
import type { Machine } from './machine.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pulseboard-doctor-'));
});
afterAll(() => rmSync(root, { recursive: true }));
const folder = () => mkdtempSync(join(root, 'disk-'));
const machine: Machine = { isRoot: false, hasSystemd: true, isContainer: false };
const quick = { listenMs: 50 };
const me = { gym: 'demo', room: 'main', gateway: 'gateway-1' };

test('a finding is a line, and below it what mends it', () => {
  expect(findingLines({ verdict: 'ok', subject: 'clock', says: 'is right.' })).toEqual(['OK    clock      is right.']);
  expect(findingLines({ verdict: 'fail', subject: 'disk', says: 'is full.', mend: ['df -h'] })).toEqual([
    'FAIL  disk       is full.',
    '                   → df -h',
  ]);
});

test.each([
  [true, 'ok', /^set by NTP: 2026-01-31T18:00:00/],
  [false, 'note', /^not known to be set by NTP/],
] as const)('clock, synchronized: %s', async (isSynchronized, verdict, says) => {
  const finding = await checkClock(
    machine,
    async () => isSynchronized,
    () => Date.UTC(2026, 0, 31, 18),
  );
  expect(finding).toMatchObject({ verdict, says: expect.stringMatching(says) });
});

describe('disk', () => {
  test('a folder that can be written is as it was', async () => {
    const there = folder();
    expect(await checkDisk(there, 1e6, machine)).toMatchObject({ verdict: 'ok' });
    expect(readdirSync(there)).toEqual([]);
    expect(await checkDisk(join(there, 'data', 'spool'), 1e6, machine)).toMatchObject({ verdict: 'ok' });
    expect(readdirSync(there)).toEqual([]);
  });

  test('a file in the way', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    expect(await checkDisk(join(file, 'spool'), 1e6, machine)).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('ENOTDIR'),
      mend: [expect.stringContaining('PULSEBOARD_SPOOL_DIR')],
    });
  });

  test.each([
    [50e6, 'fail', 'df -h'],
    [500e6, 'note', 'PULSEBOARD_SPOOL_MB=250'],
    [5000e6, 'ok', undefined],
  ] as const)('%d bytes free', (freeBytes, verdict, mend) => {
    const finding = roomFinding('/spool', freeBytes, 2000e6);
    expect(finding.verdict).toBe(verdict);
    expect(finding.mend?.[0]?.startsWith(mend!)).toBe(mend === undefined ? undefined : true);
  });
});

describe('broker', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function listening(onSocket: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => {
      sockets.add(socket);
      onSocket(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function broker() {
    const aedes = await Aedes.createBroker();
    const host = await listening((socket) => aedes.handle(socket));
    closers.push(() => aedes.close());
    return { aedes, host };
  }

  const statusTopic = topics.processorStatus.build({ processor: 'processor-demo' });
  const status = (more: object) => Buffer.from(JSON.stringify({ status: 'online', version: '1', epoch: 1, ...more }));

  test.each([
    [{}, { clockAheadMs: 60_000 }],
    [{ clock: 'virtual' }, {}],
    [{ clock: 'unsynced' }, {}],
  ])('with a processor whose clock is ahead, %j', async (clock, found) => {
    const { aedes, host } = await broker();
    const now = 1_800_000_000_000;
    aedes.on('subscribe', (subscriptions) => {
      if (subscriptions.some(({ topic }) => topic === topics.processorStatus.filter))
        aedes.publish(
          { cmd: 'publish', qos: 1, dup: false, retain: false, topic: statusTopic, payload: status({ now: now + 60_000, ...clock }) },
          () => {},
        );
    });
    const probe = await probeBroker(`mqtt://${host}`, me, { listenMs: 2000, now: () => now });
    expect(probe).toEqual({ kind: 'connected', deniedTopics: [], processor: 'online', ...found });
  });

  test.each([topics.committed.build(me), topics.gatewayStatus.build(me)])(
    'without a processor, and without the right to %s',
    async (denied) => {
      const { aedes, host } = await broker();
      aedes.authorizeSubscribe = (_, subscription, done) => done(null, subscription.topic === denied ? null : subscription);
      expect(await probeBroker(`mqtt://${host}`, me, quick)).toEqual({ kind: 'connected', deniedTopics: [denied], processor: 'unheard' });
    },
  );

  test('that hangs up on who asks for what it must not have', async () => {
    const { aedes, host } = await broker();
    aedes.authorizeSubscribe = (client, _, done) => {
      client?.conn.destroy();
      done(null, null);
    };
    const [finding] = await checkBroker(`mqtt://${host}`, me, machine);
    expect(finding).toMatchObject({ verdict: 'fail', says: expect.stringContaining('does not let it have') });
  });

  test('with a wrong password, which is not shown', async () => {
    const { aedes, host } = await broker();
    aedes.authenticate = (_, user, password, done) => {
      const isRight = user === 'gateway-1' && password?.toString() === 'secret';
      done(isRight ? null : (Object.assign(new Error('no'), { returnCode: 4 }) as AuthenticateError), isRight);
    };
    expect(await probeBroker(`mqtt://gateway-1:secret@${host}`, me, quick)).toMatchObject({ kind: 'connected' });
    const [finding] = await checkBroker(`mqtt://gateway-1:guessed@${host}`, me, machine);
    expect(finding).toMatchObject({
      verdict: 'fail',
      says: `mqtt://${host} refuses this gateway: the user name or the password is wrong; correct PULSEBOARD_BROKER_URL, or add the user to the broker.`,
    });
  });

  test('that is none', async () => {
    const host = await listening((socket) => socket.end('220 mail.example ESMTP\r\n'));
    const [finding] = await checkBroker(`mqtt://${host}`, me, machine);
    expect(finding).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('cannot be reached: something listens there, but it is no MQTT broker'),
    });
  });

  test('where nothing listens', async () => {
    const host = await listening(() => {});
    await closers.pop()!();
    const [finding] = await checkBroker(`mqtt://${host}`, me, machine);
    expect(finding).toMatchObject({
      verdict: 'fail',
      says: `mqtt://${host} cannot be reached: nothing listens there.`,
      mend: [expect.stringMatching(/^npm run broker/)],
    });
  });

  test.each([
    [{ kind: 'unreachable', code: 'ENOTFOUND' }, 'fail', /no machine has that name/],
    [{ kind: 'unreachable', code: 'EPROTO' }, 'fail', /EPROTO/],
    [{ kind: 'refused', returnCode: 5 }, 'fail', /does not allow this user/],
    [{ kind: 'connected', deniedTopics: [], processor: 'online' }, 'ok', /lets this gateway in/],
    [{ kind: 'connected', deniedTopics: ['a/b'], processor: 'online' }, 'fail', /does not let it have a\/b/],
  ] as const)('%j', (probe, verdict, says) => {
    expect(
      brokerFindings(
        'mqtt://b',
        { ...probe, ...('deniedTopics' in probe ? { deniedTopics: [...probe.deniedTopics] } : {}) } as never,
        machine,
      )[0],
    ).toMatchObject({ verdict, says: expect.stringMatching(says) });
  });

  test.each([
    ['online', undefined, 'ok', 'is online.'],
    ['online', 1999, 'ok', 'is online, and has the same time.'],
    ['online', -90_000, 'note', 'is online, and its clock is 90 s behind that of this machine: one of them is wrong.'],
    ['offline', undefined, 'note', 'has ended; until it is there, readings wait on the disk of this gateway.'],
  ] as const)('processor %s, clock %s ms ahead', (processor, clockAheadMs, verdict, says) => {
    const probe = { kind: 'connected', deniedTopics: [], processor, ...(clockAheadMs === undefined ? {} : { clockAheadMs }) } as const;
    expect(brokerFindings('mqtt://b', { ...probe, deniedTopics: [] }, machine)[1]).toMatchObject({ verdict, says });
  });
});
