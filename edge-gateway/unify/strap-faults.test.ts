import type { CadenceRule, Reading } from '@pulseboard/contract';
import fc from 'fast-check';
import type { RadioEvent } from '../radio/radio-source.js';
import { ADDRESS, advertise, ant, ble, hr, notify, readingsOf, sdm, strap } from '../test-support/test-events.js';
import { createUnifier } from './unifier.js';

type Found = Reading[];
const found = (events: RadioEvent[]) => readingsOf(events) as Found;
const beatsOf = (readings: Found) => readings.map(({ beats }) => beats);
const hex = (bytes: ArrayLike<number>) => Buffer.from(Array.from(bytes)).toString('hex');
/** A notification with RR intervals in 1/1024 s. */
const withRr = (bpm: number, ...ticks: number[]) => `10${hex([bpm])}${ticks.map((t) => hex([t & 0xff, t >> 8])).join('')}`;

describe('RR intervals that are not ones', () => {
  test.each<[string, RadioEvent[], object[]]>([
    ['5 ticks', [notify(0, '2a37', '103c05000004')], [{ beats: 1, rrIntervalsMs: [1000], rrIncomplete: true }]],
    [
      'many tiny ones',
      [notify(0, '2a37', withRr(60, 1, 5, 20, 100, 255, 1024))],
      [{ beats: 1, rrIntervalsMs: [1000], rrIncomplete: true }],
    ],
    [
      'a wave counted twice: far shorter than the heart rate says',
      [notify(0, '2a37', withRr(60, 300, 724, 1024))],
      [{ beats: 2, rrIntervalsMs: [(724 * 1000) / 1024, 1000], rrIncomplete: true }],
    ],
    [
      'longer in all than the time since the last notification',
      [notify(0, '2a37', withRr(60, 1024)), ...[1, 2, 3].map((s) => notify(1000 * s, '2a37', withRr(60, 1024, 1024, 1024)))],
      [
        { beats: 1, rrIntervalsMs: [1000] },
        { beats: 3, rrIntervalsMs: [1000, 1000, 1000] },
        { beats: 2, rrIntervalsMs: [1000, 1000], rrIncomplete: true },
        { beats: 1, rrIntervalsMs: [1000], rrIncomplete: true },
      ],
    ],
    [
      'a burst of what came before the connection',
      [notify(0, '2a37', withRr(60, ...Array<number>(9).fill(1024)))],
      [{ beats: 4, rrIntervalsMs: [1000, 1000, 1000, 1000], rrIncomplete: true }],
    ],
    [
      'a second packet of the same moment',
      [0, 0, 0, 0].map((at) => notify(at, '2a37', withRr(240, 256, 256, 256, 256))),
      [4, 0, 0, 0].map((beats) => ({ beats })),
    ],
  ])('%s', (_, events, readings) => {
    expect(found(events)).toMatchObject(readings);
  });

  test('a fast heart keeps every beat, also when notifications wait for each other', () => {
    const times = [0, 1010, 1990, 3000, 7000, 7000, 7010, 7020, 8000];
    const readings = found(times.map((at) => notify(at, '2a37', withRr(190, 320, 325, 323))));
    expect(beatsOf(readings)).toEqual(times.map(() => 3));
    expect(readings.some((reading) => reading.rrIncomplete)).toBe(false);
  });

  test('an hour of a strap whose clock is 0.1 % fast loses no beat', () => {
    const readings = found(Array.from({ length: 3600 }, (_, s) => notify(s * 1000, '2a37', withRr(60, 1025))));
    expect(beatsOf(readings).every((beats) => beats === 1)).toBe(true);
  });

  test('whatever a strap sends, at most four beats a second', () => {
    const bytes = fc.uint8Array({ minLength: 2, maxLength: 20 });
    const notification = fc.record({
      waitMs: fc.oneof(fc.constant(1000), fc.nat(3000)),
      bytes: fc.oneof(
        bytes.map((b) => Uint8Array.from([0x10, ...b])),
        fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 9 }).map((ticks) => Buffer.from(withRr(200, ...ticks), 'hex')),
      ),
    });
    fc.assert(
      fc.property(fc.array(notification, { minLength: 1, maxLength: 40 }), (list) => {
        const unifier = createUnifier();
        let at = 0;
        let before: number | undefined;
        let sum = 0;
        for (const each of list) {
          at += each.waitMs;
          const { readings } = unifier.accept({ ...notify(at, '2a37', '00'), bytes: each.bytes } as RadioEvent);
          for (const { beats = 0, rrIntervalsMs = [] } of readings) {
            expect(beats).toBeLessThanOrEqual(4 * Math.max(1, (at - (before ?? at)) / 1000));
            expect(Math.min(250, ...rrIntervalsMs)).toBe(250);
            sum += beats;
          }
          before ??= at;
          before = at;
        }
        expect(sum).toBeLessThanOrEqual(4 + (4 * (at - list[0]!.waitMs)) / 1000);
      }),
    );
  });
});

