import { createParser, Reading } from '@pulseboard/contract';
import fc from 'fast-check';
import { parseHex } from '../decode/hex.js';
import type { RadioEvent } from '../radio/radio-source.js';
import { advertise, ant, ble, hr, notify, pod, readingsOf, START, sdm, strap } from '../test-support/test-events.js';
import { SensorGate } from './sensor-gate.js';
import { createUnifier } from './unifier.js';

type Event = RadioEvent;

const ms = (ticks: number) => (ticks * 1000) / 1024;

describe('an ANT+ strap', () => {
  const r = (at: number, ticks: number, beatCount: number, rest: object = { heartRateBpm: 60 }) => ({
    sensor: strap,
    at,
    beatTimeMs: ms(ticks),
    beatCount,
    ...rest,
  });
  test.each<[string, Event[], object[]]>([
    ['the first page', [ant(0, hr('00ffffff', 1024, 5, 60))], [r(0, 1024, 5)]],
    ['RSSI', [ant(0, hr('00ffffff', 1024, 5, 60), 120, -55)], [r(0, 1024, 5, { heartRateBpm: 60, rssiDbm: -55 })]],
    [
      'a reading for each new beat; a repeat is none',
      [
        ant(0, hr('00ffffff', 1024, 5, 60)),
        ant(246, hr('00ffffff', 1024, 5, 60)),
        ant(492, hr('00ffffff', 1600, 6, 61)),
        ant(738, hr('00ffffff', 1600, 6, 61)),
      ],
      [r(0, 1024, 5), r(492, 1600, 6, { heartRateBpm: 61, rrIntervalsMs: [ms(576)] })],
    ],
    [
      'at least one a second',
      [0, 246, 493, 739, 985, 1232, 1478, 1724, 1970].map((at) => ant(at, hr('00ffffff', 1024, 5, 60))),
      [r(0, 1024, 5), r(985, 1024, 5), r(1970, 1024, 5)],
    ],
    [
      '0 bpm is no contact, told at once and when it ends',
      [
        ant(0, hr('00ffffff', 1024, 5, 60)),
        ant(246, hr('00ffffff', 1024, 5, 0)),
        ant(492, hr('00ffffff', 1024, 5, 0)),
        ant(738, hr('00ffffff', 1024, 5, 60)),
      ],
      [r(0, 1024, 5), r(246, 1024, 5, { contact: false }), r(738, 1024, 5)],
    ],
    ['an implausible heart rate', [ant(0, hr('00ffffff', 1024, 5, 250))], [r(0, 1024, 5, {})]],
    [
      'page 4 across missed frames, once the toggle has changed',
      [ant(0, hr('04ff0000', 1024, 254, 60)), ant(3000, hr('84ff000c', 4096, 1, 60))],
      [r(0, 1024, 254), r(3000, 4096, 1, { heartRateBpm: 60, rrIntervalsMs: [1000] })],
    ],
    [
      'no interval from page 4 of a strap without toggle',
      [ant(0, hr('04ff0000', 1024, 254, 60)), ant(3000, hr('04ff000c', 4096, 1, 60))],
      [r(0, 1024, 254), r(3000, 4096, 1)],
    ],
    [
      'the battery, when it was learnt and when it changed',
      [
        ant(0, hr('00ffffff', 1024, 5, 60)),
        ant(246, hr('87558022', 1024, 5, 60)),
        ant(985, hr('87558022', 1024, 5, 60)),
        ant(1970, hr('87558022', 1024, 5, 60)),
        ant(2955, hr('87548022', 1024, 5, 60)),
      ],
      [
        r(0, 1024, 5),
        r(985, 1024, 5, { heartRateBpm: 60, batteryPercent: 85, batteryState: 'good' }),
        r(1970, 1024, 5),
        r(2955, 1024, 5, { heartRateBpm: 60, batteryPercent: 84, batteryState: 'good' }),
      ],
    ],
    [
      'no battery from a strap without toggle',
      [ant(0, hr('07558022', 1024, 5, 60)), ant(985, hr('07558022', 1024, 5, 60))],
      [r(0, 1024, 5), r(985, 1024, 5)],
    ],
  ])('%s', (_, events, readings) => {
    expect(readingsOf(events)).toEqual(readings);
  });
});

