import type { GatewayHealth, GatewayParams, GatewayStatus } from '@pulseboard/contract';
import { T0 } from '../test-data/readings.js';
import { GatewayFleet } from './gateway-fleet.js';

const health = (at: number, fields: Partial<GatewayHealth> = {}): GatewayHealth => ({
  at,
  version: '0.1.0',
  boot: 'boot',
  uptimeS: 1,
  clock: 'synced',
  wallClockAheadMs: 0,
  spools: [],
  spoolBytes: 0,
  refusedCommits: 0,
  radios: [],
  straps: [],
  cpuPercent: 1,
  memoryMb: 50,
  ...fields,
});
const status = (is: 'online' | 'offline', boot = 'boot'): GatewayStatus => ({ status: is, version: '0.1.0', boot, since: T0 });
const from = (gateway: string, room = 'main', gym = 'demo') => ({ gym, room, gateway });
const gateway = from('gateway-1');

/** A fleet whose time is set by hand, ms after T0. */
class Watched {
  at = 0;
  readonly fleet = new GatewayFleet({ clock: () => T0 + this.at, monotonic: () => this.at });

  hear(of: GatewayParams, at: number, said = at, isKept = false, fields: Partial<GatewayHealth> = {}): void {
    this.at = at;
    this.fleet.hearHealth(of, health(T0 + said, fields), isKept);
  }

  batch(at: number, boot = 'boot', fields: { spool?: string; saidAt?: number; newestAt?: number; of?: GatewayParams } = {}): void {
    this.at = at;
    const saidAt = T0 + (fields.saidAt ?? at);
    this.fleet.hearBatch(fields.of ?? gateway, {
      boot,
      spool: fields.spool ?? `spool-${boot}`,
      sentAt: saidAt,
      newestAt: fields.newestAt === undefined ? saidAt : T0 + fields.newestAt,
    });
  }

  /** @param at ms after T0 */
  one(at = this.at) {
    this.at = at;
    return this.fleet.everywhere()[0]!;
  }
}

test('the last word of each gateway, by gym and id', () => {
  const watched = new Watched();
  watched.hear(from('gateway-2'), 0);
  watched.hear(gateway, 0);
  watched.hear(from('gateway-1', 'main', 'other'), 5);
  watched.hear(from('gateway-2'), 10_000);
  const isOnline = true;
  const [first, second, other] = [
    { of: gateway, health: health(T0), heardAt: T0, isOnline },
    { of: from('gateway-2'), health: health(T0 + 10_000), heardAt: T0 + 10_000, isOnline },
    { of: from('gateway-1', 'main', 'other'), health: health(T0 + 5), heardAt: T0 + 5, isOnline },
  ];
  expect(watched.fleet.of('demo')).toEqual([first, second]);
  expect(watched.fleet.of('nowhere')).toEqual([]);
  expect(watched.fleet.all()).toEqual([first, second, other]);
});

test('what a gateway left behind in another room does not count, in whatever order the broker repeats it', () => {
  for (const rooms of [
    ['main', 'studio'],
    ['studio', 'main'],
  ] as const) {
    const watched = new Watched();
    for (const room of rooms) {
      watched.hear(from('gateway-1', room), 2000, room === 'studio' ? 1000 : 0, true);
      watched.fleet.hearStatus(from('gateway-1', room), status(room === 'studio' ? 'online' : 'offline'), true);
    }
    expect(watched.fleet.of('demo')).toMatchObject([{ of: { room: 'studio' }, isOnline: true }]);
    expect(watched.fleet.inRoom('demo', 'main')).toEqual([]);
    expect(watched.fleet.inRoom('demo', 'studio')).toHaveLength(1);
  }
});

test('a clock that is set back is heard all the same', () => {
  const watched = new Watched();
  watched.hear(gateway, 1_000_000);
  watched.hear(gateway, 1_000_001, 0);
  expect(watched.fleet.of('demo')[0]!.health.at).toBe(T0);
});

