import type { MemberSecond } from '@pulseboard/contract';
import { createUnifier, type RadioEvent } from '@pulseboard/edge-gateway/parts';
import fc from 'fast-check';
import { guestsOnly } from './faults/demo-roster.js';
import { expectedSeconds } from './faults/expected-seconds.js';

const START = 1_700_000_000_000;
const where = { gym: 'demo', room: 'main', gateway: 'gateway-1', spool: 'spoolone' };

/** From what is on the air to the stored seconds, by the gateway's own unifier and the processor's own derivation. */
function secondsOf(events: readonly RadioEvent[]): MemberSecond[] {
  const unifier = createUnifier();
  const readings = events.flatMap((event) => unifier.accept(event).readings);
  return expectedSeconds(
    readings.map((reading, i) => ({ ...reading, ...where, number: i + 1 })),
    guestsOnly(),
    Number.POSITIVE_INFINITY,
  );
}
const beatsIn = (seconds: readonly MemberSecond[]) => seconds.reduce((sum, { beats }) => sum + beats, 0);
const spanS = (seconds: readonly MemberSecond[]) => (seconds.length ? (seconds.at(-1)!.at - seconds[0]!.at) / 1000 + 1 : 0);

function ant(ms: number, page: readonly number[]): RadioEvent {
  const head = [0xa4, 14, 0x4e, 0, ...page, 0x80, 0x52, 0x62, 120, 0x71];
  return { kind: 'ant-frame', at: START + ms, bytes: Uint8Array.from([...head, head.reduce((xor, byte) => xor ^ byte, 0)]) };
}
const notify = (ms: number, hex: string): RadioEvent => ({
  kind: 'ble-notification',
  at: START + ms,
  address: 'A0:B1:C2:D3:E4:F5',
  characteristic: '2a37',
  bytes: Uint8Array.from(Buffer.from(hex, 'hex')),
});
const advertise = (ms: number, hex: string): RadioEvent => ({
  kind: 'ble-advertisement',
  at: START + ms,
  address: 'A0:B1:C2:D3:E4:F5',
  companyId: 0x6b,
  bytes: Uint8Array.from(Buffer.from(hex, 'hex')),
});

/** Page 4 of a strap that beats once a second, as it is at a moment. */
function pageAt(ms: number, toggle: boolean): number[] {
  const count = Math.floor(ms / 1000);
  const [now, before] = [count * 1024, (count - 1) * 1024].map((ticks) => ticks & 0xffff) as [number, number];
  return [toggle ? 0x84 : 4, 0xff, before & 0xff, before >> 8, now & 0xff, now >> 8, count & 0xff, 60];
}
const PERIOD_MS = 250;
const times = (fromS: number, toS: number) =>
  Array.from({ length: ((toS - fromS) * 1000) / PERIOD_MS }, (_, i) => fromS * 1000 + i * PERIOD_MS);
const toggleAt = (ms: number) => Math.floor(ms / PERIOD_MS / 4) % 2 === 1;

test.each([
  ['all FF', [0xff, 0xff, 0xff, 0xff]],
  ['FF in time and count', [0xff, 0xff, 0xff, 60]],
  ['all 0', [0, 0, 0, 0]],
])('a page 4 whose heartbeat is %s for 10 s adds no beat', (_, heartbeat) => {
  for (const first of [0, 180, 230, 245]) {
    const events = times(first, first + 78).map((ms) => {
      const isEmpty = ms >= (first + 34) * 1000 && ms < (first + 44) * 1000;
      return ant(ms, isEmpty ? [toggleAt(ms) ? 0x84 : 4, 0xff, 0xff, 0xff, ...heartbeat] : pageAt(ms, toggleAt(ms)));
    });
    const beats = beatsIn(secondsOf(events));
    expect(beats).toBeLessThanOrEqual(68);
    expect(beats).toBeGreaterThanOrEqual(65);
  }
});

test('pages without a heartbeat among others cost no beat', () => {
  const events = times(0, 60).map((ms, i) => ant(ms, i % 3 === 1 ? [4, 255, 255, 255, 255, 255, 255, 255] : pageAt(ms, toggleAt(ms))));
  expect(beatsIn(secondsOf(events))).toBe(59);
});

test('"no contact" with intervals that agree with the heart rate: each second counts', () => {
  const events = Array.from({ length: 60 }, (_, s) => notify(s * 1000, '14627302'));
  expect(secondsOf(events).filter(({ held }) => !held)).toHaveLength(60);
});

test('an interval of 5 ticks is no beat, and not in the mean', () => {
  const seconds = secondsOf(Array.from({ length: 30 }, (_, s) => notify(s * 1000, '103c05000004')));
  for (const second of seconds.filter(({ held }) => !held)) expect(second).toMatchObject({ beats: 1, meanRrMs: 1000 });
});

test('a Polar advertisement that stands still for 300 s after 60 s of use ends after about 65 s', () => {
  const used = times(0, 60).map((ms) => {
    const s = Math.floor(ms / 1000);
    return advertise(ms, Buffer.of(0x23 | ((s & 7) << 2), 0, 120, 120).toString('hex'));
  });
  const still = times(60, 360).map((ms) => advertise(ms, '2f007878'));
  const seconds = secondsOf([...used, ...still]);
  expect(seconds.length).toBeGreaterThanOrEqual(64);
  expect(seconds.length).toBeLessThanOrEqual(69);
});

describe('whatever a strap sends, at most four beats a second are counted', () => {
  test('Bluetooth', () => {
    const any = fc.record({ waitMs: fc.oneof(fc.constant(1000), fc.nat(2500)), bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }) });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), (list) => {
        let ms = 0;
        const events = list.map(({ waitMs, bytes }) => {
          ms += waitMs;
          return notify(ms, `10${Buffer.from(bytes).toString('hex')}`);
        });
        const seconds = secondsOf(events);
        expect(Math.max(0, ...seconds.map(({ beats }) => beats))).toBeLessThanOrEqual(4);
      }),
    );
  });

  test('ANT+', () => {
    const any = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((page) => {
      page[7] = 60;
      return page;
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 20, maxLength: 160 }), (pages) => {
        const seconds = secondsOf(pages.map((page, i) => ant(i * PERIOD_MS, [...page])));
        // A counter may be ahead by the slack that receivers with different clocks need, in each window of a second's derivation.
        expect(Math.max(0, ...seconds.map(({ beats }) => beats))).toBeLessThanOrEqual(4 + 3);
        expect(beatsIn(seconds)).toBeLessThanOrEqual(4 * spanS(seconds) + 3);
      }),
    );
  });
});