describe('a foot pod', () => {
  const main = (strides: number) => `0164c8328180${strides.toString(16).padStart(2, '0')}30`;
  test.each<[string, Event[], object[]]>([
    [
      'steps wrap at 512',
      [sdm(0, main(255)), sdm(246, main(0))],
      [
        { sensor: pod, at: 0, steps: 510, speedMps: 1.5, distanceM: 50.5 },
        { sensor: pod, at: 246, steps: 0, speedMps: 1.5, distanceM: 50.5 },
      ],
    ],
    [
      'standing: one a second',
      [0, 246, 492, 738, 985, 1231].map((at) => sdm(at, main(4))),
      [
        { sensor: pod, at: 0, steps: 8, speedMps: 1.5, distanceM: 50.5 },
        { sensor: pod, at: 1231, steps: 8, speedMps: 1.5, distanceM: 50.5 },
      ],
    ],
    [
      'cadence goes with the next reading, once',
      [sdm(0, main(4)), sdm(246, '02ffff5580000044'), sdm(492, main(5)), sdm(738, main(6))],
      [
        { sensor: pod, at: 0, steps: 8, speedMps: 1.5, distanceM: 50.5 },
        { sensor: pod, at: 492, steps: 10, cadenceSpm: 171, batteryState: 'new', speedMps: 1.5, distanceM: 50.5 },
        { sensor: pod, at: 738, steps: 12, speedMps: 1.5, distanceM: 50.5 },
      ],
    ],
    [
      'a pod that sends page 3 only: cadence, speed, kilocalories and battery, once a second',
      [0, 250, 1000].map((at) => sdm(at, '03ffff3c81801220')),
      [
        { sensor: pod, at: 0, cadenceSpm: 121, speedMps: 1.5, kcal: 18, batteryState: 'ok' },
        { sensor: pod, at: 1000, cadenceSpm: 121, speedMps: 1.5, kcal: 18 },
      ],
    ],
    [
      'totals have names of their own',
      [sdm(0, '1001020380000100'), sdm(1000, main(4))],
      [
        { sensor: pod, at: 0, totalSteps: 0x030201 * 2, totalDistanceM: 256.5 },
        { sensor: pod, at: 1000, steps: 8, speedMps: 1.5, distanceM: 50.5 },
      ],
    ],
    ['common page 82: the battery', [sdm(0, '52ffff000000804b')], [{ sensor: pod, at: 0, batteryState: 'low' }]],
    ['other pages say nothing', [sdm(0, '50ffff0101000f00'), sdm(2000, '0001020304050607')], []],
    [
      'beside a strap of the same number',
      [sdm(0, main(4)), ant(0, hr('00ffffff', 1024, 5, 60))],
      [
        { sensor: pod, at: 0, steps: 8, speedMps: 1.5, distanceM: 50.5 },
        { sensor: strap, at: 0, heartRateBpm: 60, beatTimeMs: 1000, beatCount: 5 },
      ],
    ],
  ])('%s', (_, events, readings) => {
    expect(readingsOf(events)).toEqual(readings);
  });
});

describe('Bluetooth', () => {
  const band = (heartRate: string) => `020100${heartRate}${'00'.repeat(14)}a0b1c2d3e4f5`;
  test.each<[string, Event[], object[]]>([
    [
      'heart rate with RR intervals',
      [notify(0, '2a37', '163c00040104', -60)],
      [{ sensor: ble, at: 0, heartRateBpm: 60, contact: true, beats: 2, rrIntervalsMs: [1000, ms(1025)], rssiDbm: -60 }],
    ],
    ['without RR flag the beats are unknown', [notify(0, '2a37', '003c')], [{ sensor: ble, at: 0, heartRateBpm: 60 }]],
    [
      'RR flag without intervals is no beat',
      [notify(0, '2a37', '103c')],
      [{ sensor: ble, at: 0, heartRateBpm: 60, beats: 0, rrIntervalsMs: [] }],
    ],
    [
      'an interval across a gap is a beat, but no interval',
      [notify(0, '2a37', '103c00400004')],
      [{ sensor: ble, at: 0, heartRateBpm: 60, beats: 2, rrIntervalsMs: [1000] }],
    ],
    ['energy', [notify(0, '2a37', '083cd007')], [{ sensor: ble, at: 0, heartRateBpm: 60, energyKj: 2000 }]],
    ['0 bpm of a strap that cannot tell contact', [notify(0, '2a37', '0000')], [{ sensor: ble, at: 0 }]],
    [
      'running speed',
      [notify(0, '2a53', '070003567300393000 00')],
      [{ sensor: ble, at: 0, cadenceSpm: 172, speedMps: 3, strideLengthM: 1.15, distanceM: 1234.5, running: true }],
    ],
    [
      'battery goes with the next reading, once',
      [notify(0, '2a19', '5a'), notify(100, '2a37', '003c'), notify(1000, '2a19', '5a'), notify(1100, '2a37', '003c')],
      [
        { sensor: ble, at: 100, heartRateBpm: 60, batteryPercent: 90 },
        { sensor: ble, at: 1100, heartRateBpm: 60 },
      ],
    ],
    [
      'Polar advertisements: once a second unless it changed',
      [0, 300, 600, 1000].map((at) => advertise(at, 0x006b, '3b164446')).concat(advertise(1100, 0x006b, '3b164447')),
      [
        { sensor: ble, at: 0, heartRateBpm: 70, contact: true },
        { sensor: ble, at: 1000, heartRateBpm: 70, contact: true },
        { sensor: ble, at: 1100, heartRateBpm: 71, contact: true },
      ],
    ],
    [
      'Mi Band advertisement',
      [advertise(0, 0x0157, band('4a')), advertise(2000, 0x0157, band('ff'))],
      [{ sensor: ble, at: 0, heartRateBpm: 74 }],
    ],
    ['Polar without heart rate, another company', [advertise(0, 0x006b, '7202aabb'), advertise(0, 0x004c, '0215')], []],
  ])('%s', (_, events, readings) => {
    expect(readingsOf(events)).toEqual(readings);
  });
});