describe('a gateway is', () => {
  test('online until it is silent for 30 s, then offline since its last word', () => {
    const watched = new Watched();
    watched.hear(gateway, 0);
    expect(watched.one(29_999)).toMatchObject({ presence: 'online', lastSeenAt: T0 });
    expect(watched.one(29_999)).not.toHaveProperty('offlineSince');
    expect(watched.one(30_000)).toMatchObject({
      presence: 'offline',
      offlineSince: T0,
      reason: expect.stringContaining('stopped reporting'),
    });
    expect(watched.fleet.all()).toMatchObject([{ isOnline: false }]);
  });

  test('online by its batches alone', () => {
    const watched = new Watched();
    watched.batch(0);
    expect(watched.one(29_999)).toMatchObject({ presence: 'online', isHeard: true });
    watched.batch(30_000);
    expect(watched.one(59_999).presence).toBe('online');
  });

  test('offline from the moment when it says that it goes, or its will does, until its next word', () => {
    const watched = new Watched();
    watched.hear(gateway, 0);
    watched.at = 500;
    watched.fleet.hearStatus(gateway, status('offline'), false);
    expect(watched.one(9000)).toMatchObject({
      presence: 'offline',
      offlineSince: T0 + 500,
      reason: expect.stringContaining('was stopped'),
    });
    for (const speak of [
      () => watched.hear(gateway, 9001),
      () => watched.batch(9001),
      () => watched.fleet.hearStatus(gateway, status('online'), false),
    ]) {
      watched.at = 9001;
      watched.fleet.hearStatus(gateway, status('offline'), false);
      expect(watched.one().presence).toBe('offline');
      speak();
      expect(watched.one().presence).toBe('online');
    }
  });

  test('online even if the will of its former session comes late', () => {
    const watched = new Watched();
    watched.hear(gateway, 0);
    watched.fleet.hearStatus(gateway, status('offline', 'former'), false);
    watched.hear(gateway, 10_000);
    expect(watched.one().presence).toBe('online');
  });

  test.each([
    [-60_000, 'offline'],
    [-5000, 'online'],
    [60_000, 'online'],
  ])('of a health that the broker kept, as old as it says: %d ms, %s', (said, presence) => {
    const watched = new Watched();
    watched.hear(gateway, 0, said, true);
    expect(watched.one(1000).presence).toBe(presence);
  });

  test('offline since a former process heard it last, however long ago', () => {
    const watched = new Watched();
    watched.fleet.remember([{ ...gateway, firstSeenAt: T0 - 9000, lastSeenAt: T0 - 4000 }]);
    expect(watched.one()).toMatchObject({
      presence: 'offline',
      offlineSince: T0 - 4000,
      firstSeenAt: T0 - 9000,
      isHeard: false,
      reason: expect.stringContaining('since the processor started'),
    });
    watched.fleet.hearStatus(gateway, status('offline'), true);
    expect(watched.one()).toMatchObject({ presence: 'offline', offlineSince: T0 - 4000 });
    watched.hear(gateway, 10);
    expect(watched.one()).toMatchObject({ presence: 'online', firstSeenAt: T0 - 9000, lastSeenAt: T0 + 10 });
  });

  test('never heard when only its name is known: from what is stored, or from a status that the broker kept', () => {
    for (const learn of [
      (watched: Watched) => watched.fleet.know([gateway]),
      (watched: Watched) => watched.fleet.hearStatus(gateway, status('online'), true),
      (watched: Watched) => watched.fleet.hearStatus(gateway, status('offline'), true),
    ]) {
      const watched = new Watched();
      learn(watched);
      expect(watched.one()).toEqual({ of: gateway, presence: 'never-heard', isHeard: false, isMute: false, reason: expect.any(String) });
      expect(watched.fleet.all()).toEqual([]);
      watched.hear(gateway, 5);
      expect(watched.one().presence).toBe('online');
    }
  });

  test('what a former process knew of it does not cover what is heard now', () => {
    const watched = new Watched();
    watched.hear(from('gateway-1', 'studio'), 0);
    watched.fleet.know([gateway]);
    watched.fleet.remember([{ ...gateway, firstSeenAt: T0 - 9000, lastSeenAt: T0 - 4000 }]);
    expect(watched.one()).toMatchObject({ of: { room: 'studio' }, presence: 'online', firstSeenAt: T0 - 9000, lastSeenAt: T0 });
  });
});

test('a gateway that hears straps and sends no reading for 75 s is mute; an empty room is not', () => {
  const straps = (at: number) => ({ straps: [{ sensor: 'ant-hr-1', lastHeardAt: T0 + at - 500 }] });
  const watched = new Watched();
  for (let at = 0; at <= 80_000; at += 10_000) watched.hear(gateway, at, at, false, straps(at));
  expect(watched.one(80_000)).toMatchObject({ presence: 'online', isMute: true });
  watched.batch(80_001);
  expect(watched.one().isMute).toBe(false);
  for (let at = 90_000; at <= 300_000; at += 10_000) watched.hear(gateway, at, at, false, straps(0));
  expect(watched.one()).toMatchObject({ presence: 'online', isMute: false });
});

