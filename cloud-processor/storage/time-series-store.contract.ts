import type { Totals } from '../aggregation/totals.js';
import { letterOf, readingAt, recordOf, secondOf, T0 } from '../test-data/readings.js';
import { type StoreWrite, type TimeSeriesStore, UnstorableError } from './time-series-store.js';

const anId = expect.stringMatching(/^[0-9a-f]{16}$/);

const at = (second: number) => T0 + second * 1000;
const write = (fields: Partial<StoreWrite>): StoreWrite => ({
  readings: [],
  replaced: [],
  seconds: [],
  spools: [],
  deadLetters: [],
  removedDeadLetters: [],
  watermarkAt: T0,
  ...fields,
});
const always = { from: 0, until: Number.MAX_SAFE_INTEGER };

const { microKcal: _, steps: __, ...unknownEnergy } = secondOf(9, { member: 'guest-ant-hr-7', sensor: 'ant-hr-7' });

/**
 * What every `TimeSeriesStore` does.
 * @param open opens the store of a name, a new one the first time, else the one that was closed
 */
export function storeContract(open: (name: string) => Promise<TimeSeriesStore>): void {
  let store: TimeSeriesStore;
  const opened: TimeSeriesStore[] = [];
  const fresh = async (name: string) => {
    store = await open(name);
    opened.push(store);
    return store.begin();
  };
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  const reopen = async (name: string) => {
    await opened.pop()?.close();
    return fresh(name);
  };

  test('gives back every field of a reading, and leaves out what was unknown', async () => {
    await fresh('readings');
    const full = readingAt(1, {
      number: 1,
      heartRateBpm: 240,
      beatTimeMs: 63_999.02,
      beatCount: 255,
      beats: 255,
      rrIntervalsMs: [400.390625, 64_000],
      rrComputed: true,
      rrIncomplete: true,
      contact: false,
      batteryPercent: 100,
      batteryState: 'critical',
      steps: 4_294_967_295,
      cadenceSpm: 164.5,
      speedMps: 255.99609375,
      strideLengthM: 655.35,
      running: true,
      distanceM: 1234.0625,
      totalSteps: 33_554_430,
      totalDistanceM: 16_777_215.99609375,
      energyKj: 65_535,
      kcal: 255,
      rssiDbm: -128,
      raw: '00ff',
    });
    const zeros = readingAt(2, {
      number: 2,
      beatCount: 0,
      beats: 0,
      rrIntervalsMs: [],
      rrComputed: false,
      contact: true,
      running: false,
      speedMps: 0,
      kcal: 0,
      steps: 0,
      batteryPercent: 0,
      rssiDbm: 127,
    });
    const none = readingAt(3, { number: Number.MAX_SAFE_INTEGER });
    await store.write(write({ readings: [full, zeros, none] }));
    expect(await store.readings({ gym: 'demo', sensors: [], ...always })).toEqual([full, zeros, none]);
  });

  test('gives back every field of a second', async () => {
    await fresh('seconds');
    const rr = { meanRrMs: 401.7, rrDifferences: 3, rrSquaredDifferencesMs2: 1879 };
    const full = secondOf(8, { meanBpm: 150.3, ...rr, percentOfMax: 127.9, steps: 28, hrMaxAssumed: true, held: true });
    await store.write(write({ seconds: [full, unknownEnergy] }));
    expect(await store.memberSeconds({ member: 'ada', ...always, limit: 9 })).toEqual([full]);
    expect(await store.memberSeconds({ member: 'guest-ant-hr-7', ...always, limit: 9 })).toEqual([unknownEnergy]);
    expect(await store.hasMember('ada')).toBe(true);
    expect(await store.hasMember('bruno')).toBe(false);
  });

  test('replaces seconds wherever they stand, and says what stood there', async () => {
    await fresh('replaced');
    const old = [secondOf(1), secondOf(2), secondOf(3), secondOf(2, { member: 'bruno' }), secondOf(2, { gym: 'other' })];
    expect(await store.write(write({ seconds: old }))).toEqual([]);
    const moved = secondOf(2, { room: 'studio', beats: 9 });
    const before = await store.write(write({ replaced: [{ gym: 'demo', member: 'ada', from: at(2), to: at(3) }], seconds: [moved] }));
    expect(before.sort((a, b) => a.at - b.at)).toEqual([old[1], old[2]]);
    expect(await store.memberSeconds({ gym: 'demo', member: 'ada', ...always, limit: 9 })).toEqual([old[0], moved]);
    expect(await store.memberSeconds({ member: 'bruno', ...always, limit: 9 })).toEqual([old[3]]);
    expect(await store.memberSeconds({ gym: 'other', member: 'ada', ...always, limit: 9 })).toEqual([old[4]]);
  });

  test('gives the earliest seconds of a member who moved, whatever the limit', async () => {
    await fresh('moved');
    const run = Array.from({ length: 7 }, (_, i) => secondOf(i + 1));
    await store.write(write({ seconds: run }));
    // There and back again, at every other second: each room has places that were left.
    const rooms = ['studio', 'main', 'attic', 'main', 'studio', 'attic'];
    const moved = rooms.map((room, i) => secondOf(i + 2, { room }));
    const replaced = [{ gym: 'demo', member: 'ada', from: at(2), to: at(7) }];
    await store.write(write({ replaced, seconds: moved.map((second) => ({ ...second, room: 'cellar' })) }));
    await store.write(write({ replaced, seconds: moved }));
    await store.write(write({ seconds: [secondOf(3, { gym: 'other' })] }));
    const due = [run[0], ...moved];
    for (let limit = 0; limit <= due.length + 1; limit++)
      expect(await store.memberSeconds({ gym: 'demo', member: 'ada', ...always, limit })).toEqual(due.slice(0, limit));
    expect(await store.memberSeconds({ member: 'ada', ...always, limit: 4 })).toEqual([...due.slice(0, 3), secondOf(3, { gym: 'other' })]);
  });

  test('rows that it cannot hold are named, nothing of that write is stored, and the others can be written at once', async () => {
    await fresh('unstorable');
    const readings = [
      readingAt(1, { number: 1 }),
      readingAt(2, { number: 2, heartRateBpm: 1e9 }),
      readingAt(3, { number: 3, steps: 1e300 }),
    ];
    const seconds = [secondOf(1), secondOf(2, { beats: 1e9 })];
    const spools = [recordOf('spool001', { ranges: [[1, 3]] }), recordOf('spool002', { gone: [[1, 1e300]] })];
    const bad = { readings: readings.slice(1), seconds: [seconds[1]!], spools: [spools[1]!] };
    const failed = await store.write(write({ readings, seconds, spools })).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(UnstorableError);
    const { rows } = failed as UnstorableError;
    for (const kind of ['readings', 'seconds', 'spools'] as const) expect(rows[kind].map(({ row }) => row)).toEqual(bad[kind]);
    expect(await store.readings({ gym: 'demo', sensors: [], ...always })).toEqual([]);
    await store.write(write({ readings: readings.slice(0, 1), seconds: seconds.slice(0, 1), spools: spools.slice(0, 1) }));
    expect(await store.readings({ gym: 'demo', sensors: [], ...always })).toEqual(readings.slice(0, 1));
    expect((await store.begin()).spools).toEqual(spools.slice(0, 1));
  });

  test('a write that fails stores nothing, and the next one succeeds', async () => {
    await fresh('atomic');
    const first = recordOf('spool001', { ranges: [[1, 1]] });
    await store.write(write({ seconds: [secondOf(1)], watermarkAt: at(1), spools: [first], deadLetters: [letterOf(1)] }));
    const bad = {
      readings: [readingAt(5)],
      replaced: [{ gym: 'demo', member: 'ada', from: at(1), to: at(1) }],
      spools: [recordOf('spool001', { ranges: [[1, 9]], closed: true })],
      deadLetters: [letterOf(2)],
      removedDeadLetters: [letterOf(1)],
    };
    const impossible = secondOf(6, { beats: 1e9 });
    await expect(store.write(write({ ...bad, seconds: [secondOf(5), impossible], watermarkAt: at(9) }))).rejects.toThrow();
    expect(await store.begin()).toEqual({ id: anId, epoch: 2, watermarkAt: at(1), spools: [first] });
    expect(await store.readings({ gym: 'demo', sensors: [], ...always })).toEqual([]);
    expect(await store.memberSeconds({ member: 'ada', ...always, limit: 9 })).toEqual([secondOf(1)]);
    expect(await store.deadLetters({ limit: 9 })).toEqual([letterOf(1)]);
    const next = recordOf('spool001', { ranges: [[1, 3]] });
    await store.write(write({ seconds: [secondOf(7)], watermarkAt: at(2), spools: [next] }));
    expect(await store.memberSeconds({ member: 'ada', ...always, limit: 9 })).toEqual([secondOf(1), secondOf(7)]);
    expect(await reopen('atomic')).toEqual({ id: anId, epoch: 3, watermarkAt: at(2), spools: [next] });
  });

  test('epoch, watermark and every field of a spool survive reopening; a record replaces the one before', async () => {
    expect(await fresh('state')).toEqual({ id: anId, epoch: 1, watermarkAt: undefined, spools: [] });
    const told = { decoded: 30, waiting: 3, dropped: { full: 2, "it's": 1 }, listedAt: at(1) };
    const full = recordOf('spool001', {
      ranges: [
        [1, 3],
        [7, Number.MAX_SAFE_INTEGER],
      ],
      gone: [[4, 6]],
      closed: true,
      deadLettered: 2,
      told,
    });
    await Promise.all([
      store.write(write({ spools: [recordOf('spool001', { ranges: [[1, 9]] }), recordOf('spool002', { ranges: [[5, 5]] })] })),
      store.write(write({ spools: [recordOf('spool003')] })),
      store.write(write({ spools: [{ ...full, room: 'studio' }], watermarkAt: at(3) })),
    ]);
    const spools = [{ ...full, room: 'studio' }, recordOf('spool002', { ranges: [[5, 5]] }), recordOf('spool003')];
    expect(await reopen('state')).toEqual({ id: anId, epoch: 2, watermarkAt: at(3), spools });
  });

  test('names its data by an id that stays: through begins, writes and reopening', async () => {
    const { id } = await fresh('identity');
    await store.write(write({ seconds: [secondOf(1)], watermarkAt: at(1) }));
    expect((await store.begin()).id).toBe(id);
    expect((await reopen('identity')).id).toBe(id);
    expect((await fresh('another-identity')).id).not.toBe(id);
  });

  test('begins again while it is open: a new epoch, and what stands in the store', async () => {
    await fresh('again');
    await store.write(write({ spools: [recordOf('spool001', { ranges: [[1, 1]] })], watermarkAt: at(1) }));
    const state = { watermarkAt: at(1), spools: [recordOf('spool001', { ranges: [[1, 1]] })] };
    expect(await store.begin()).toEqual({ id: anId, epoch: 2, ...state });
    expect(await store.begin()).toEqual({ id: anId, epoch: 3, ...state });
    expect(await reopen('again')).toEqual({ id: anId, epoch: 4, ...state });
  });

  test('dead letters are listed newest first, page by page, counted by reason, and go when they are none any more', async () => {
    await fresh('dead-letters');
    expect(await store.deadLetters({ limit: 9 })).toEqual([]);
    expect(await store.deadLetterCounts()).toEqual(new Map());
    const letters = [
      letterOf(9, { arrivedAt: at(5), payload: `"it's a \u0000 text, not a reading"`, reason: 'ahead' }),
      letterOf(2, { arrivedAt: at(4), spool: 'spool0001' }),
      letterOf(10, { arrivedAt: at(4), spool: 'spool0001' }),
      letterOf(1, { arrivedAt: at(4), spool: 'spool0002' }),
      letterOf(7, { arrivedAt: at(1) }),
    ];
    await store.write(write({ deadLetters: [letters[3]!, letters[1]!] }));
    await store.write(write({ deadLetters: [letters[4]!, letters[0]!, letters[2]!] }));
    expect(await store.deadLetters({ limit: 9 })).toEqual(letters);
    for (const [i, after] of letters.entries()) expect(await store.deadLetters({ limit: 2, after })).toEqual(letters.slice(i + 1, i + 3));
    expect(await store.deadLetterCounts()).toEqual(
      new Map([
        ['ahead', 1],
        ['implausible', 4],
      ]),
    );
    const replayed = readingAt(1, { spool: 'spool0001', number: 10 });
    await store.write(write({ readings: [replayed], removedDeadLetters: [letters[2]!, letters[3]!] }));
    expect(await store.deadLetters({ limit: 9 })).toEqual([letters[0], letters[1], letters[4]]);
    expect(await store.readings({ gym: 'demo', sensors: [], ...always })).toEqual([replayed]);
  });

  test('prunes what is older, and says how much that was', async () => {
    await fresh('pruned');
    const HOUR = 3600;
    const readings = [0, 1, HOUR, 2 * HOUR, 2 * HOUR + 1].map((second) => readingAt(second * 1000));
    const seconds = [0, HOUR, 2 * HOUR, 3 * HOUR].map((second) => secondOf(second));
    const deadLetters = [letterOf(1, { arrivedAt: at(0) }), letterOf(2, { arrivedAt: at(2 * HOUR) })];
    const spools = [recordOf('spool0001', { ranges: [[1, 7]], deadLettered: 2 })];
    await store.write(write({ readings, seconds, deadLetters, spools }));
    const limits = { readingsBefore: at(2 * HOUR), secondsBefore: at(HOUR) };
    const [counts] = await Promise.all([store.prune(limits), store.write(write({ seconds: [secondOf(4 * HOUR)], spools }))]);
    expect(counts).toEqual({ readings: 3, deadLetters: 1, seconds: 1 });
    expect(await store.readings({ gym: 'demo', sensors: [], ...always })).toEqual(readings.slice(3));
    expect(await store.memberSeconds({ member: 'ada', ...always, limit: 9 })).toEqual([...seconds.slice(1), secondOf(4 * HOUR)]);
    expect(await store.deadLetters({ limit: 9 })).toEqual(deadLetters.slice(1));
    expect(await store.prune(limits)).toEqual({ readings: 0, deadLetters: 0, seconds: 0 });
    expect(await store.begin()).toMatchObject({ spools });
  });

  test('tells when the latest reading was', async () => {
    await fresh('newest');
    expect(await store.newestReadingAt()).toBeUndefined();
    await store.write(write({ readings: [5000, 9000, 1000].map((ms) => readingAt(ms)) }));
    expect(await store.newestReadingAt()).toBe(at(9));
  });

  test('finds readings of a span, half open, in their one order', async () => {
    await fresh('spans');
    const a = [
      readingAt(1000, { spool: 'spool1', number: 10 }),
      readingAt(1000, { spool: 'spool1', number: 9 }),
      readingAt(1000, { spool: 'spool0', number: 99 }),
      readingAt(999, { sensor: 'ble-a', spool: 'spool2', number: 1 }),
      readingAt(2000, { spool: 'spool1', number: 11 }),
      readingAt(1500, { gym: 'other', spool: 'spool3', number: 1 }),
    ];
    await store.write(write({ readings: a }));
    const numbers = async (sensors: string[], from: number, until: number) =>
      (await store.readings({ gym: 'demo', sensors, from: T0 + from, until: T0 + until })).map((r) => r.number);
    expect(await numbers([], 999, 2000)).toEqual([1, 99, 9, 10]);
    expect(await numbers([], 1000, 2001)).toEqual([99, 9, 10, 11]);
    expect(await numbers(['ble-a'], 0, 5000)).toEqual([1]);
    expect(await numbers(['ble-a', 'ant-hr-1'], 0, 1000)).toEqual([1]);
    expect(await numbers(['ant-hr-2'], 0, 5000)).toEqual([]);
    const span = (sensor: string, from: number, until: number, gym = 'demo') => ({ gym, sensor, from: T0 + from, until: T0 + until });
    const spans = [span('ant-hr-1', 2000, 2001), span('ble-a', 0, 999), span('ant-hr-1', 999, 1001), span('ant-hr-1', 0, 5000, 'other')];
    expect((await store.readingsOf(spans)).map(({ spool, number }) => [spool, number])).toEqual([
      ['spool0', 99],
      ['spool1', 9],
      ['spool1', 10],
      ['spool3', 1],
      ['spool1', 11],
    ]);
    expect(await store.readingsOf([])).toEqual([]);
    expect(await store.sensorsSince(T0 + 1000)).toEqual([
      { gym: 'demo', sensor: 'ant-hr-1' },
      { gym: 'other', sensor: 'ant-hr-1' },
    ]);
    expect(await store.sensorsSince(T0 + 2001)).toEqual([]);
  });

  test('lists, sums and summarises seconds', async () => {
    await fresh('sums');
    const ada = [
      secondOf(1),
      secondOf(2, { meanBpm: 100.3, minBpm: 99, zone: 1, pointSixtieths: 1, steps: 3 }),
      secondOf(3, { room: 'studio' }),
    ];
    const bruno = { ...unknownEnergy, at: at(2), member: 'bruno', meanBpm: 60.4, minBpm: 60, maxBpm: 200, zone: 0, pointSixtieths: 0 };
    await store.write(write({ seconds: [...ada, bruno, secondOf(2, { gym: 'other' })] }));

    expect(await store.memberSeconds({ gym: 'demo', member: 'ada', from: at(1), until: at(3), limit: 9 })).toEqual(ada.slice(0, 2));
    expect(await store.memberSeconds({ gym: 'demo', member: 'ada', ...always, limit: 2 })).toEqual(ada.slice(0, 2));
    expect(await store.memberSeconds({ member: 'ada', ...always, limit: 9 })).toHaveLength(4);

    expect(await store.summary({ gym: 'demo', member: 'ada', from: at(1), until: at(3) })).toEqual({
      seconds: 2,
      meanBpm: 125.4,
      minBpm: 99,
      maxBpm: 152,
    });
    expect(await store.summary({ member: 'ada', from: at(4), until: at(9) })).toEqual({ seconds: 0 });

    const room = { gym: 'demo', room: 'main' };
    expect(await store.roomSeconds({ ...room, ...always, limit: 9 })).toEqual([
      { at: at(1), members: 1, meanBpm: 150.5, minBpm: 149, maxBpm: 152 },
      { at: at(2), members: 2, meanBpm: 80.4, minBpm: 60, maxBpm: 200 },
    ]);
    expect(await store.roomSeconds({ ...room, ...always, limit: 1 })).toHaveLength(1);
    expect(await store.roomSeconds({ ...room, from: at(2), until: at(2), limit: 9 })).toEqual([]);

    const sums: Totals = {
      seconds: 2,
      bpmTenths: 2508,
      beats: 6,
      steps: 3,
      stepSeconds: 2,
      pointSixtieths: 5,
      microKcal: 406_822,
      energySeconds: 2,
      secondsInZone: [0, 1, 0, 0, 1, 0],
    };
    const unknown: Totals = {
      seconds: 1,
      bpmTenths: 604,
      beats: 3,
      steps: 0,
      stepSeconds: 0,
      pointSixtieths: 0,
      microKcal: 0,
      energySeconds: 0,
      secondsInZone: [1, 0, 0, 0, 0, 0],
    };
    expect(await store.totals({ ...room, from: 0 })).toEqual(
      new Map([
        ['ada', sums],
        ['bruno', unknown],
      ]),
    );
    expect([...(await store.totals({ ...room, from: at(2) })).values()].map((each) => each.seconds)).toEqual([1, 1]);
    expect(await store.totals({ gym: 'demo', room: 'nowhere', from: 0 })).toEqual(new Map());
  });
}