describe('what cannot be decoded', () => {
  const broken = (event: Event, change: (bytes: Uint8Array) => Uint8Array): Event => ({ ...event, bytes: change(event.bytes) });
  test.each<[string, Event, string]>([
    ['a wrong checksum', broken(ant(0, hr('00ffffff', 1024, 5, 60)), (bytes) => bytes.with(4, 1)), 'FRAME_CHECKSUM'],
    [
      'a frame that does not say whose it is',
      { kind: 'ant-frame', at: START, bytes: parseHex('a4094e0084ffa5e2a5e6ca3c6a') },
      'FRAME_NO_CHANNEL_ID',
    ],
    ['a cut notification', notify(0, '2a37', '16'), 'BLE_TOO_SHORT'],
    ['a cut advertisement', advertise(0, 0x006b, '3b16'), 'BLE_TOO_SHORT'],
  ])('%s', (_, event, code) => {
    expect(createUnifier().accept(event)).toEqual({ readings: [], error: expect.objectContaining({ name: 'DecodeError', code }) });
  });

  test('another kind of sensor is no fault', () => {
    expect(createUnifier().accept(ant(0, '0102030405060708', 11))).toEqual({ readings: [] });
  });
});

describe('straps', () => {
  test('are listed with what was last known of them', () => {
    const unifier = createUnifier();
    unifier.accept(ant(0, hr('00ffffff', 1024, 5, 60), 120, -55));
    unifier.accept(ant(246, hr('87558022', 1024, 5, 60)));
    unifier.accept(notify(500, '2a19', '5a'));
    expect(unifier.straps()).toEqual([
      { sensor: strap, lastHeardAt: START + 246, rssiDbm: -55, batteryPercent: 85, batteryState: 'good' },
      { sensor: ble, lastHeardAt: START + 500, batteryPercent: 90 },
    ]);
  });

  test('are forgotten after 10 minutes of event time, with their counters', () => {
    const unifier = createUnifier();
    unifier.accept(ant(0, hr('00ffffff', 1024, 5, 60)));
    unifier.accept(notify(599_999, '2a37', '003c'));
    expect(unifier.straps().map((s) => s.sensor)).toEqual([strap, ble]);
    unifier.accept(notify(600_000, '2a37', '003c'));
    expect(unifier.straps().map((s) => s.sensor)).toEqual([ble]);
  });
});

test('whatever is on the air, readings keep the contract', () => {
  const parser = createParser(Reading, 'reading');
  const page = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('hex'));
  const hex = fc.uint8Array({ minLength: 1, maxLength: 520 }).map((bytes) => Buffer.from(bytes).toString('hex'));
  const event = fc.oneof(
    fc
      .tuple(fc.nat(), page, fc.constantFrom(120, 124), fc.option(fc.integer({ min: -128, max: 127 }), { nil: undefined }))
      .map((args) => ant(...args)),
    fc.tuple(fc.nat(), fc.constantFrom('2a37' as const, '2a53' as const, '2a19' as const), hex).map((args) => notify(...args)),
    fc.tuple(fc.nat(), fc.constantFrom(0x006b, 0x0157), hex).map((args) => advertise(...args)),
  );
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const unifier = createUnifier();
      for (const e of events) for (const reading of unifier.accept(e).readings) parser.parse(reading);
    }),
  );
});

describe('the gate', () => {
  test('who is refused gives no readings, is no strap, and is told', () => {
    const unifier = createUnifier(new SensorGate({ allow: [], deny: [strap] }));
    const event = ant(0, hr('04000000', 1024, 1, 60));
    expect(unifier.accept(event)).toEqual({ readings: [], sensor: strap, refused: 'denied' });
    expect(unifier.straps()).toEqual([]);
    expect(unifier.accept({ ...notify(1, '2a37', '003c'), address: '40:11:22:33:44:55', addressType: 'random' })).toMatchObject({
      refused: 'rotating',
    });
    expect(unifier.accept(notify(2, '2a37', '003c'))).toMatchObject({ sensor: ble, readings: [{ heartRateBpm: 60 }] });
  });

  test('who comes into the room gives readings from then on', () => {
    const unifier = createUnifier(new SensorGate({ allow: [], deny: [], minRssiDbm: -80 }));
    const heard = [-95, -75, -95].map((rssiDbm, n) => unifier.accept(ant(n * 1000, hr('04000000', 1024 * n, n, 60), 120, rssiDbm)));
    expect(heard.map(({ refused, readings }) => [refused, readings.length])).toEqual([
      ['weak', 0],
      [undefined, 1],
      [undefined, 1],
    ]);
  });
});