describe('to be saved', () => {
  test('are those that spoke since; the new ones at once, and those in a new room', () => {
    const watched = new Watched();
    watched.fleet.remember([{ ...gateway, firstSeenAt: T0 - 9000, lastSeenAt: T0 - 4000 }]);
    expect([watched.fleet.hasNew, watched.fleet.takeUnsaved()]).toEqual([false, []]);
    watched.hear(gateway, 1);
    expect(watched.fleet.hasNew).toBe(false);
    watched.hear(from('gateway-2'), 2);
    expect(watched.fleet.hasNew).toBe(true);
    const taken = watched.fleet.takeUnsaved();
    expect(taken).toEqual([
      { ...gateway, firstSeenAt: T0 - 9000, lastSeenAt: T0 + 1 },
      { ...from('gateway-2'), firstSeenAt: T0 + 2, lastSeenAt: T0 + 2 },
    ]);
    expect([watched.fleet.hasNew, watched.fleet.takeUnsaved()]).toEqual([false, []]);
    watched.fleet.giveBack(taken);
    expect(watched.fleet.takeUnsaved()).toEqual(taken);
    watched.hear(from('gateway-1', 'studio'), 3);
    expect(watched.fleet.hasNew).toBe(true);
  });

  test('a thousand are known, those that spoke last', () => {
    const watched = new Watched();
    for (let i = 0; i < 1100; i++) watched.hear(from(`gateway-${i}`), i);
    expect(watched.fleet.everywhere()).toHaveLength(1000);
    expect(watched.fleet.everywhere().some(({ of }) => of.gateway === 'gateway-99')).toBe(false);
  });
});

describe('two machines with one id are noticed', () => {
  const first = { boot: 'boot-a' };
  const second = { boot: 'boot-b' };

  test.each<[name: string, speak: (watched: Watched, boot: string, at: number) => void]>([
    ['by their batches', (watched, boot, at) => watched.batch(at, boot)],
    ['by their health', (watched, boot, at) => watched.hear(gateway, at, at, false, { boot })],
    [
      'by coming online in turns',
      (watched, boot, at) => {
        watched.at = at;
        watched.fleet.hearStatus(gateway, status('online', boot), false);
      },
    ],
    [
      'when one sends batches and the other only health',
      (watched, boot, at) => (boot === first.boot ? watched.batch(at, boot) : watched.hear(gateway, at, at, false, { boot })),
    ],
    ['by the spools that they write, whatever their boots', (watched, boot, at) => watched.batch(at, 'boot', { spool: `spool-${boot}` })],
    [
      'although the clock of one is an hour ahead',
      (watched, boot, at) => watched.batch(at, boot, { saidAt: boot === second.boot ? at : at + 3_600_000 }),
    ],
  ])('%s', (_, speak) => {
    const watched = new Watched();
    for (let at = 0; at < 6000; at += 1000) speak(watched, at % 2000 === 0 ? first.boot : second.boot, at);
    expect(watched.one()).toMatchObject({
      presence: 'online',
      clone: { since: T0 + 5000, rooms: ['main'], sentence: expect.stringContaining('"gateway-1"') },
    });
    expect(watched.one().clone!.speakers).toHaveLength(2);
  });

  test('in two rooms of one gym: it is shown in both', () => {
    const watched = new Watched();
    for (let at = 0; at < 6000; at += 1000)
      watched.batch(at, at % 2000 === 0 ? first.boot : second.boot, { of: from('gateway-1', at % 2000 === 0 ? 'main' : 'studio') });
    expect(watched.one().clone).toMatchObject({ rooms: ['main', 'studio'], sentence: expect.stringContaining('main, studio') });
    expect(watched.fleet.inRoom('demo', 'main')).toHaveLength(1);
    expect(watched.fleet.inRoom('demo', 'studio')).toHaveLength(1);
  });

  test('although the clock of one is an hour behind, after two minutes', () => {
    const watched = new Watched();
    for (let at = 0; at < 200_000; at += 1000) {
      watched.batch(at, first.boot);
      watched.batch(at + 500, second.boot, { saidAt: at - 3_600_000 });
    }
    expect(watched.one().clone).toBeDefined();
  });

  test('until one of them has been silent for a minute', () => {
    const watched = new Watched();
    for (let at = 0; at < 6000; at += 1000) watched.batch(at, at % 2000 === 0 ? first.boot : second.boot);
    for (let at = 6000; at < 65_000; at += 1000) watched.batch(at, first.boot);
    expect(watched.one(64_999).clone).toBeDefined();
    for (let at = 65_000; at < 70_000; at += 1000) watched.batch(at, first.boot);
    expect(watched.one(70_000).clone).toBeUndefined();
  });

  test('and go on being noticed while they take turns many times a second', () => {
    const watched = new Watched();
    for (let at = 0; at < 180_000; at += 50) {
      watched.batch(at, at % 100 === 0 ? first.boot : second.boot);
      if (at >= 1000) expect(watched.one(at).clone).toBeDefined();
    }
  });
});