describe('"no contact"', () => {
  test.each<[string, RadioEvent[], (boolean | undefined)[]]>([
    ['with intervals that agree with the heart rate is not believed', [notify(0, '2a37', '14627302')], [undefined]],
    ['without intervals is believed', [notify(0, '2a37', '0462')], [false]],
    ['with an interval that is far from the heart rate', [notify(0, '2a37', '1462e803')], [false]],
    ['with intervals and no heart rate', [notify(0, '2a37', '14007302')], [false]],
    ['with intervals that no heart makes', [notify(0, '2a37', '14620500')], [false]],
    [
      'between two notifications of a slow heart that have intervals',
      [notify(0, '2a37', '142ddc05'), notify(1000, '2a37', '142d'), notify(2000, '2a37', '142de505'), notify(5000, '2a37', '142d')],
      [undefined, undefined, undefined, false],
    ],
    ['at 0 bpm is believed at once', [notify(0, '2a37', '14627302'), notify(1000, '2a37', '0400')], [undefined, false]],
  ])('%s', (_, events, contacts) => {
    expect(found(events).map(({ contact }) => contact)).toEqual(contacts);
  });

  test('the heart rate comes along', () => {
    expect(found([notify(0, '2a37', '14627302')])).toEqual([
      { sensor: ble, at: 0, heartRateBpm: 98, beats: 1, rrIntervalsMs: [(627 * 1000) / 1024] },
    ]);
  });
});

describe('cadence of a Bluetooth pod', () => {
  test.each<[string, CadenceRule[], number]>([
    ['without a rule: below 120 and running counts one foot', [], 172],
    ['steps', [{ sensor: ble, unit: 'steps' }], 86],
    ['strides', [{ sensor: ble, unit: 'strides' }], 172],
    ['by the beginning of its id', [{ sensor: 'ble-a0*', unit: 'steps' }], 86],
    ['of another pod', [{ sensor: 'ble-b0*', unit: 'steps' }], 172],
    [
      'the first rule that names it',
      [
        { sensor: 'ble-*', unit: 'steps' },
        { sensor: ble, unit: 'strides' },
      ],
      86,
    ],
  ])('%s', (_, rules, cadenceSpm) => {
    expect(createUnifier(undefined, rules).accept(notify(0, '2a53', '04000356')).readings).toMatchObject([{ cadenceSpm, speedMps: 3 }]);
  });

  test('is that of an ANT+ pod of the same runner', () => {
    const ofAnt = createUnifier().accept(sdm(0, '02ffff5a0380ff31')).readings[0];
    const ofBle = createUnifier().accept(notify(0, '2a53', '0400035a')).readings[0];
    expect([ofAnt?.cadenceSpm, ofBle?.cadenceSpm]).toEqual([180, 180]);
  });
});

