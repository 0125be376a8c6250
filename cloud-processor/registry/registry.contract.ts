import type { Session } from '@pulseboard/contract';
import { T0 } from '../test-data/readings.js';
import type { NewMember, Registry, StrapLink } from './registry.js';

const ada: NewMember = {
  member: 'ada',
  nickname: 'Ada',
  consent: true,
  ageYears: 34,
  weightKg: 62.5,
  sex: 'female',
  ownHrMaxBpm: 188,
  sensors: ['ant-hr-1', 'ant-sdm-1'],
};
const ivo: NewMember = { member: 'ivo', nickname: 'Ivo', consent: false, sensors: [] };
const session = (fields: Partial<Session> = {}): Session => ({
  gym: 'demo',
  room: 'main',
  session: 'open-1',
  kind: 'open-gym',
  state: 'running',
  startedAt: T0,
  ...fields,
});

const link = (fields: Partial<StrapLink> = {}): StrapLink => ({
  sensor: 'ble-1',
  twin: 'ant-hr-1',
  state: 'found',
  from: T0,
  foundAt: T0 + 20_000,
  settled: false,
  ...fields,
});

/**
 * What every `Registry` does. The tests go on with what the ones before them wrote: opening one takes seconds.
 * @param open opens the one registry, empty the first time
 */