describe('one machine is not taken for two', () => {
  test.each<[name: string, run: (watched: Watched) => void]>([
    [
      'after a restart',
      (watched) => {
        for (let at = 0; at < 10_000; at += 500) watched.batch(at, 'boot-a');
        for (let at = 12_000; at < 30_000; at += 500) watched.batch(at, 'boot-b');
      },
    ],
    [
      'after many restarts',
      (watched) => {
        for (let i = 0; i < 40; i++) for (let at = 0; at < 3000; at += 500) watched.batch(i * 3000 + at, `boot-${i}`);
      },
    ],
    [
      'when a late message of the former process arrives',
      (watched) => {
        watched.batch(0, 'boot-a');
        watched.batch(3000, 'boot-b');
        watched.batch(3100, 'boot-a', { saidAt: 900 });
        watched.batch(3200, 'boot-b');
        watched.hear(gateway, 3300, 3300, false, { boot: 'boot-b' });
      },
    ],
    [
      'when many late messages of the former process arrive among those of the new one, even after a minute',
      (watched) => {
        watched.batch(0, 'boot-a');
        for (let i = 0; i < 60; i++) {
          watched.batch(3000 + i * 1500, 'boot-b');
          watched.batch(3000 + i * 1500 + 300, 'boot-a', { saidAt: 10 + i });
        }
      },
    ],
    [
      'when one late message comes and the clock was set between the two processes',
      (watched) => {
        watched.batch(0, 'boot-a', { saidAt: 36_000_000 });
        watched.batch(3000, 'boot-b');
        watched.batch(4000, 'boot-a', { saidAt: 36_000_900 });
        watched.batch(5000, 'boot-b');
      },
    ],
    [
      'when a spool of the former process is drained among live readings',
      (watched) => {
        watched.batch(0, 'boot-a');
        for (let i = 0; i < 100; i++) {
          watched.batch(60_000 + i * 500, 'boot-b');
          watched.batch(60_000 + i * 500 + 250, 'boot-b', { spool: 'spool-boot-a', newestAt: i * 500 });
        }
      },
    ],
    [
      'when the card is put into another machine',
      (watched) => {
        for (let at = 0; at < 10_000; at += 500) watched.batch(at, 'boot-a');
        for (let at = 90_000; at < 120_000; at += 500) watched.batch(at, 'boot-b', { of: from('gateway-1', 'studio') });
      },
    ],
    [
      'when the will of the former session comes late, and its last health was kept',
      (watched) => {
        watched.hear(gateway, 0, 0, false, { boot: 'boot-a' });
        watched.hear(gateway, 3000, 3000, false, { boot: 'boot-b' });
        for (let at = 4000; at < 20_000; at += 1000) {
          watched.fleet.hearStatus(gateway, status('offline', 'boot-a'), false);
          watched.hear(gateway, at, 0, true, { boot: 'boot-a' });
          watched.hear(gateway, at, at, false, { boot: 'boot-b' });
        }
      },
    ],
    [
      'although another gym has a gateway of this name',
      (watched) => {
        for (let at = 0; at < 10_000; at += 500) {
          watched.batch(at, 'boot-a');
          watched.batch(at, 'boot-b', { of: from('gateway-1', 'main', 'other') });
        }
      },
    ],
  ])('%s', (_, run) => {
    const watched = new Watched();
    run(watched);
    expect(watched.fleet.everywhere().filter(({ clone }) => clone)).toEqual([]);
  });
});