describe('what is cut', () => {
  test.each<[string, '2a37' | '2a53', string, object, string]>([
    ['half an RR interval', '2a37', '103eb103de', { heartRateBpm: 62, beats: 1, rrIntervalsMs: [(945 * 1000) / 1024] }, 'BLE_RR_CUT'],
    ['half an energy', '2a37', '083cd0', { heartRateBpm: 60 }, 'BLE_TOO_SHORT'],
    ['a stride length', '2a53', '0100ff50', { speedMps: 255, cadenceSpm: 80, running: false }, 'BLE_TOO_SHORT'],
  ])('%s: the rest is a reading, and the notification counts as damaged', (_, characteristic, bytes, reading, code) => {
    const result = createUnifier().accept(notify(0, characteristic, bytes));
    expect(result.readings).toEqual([{ sensor: ble, at: expect.any(Number), ...reading }]);
    expect(result.error).toMatchObject({ name: 'DecodeError', code });
    expect(result.sensor).toBe(ble);
  });
});

describe('ANT+ pages without a heartbeat', () => {
  const empty = (page: number, heartbeat: string) => `${hex([page])}ffffff${heartbeat}`;
  const heard = (heartbeat: string) =>
    [0, 1, 2, 3, 4, 5, 6, 7, 9, 16, 127].flatMap((page) => [empty(page, heartbeat), empty(page | 0x80, heartbeat)]);

  test('all FF says nothing, whatever the page', () => {
    const pages = heard('ffffffff').map((page, i) => ant(5000 + 250 * i, page));
    expect(found([ant(0, hr('04ff0000', 1024, 5, 60)), ...pages]).map(({ at }) => at)).toEqual([0]);
  });

  test('the beats before and after it are those of the strap', () => {
    const readings = found([
      ant(0, hr('00ffffff', 1024, 5, 60)),
      ant(1000, hr('00ffffff', 2048, 6, 60)),
      ant(1250, '84ffffffffffffff'),
      ant(2000, hr('80ffffff', 3072, 7, 60)),
    ]);
    expect(readings.map(({ beatCount, rrIntervalsMs }) => [beatCount, rrIntervalsMs])).toEqual([
      [5, undefined],
      [6, [1000]],
      [7, [1000]],
    ]);
  });

  test('all 0 is a strap that has no contact, and no count', () => {
    expect(found([ant(0, hr('00ffffff', 1024, 250, 60)), ant(250, empty(0, '00000000')), ant(500, empty(0, '00000000'))])).toEqual([
      { sensor: strap, at: 0, heartRateBpm: 60, beatTimeMs: 1000, beatCount: 250 },
      { sensor: strap, at: 250, contact: false },
    ]);
  });

  test('FF in time and count leaves a heart rate that is there', () => {
    expect(found([ant(0, empty(0, 'ffffff3c'))])).toEqual([{ sensor: strap, at: 0, heartRateBpm: 60 }]);
  });

  test('a beat time of FF with a count of its own is a beat', () => {
    expect(found([ant(0, empty(0, 'ffff053c'))])).toMatchObject([{ heartRateBpm: 60, beatCount: 5 }]);
  });
});

test('page 9 says that beat times are computed: the intervals are marked from then on, until it says otherwise', () => {
  const page9 = (at: number, how: string, n: number) => ant(at, hr(`${n % 2 ? '89' : '09'}${how}ffff`, 1024 * n, n, 60));
  const readings = found([page9(0, '01', 1), page9(1000, '01', 2), ant(2000, hr('00ffffff', 3072, 3, 60)), page9(3000, '00', 4)]);
  expect(readings.map(({ rrIntervalsMs, rrComputed }) => [rrIntervalsMs, rrComputed])).toEqual([
    [undefined, undefined],
    [[1000], true],
    [[1000], true],
    [[1000], undefined],
  ]);
});

