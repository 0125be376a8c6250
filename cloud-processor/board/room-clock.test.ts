import { RoomClock } from './room-clock.js';

const T0 = 1_800_000_000_000;

/** Each gateway sends four batches a second; `lateMs` is the processor's clock minus the gateway's. */
function heard(lateMs: Record<string, number>, seconds = 5, clock = new RoomClock(), fromMs = 0): RoomClock {
  for (let ms = fromMs; ms < fromMs + seconds * 1000; ms += 250)
    for (const [gateway, late] of Object.entries(lateMs))
      clock.note({ gateway, sentAt: T0 + ms - late, now: T0 + ms + (ms % 500) / 10, monotonicMs: ms });
  return clock;
}

test.each<[name: string, lateMs: Record<string, number>, offsetMs: number]>([
  ['they agree with the processor', { a: 0, b: 100 }, 0],
  ['the processor is 3 s behind', { a: -3000 }, 3000],
  ['it is 3 s behind two gateways', { a: -3000, b: -2600 }, 3000],
  ['it is 15 s ahead', { a: 15_000, b: 15_400 }, -15_000],
  ['it is a minute ahead', { a: 60_000 }, -60_000],
  ['one of two gateways differs', { a: 0, b: -3000 }, 0],
  ['both differ, and not alike', { a: 15_000, b: -3000 }, 0],
  ['it is ten hours ahead: that is never followed', { a: 36_000_000 }, 0],
  ['a gateway is ten hours ahead', { a: -36_000_000 }, 0],
])('%s', (_, lateMs, offsetMs) => expect(Math.abs(heard(lateMs).offsetMs - offsetMs)).toBeLessThanOrEqual(50));

test('nothing is followed on the word of a moment', () => {
  expect(heard({ a: -3000 }, 2).offsetMs).toBe(0);
});

test('batches that were held up for a while are no difference', () => {
  const clock = heard({ a: 0 });
  expect(heard({ a: 8000 }, 6, clock, 5000).offsetMs).toBe(0);
});

test('when the processor is set right the board goes on with its clock', () => {
  for (const before of [-3000, 15_000]) expect(heard({ a: 0 }, 12, heard({ a: before }, 10), 10_000).offsetMs).toBe(0);
});

test('a gateway that is gone has no say any more', () => {
  const clock = heard({ a: 0, b: -3000 });
  expect(heard({ b: -3000 }, 12, clock, 5000).offsetMs).toBe(3000);
  clock.look(60_000);
  expect(clock.offsetMs).toBe(0);
});