export function registryContract(open: () => Promise<Registry>): void {
  let registry: Registry;
  beforeAll(async () => {
    registry = await open();
  });
  afterAll(() => registry.close());

  test('an unknown gym has nobody, and the usual HRmax', async () => {
    expect(await registry.roster('demo')).toEqual({ assumedHrMaxBpm: 190, members: [], profiles: [], assignments: [], links: [] });
    expect(await registry.strapLinks()).toEqual([]);
    expect(await registry.rooms()).toEqual([]);
    expect(await registry.gymOf('ada')).toBeUndefined();
    expect(await registry.runningSessions()).toEqual([]);
  });

  test('makes gym and room known, as often as it is asked', async () => {
    const main = { gym: 'demo', room: 'main', name: 'Main' };
    const spin = { gym: 'demo', room: 'spin-room_2', name: 'Spin room 2' };
    expect(await registry.ensureRoom('demo', 'spin-room_2')).toEqual(spin);
    expect(await registry.ensureRoom('demo', 'main')).toEqual(main);
    expect(await Promise.all([registry.ensureRoom('demo', 'main'), registry.ensureRoom('other', 'main')])).toEqual([
      main,
      { ...main, gym: 'other' },
    ]);
    expect(await registry.rooms()).toEqual([main, spin, { ...main, gym: 'other' }]);
  });

  test('adds members with what is known of them, once', async () => {
    await registry.addMembers('demo', [ada], T0);
    await registry.addMembers(
      'demo',
      [{ ...ada, nickname: 'Another', consent: false, ageYears: 99, sensors: ['ant-hr-9'] }, ivo],
      T0 + 1000,
    );
    await registry.addMembers('other', [{ ...ivo, nickname: 'Ivo of the other gym' }], T0);
    const roster = await registry.roster('demo');
    expect(roster.assumedHrMaxBpm).toBe(190);
    expect([...roster.members].sort((a, b) => (a.member < b.member ? -1 : 1))).toEqual([
      { member: 'ada', nickname: 'Ada', consent: true },
      { member: 'ivo', nickname: 'Ivo', consent: false },
    ]);
    expect([...roster.profiles].sort((a, b) => a.from - b.from)).toEqual([
      { member: 'ada', from: T0, ageYears: 34, weightKg: 62.5, sex: 'female', ownHrMaxBpm: 188 },
      { member: 'ivo', from: T0 + 1000 },
    ]);
    expect([...roster.assignments].sort((a, b) => (a.sensor < b.sensor ? -1 : 1))).toEqual([
      { sensor: 'ant-hr-1', member: 'ada', from: T0 },
      { sensor: 'ant-sdm-1', member: 'ada', from: T0 },
    ]);
    expect(await registry.gymOf('ada')).toBe('demo');
    expect((await registry.roster('other')).members).toEqual([{ member: 'ivo', nickname: 'Ivo of the other gym', consent: false }]);
  });

  test('gives straps to members that are there, once, and takes none away', async () => {
    await registry.addMembers('demo', [ada, { ...ivo, sensors: [] }], T0);
    const straps = [
      { member: 'ada', sensor: 'ant-hr-9' },
      { member: 'ivo', sensor: 'ble-9' },
    ];
    await registry.addStraps('demo', straps, T0);
    await registry.addStraps('demo', [...straps, { member: 'ivo', sensor: 'ant-hr-1' }], T0);
    await registry.addStraps('demo', [], T0);
    const { assignments } = await registry.roster('demo');
    expect([...assignments].sort((a, b) => (a.sensor < b.sensor ? -1 : 1))).toEqual([
      { sensor: 'ant-hr-1', member: 'ada', from: T0 },
      { sensor: 'ant-hr-9', member: 'ada', from: T0 },
      { sensor: 'ant-sdm-1', member: 'ada', from: T0 },
      { sensor: 'ble-9', member: 'ivo', from: T0 },
    ]);
  });

  test('of members that cannot all be added none is', async () => {
    const twice: NewMember = { ...ada, member: 'twice', sensors: ['ant-hr-5', 'ant-hr-5'] };
    await expect(registry.addMembers('demo', [{ ...ivo, member: 'first' }, twice], T0)).rejects.toThrow();
    expect(await registry.gymOf('first')).toBeUndefined();
  });

  test('what is asked at the same time is no part of what fails', async () => {
    const twice: NewMember = { ...ada, member: 'twice', sensors: ['ant-hr-5', 'ant-hr-5'] };
    const broken = registry.addMembers('demo', [{ ...ivo, member: 'first' }, twice], T0);
    const fine = [registry.ensureRoom('demo', 'main'), registry.addMembers('other', [{ ...ada, member: 'uma' }], T0)];
    await expect(broken).rejects.toThrow();
    await Promise.all(fine);
    expect([await registry.gymOf('first'), await registry.gymOf('uma')]).toEqual([undefined, 'other']);
  });

  test('writes sessions and rewrites them; those without an end are running', async () => {
    await registry.saveSession(session());
    await registry.saveSession(session({ room: 'spin-room_2', session: 'spin-1800', kind: 'class' }));
    await registry.saveSession(session({ gym: 'other', startedAt: T0 + 5 }));
    await registry.saveSession(session({ state: 'ended', endedAt: T0 + 600_000 }));
    const running = await registry.runningSessions();
    expect(running.sort((a, b) => (a.gym < b.gym ? -1 : 1))).toEqual([
      session({ room: 'spin-room_2', session: 'spin-1800', kind: 'class' }),
      session({ gym: 'other', startedAt: T0 + 5 }),
    ]);
  });

  test('finds the sessions of a room that overlap a stretch, the newest first', async () => {
    const room = { gym: 'demo', room: 'annex' };
    await registry.ensureRoom('demo', 'annex');
    const first = session({ ...room, session: 'first', state: 'ended', endedAt: T0 + 1000 });
    const second = session({ ...room, session: 'second', kind: 'class', startedAt: T0 + 1000, state: 'ended', endedAt: T0 + 2000 });
    const third = session({ ...room, session: 'third', startedAt: T0 + 5000 });
    for (const each of [second, third, first]) await registry.saveSession(each);
    const found = async (from: number, until: number, limit = 10) =>
      (await registry.sessions({ ...room, from: T0 + from, until: T0 + until, limit })).map((each) => each.session);
    expect(await registry.sessions({ ...room, from: 0, until: T0 + 9000, limit: 10 })).toEqual([third, second, first]);
    expect(await found(0, 9000, 2)).toEqual(['third', 'second']);
    expect(await found(0, 1000)).toEqual(['first']);
    expect(await found(1000, 1001)).toEqual(['second']);
    expect(await found(2000, 5000)).toEqual([]);
    expect(await found(90_000, 90_001)).toEqual(['third']);
    expect(await registry.sessions({ ...room, room: 'nowhere', from: 0, until: T0 + 9000, limit: 10 })).toEqual([]);
  });

  test('keeps what is known of straps, and the roster has the links in force', async () => {
    const { foundAt: _, ...never } = link({ sensor: 'ble-2', twin: 'ant-hr-2', state: 'overruled', settled: true });
    for (const each of [link(), never, link({ sensor: 'ble-3', twin: 'ant-hr-3', state: 'given' })])
      await registry.saveStrapLink('demo', each);
    await registry.saveStrapLink('other', link({ from: T0 + 5 }));
    expect(await registry.strapLinks()).toEqual([
      { gym: 'demo', ...link() },
      { gym: 'demo', ...never },
      { gym: 'demo', ...link({ sensor: 'ble-3', twin: 'ant-hr-3', state: 'given' }) },
      { gym: 'other', ...link({ from: T0 + 5 }) },
    ]);
    expect((await registry.roster('demo')).links).toEqual([
      { sensor: 'ble-1', twin: 'ant-hr-1', from: T0 },
      { sensor: 'ble-3', twin: 'ant-hr-3', from: T0 },
    ]);
    expect((await registry.roster('other')).links).toEqual([{ sensor: 'ble-1', twin: 'ant-hr-1', from: T0 + 5 }]);
  });

  test('a strap has one twin: a second link in force is refused, others are not', async () => {
    await expect(registry.saveStrapLink('demo', link({ twin: 'ant-hr-9' }))).rejects.toThrow();
    await expect(registry.saveStrapLink('demo', link({ sensor: 'ble-9' }))).rejects.toThrow();
    await expect(registry.saveStrapLink('demo', link({ sensor: 'ble-2', twin: 'ant-hr-1', state: 'given' }))).rejects.toThrow();
    await registry.saveStrapLink('demo', link({ twin: 'ant-hr-9', state: 'overruled' }));
    await registry.saveStrapLink('demo', link({ twin: 'ant-hr-8', state: 'withdrawn' }));
    await registry.saveStrapLink('other', link({ sensor: 'ble-2', twin: 'ant-hr-2' }));
    expect((await registry.roster('demo')).links).toHaveLength(2);
  });

  test('rewrites and removes what is known of a strap', async () => {
    const overruled = link({ state: 'overruled', from: T0 + 7, settled: true });
    await registry.saveStrapLink('demo', overruled);
    await registry.saveStrapLink('demo', link({ twin: 'ant-hr-9', from: T0 + 8 }));
    for (const pair of [link({ twin: 'ant-hr-8' }), link({ sensor: 'ble-3', twin: 'ant-hr-3' }), link({ twin: 'ant-hr-404' })])
      await registry.removeStrapLink('demo', pair);
    const ofDemo = (await registry.strapLinks()).filter(({ gym, sensor }) => gym === 'demo' && sensor !== 'ble-2');
    expect(ofDemo).toEqual([
      { gym: 'demo', ...overruled },
      { gym: 'demo', ...link({ twin: 'ant-hr-9', from: T0 + 8 }) },
    ]);
    expect((await registry.roster('demo')).links).toEqual([{ sensor: 'ble-1', twin: 'ant-hr-9', from: T0 + 8 }]);
  });

  test('gateways that were seen: the earliest first time, the last room and time, and so many of them', async () => {
    const seen = (gateway: string, firstSeenAt: number, lastSeenAt: number, room = 'main', gym = 'demo') => ({
      gym,
      room,
      gateway,
      firstSeenAt,
      lastSeenAt,
    });
    await registry.saveGateways([], 10);
    expect(await registry.gateways()).toEqual([]);
    await registry.saveGateways(
      [seen('gateway-1', T0, T0 + 5), seen('gateway-2', T0 + 1, T0 + 1), seen('gateway-1', T0, T0, 'main', 'other')],
      10,
    );
    await registry.saveGateways([seen('gateway-1', T0 + 9, T0 + 9, 'studio')], 10);
    expect(await registry.gateways()).toEqual([
      seen('gateway-1', T0, T0, 'main', 'other'),
      seen('gateway-2', T0 + 1, T0 + 1),
      seen('gateway-1', T0, T0 + 9, 'studio'),
    ]);
    await registry.saveGateways([seen('gateway-3', T0 + 10, T0 + 10)], 3);
    expect((await registry.gateways()).map(({ gateway }) => gateway)).toEqual(['gateway-2', 'gateway-1', 'gateway-3']);
  });

  test('the first random part of a client id stays, for each gym', async () => {
    expect(await registry.clientIdPart('demo', '0badcafe')).toBe('0badcafe');
    expect(await registry.clientIdPart('demo', '11111111')).toBe('0badcafe');
    expect(await registry.clientIdPart('other', '22222222')).toBe('22222222');
  });

  test('all of it survives reopening', async () => {
    const known = async () => [
      await registry.rooms(),
      await registry.roster('demo'),
      await registry.roster('other'),
      await registry.runningSessions(),
      await registry.strapLinks(),
      await registry.gateways(),
      [await registry.clientIdPart('demo', Math.random().toString(16).slice(2, 10))],
    ];
    const before = await known();
    await registry.close();
    registry = await open();
    expect(await known()).toEqual(before);
    expect(before.flat()).not.toHaveLength(0);
  });
}