describe('advertisements that stand still', () => {
  const second = (s: number, polar: string, company = 0x006b) => [0, 250, 500, 750].map((ms) => advertise(s * 1000 + ms, company, polar));
  const endOf = (readings: Found) => Math.max(...readings.map(({ at }) => at)) / 1000;
  /** Flags with contact, broadcast and this frame counter. */
  const polar = (counter: number, bpm: number) => hex([0x23 | ((counter & 7) << 2), 0, bpm, bpm]);
  const seconds = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  test('Polar: the last packet repeated for 300 s counts for 2 s', () => {
    const used = seconds(0, 60).flatMap((s) => second(s, polar(s, 110 + (s % 5))));
    const still = seconds(60, 360).flatMap((s) => second(s, '2f007878'));
    const end = endOf(found([...used, ...still]));
    expect(end).toBeGreaterThanOrEqual(60);
    expect(end).toBeLessThanOrEqual(62);
  });

  test('Polar: the same heart rate with a counter that moves is alive', () => {
    expect(endOf(found(seconds(0, 300).flatMap((s) => second(s, polar(s, 120)))))).toBeGreaterThanOrEqual(299);
  });

  test('Polar: it is alive again with the next measurement', () => {
    const readings = found([
      ...seconds(0, 100).flatMap(() => []),
      ...seconds(0, 60).flatMap((s) => second(s, polar(1, 120))),
      ...second(60, polar(2, 120)),
    ]);
    expect(readings.filter(({ at }) => at > 2000).map(({ at }) => at)).toEqual([60_000]);
  });

  test('Polar: a signal strength that changes is no sign of life', () => {
    const still = seconds(0, 300).map((s) => ({ ...advertise(s * 1000, 0x006b, '2f007878'), rssiDbm: -60 - (s % 9) }) as RadioEvent);
    expect(endOf(found(still))).toBeLessThanOrEqual(2);
  });

  test('Mi Band, which has no counter: 10 s', () => {
    const band = `0201004a${'00'.repeat(14)}${ADDRESS.replaceAll(':', '').toLowerCase()}`;
    const end = endOf(found(seconds(0, 300).flatMap((s) => second(s, band, 0x0157))));
    expect(end).toBeGreaterThan(8);
    expect(end).toBeLessThanOrEqual(10);
  });
});

describe('advertisements of strangers', () => {
  test.each<[string, string, string]>([
    ['a body scale', '5C:CA:D3:4C:EE:74', '5ccad34cee74'],
    ['an Amazfit watch', 'C7:0C:BD:17:94:A2', '00480967361d0078b09608774ca8df13e002c70cbd1794a2'],
  ])('%s is nobody', (_, address, bytes) => {
    expect(createUnifier().accept({ ...advertise(0, 0x0157, bytes), address } as RadioEvent)).toEqual({ readings: [] });
  });

  test('of companies that are known: what does not fit the whole rule gives nothing', () => {
    const bytes = fc.uint8Array({ maxLength: 27 });
    fc.assert(
      fc.property(fc.constantFrom(0x006b, 0x0157), bytes, (company, packet) => {
        const { readings } = createUnifier().accept({ ...advertise(0, company, '00'), bytes: packet } as RadioEvent);
        const bpm = company === 0x006b ? polarBpm(packet) : bandBpm(packet);
        if (bpm === undefined) expect(readings).toEqual([]);
        else expect(readings).toMatchObject([bpm === 0 ? { contact: false } : bpm < 25 || bpm > 240 ? {} : { heartRateBpm: bpm }]);
      }),
      { numRuns: 1000 },
    );
  });

  /** The rules once more, in other words. */
  const bandBpm = (b: Uint8Array) =>
    b.length === 24 && b[0] === 2 && b[3]! < 240 && hex(b.subarray(18)) === 'a0b1c2d3e4f5' ? b[3] : undefined;
  function polarBpm(b: Uint8Array): number | undefined {
    if (b.length === 0) return undefined;
    if (b[0]! & 0x40) return b.length < 2 || b.length < 2 + b[1]! ? undefined : polarBpm(b.subarray(2 + b[1]!));
    if (b.length < 3) return undefined;
    return (b.length === 4 && b[3]) || b[2];
  }
});
