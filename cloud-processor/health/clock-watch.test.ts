import { ClockWatch } from './clock-watch.js';

const of = (gateway: string, room = 'main') => ({ gym: 'demo', room, gateway });
interface Second {
  lateMs: number;
  off: number;
}
function watched(seconds: number, { lateMs, off }: Second, room = 'main', watch = new ClockWatch()): ClockWatch {
  for (let ms = 0; ms < seconds * 1000; ms += 250) watch.note({ of: of('gateway-1', room), lateMs, readings: 10, off, monotonicMs: ms });
  return watch;
}

test.each([
  [-3000, /processor's clock is 3\.0 s behind that of gateway "gateway-1" \(demo\/main\).*in its future/],
  [15_000, /processor's clock is 15\.0 s ahead of that of gateway "gateway-1" \(demo\/main\).*too old/],
])('a processor that is %p ms off is named after 10 s', (lateMs, sentence) => {
  expect(watched(9, { lateMs, off: 10 }).problems(9000)).toEqual([]);
  const problems = watched(12, { lateMs, off: 10 }).problems(12_000);
  expect(problems).toEqual([{ code: 'processor-clock-differs', sentence: expect.stringMatching(sentence), stopsData: true }]);
});

test('some readings that are off, or one room of two, are as they are', () => {
  expect(watched(30, { lateMs: 100, off: 5 }).problems(30_000)).toEqual([]);
  const watch = watched(12, { lateMs: -3000, off: 10 }, 'studio', watched(12, { lateMs: 0, off: 0 }));
  expect(watch.problems(12_000).map(({ sentence }) => sentence)).toEqual([expect.stringContaining('demo/studio')]);
});

test('it is over when readings are right again, and when none come any more', () => {
  const watch = watched(12, { lateMs: -3000, off: 10 });
  expect(watch.problems(12_000)).toHaveLength(1);
  expect(watch.problems(40_000)).toEqual([]);
  watch.note({ of: of('gateway-1'), lateMs: 0, readings: 10, off: 0, monotonicMs: 13_000 });
  watch.note({ of: of('gateway-1'), lateMs: 0, readings: 10, off: 0, monotonicMs: 14_000 });
  expect(watch.problems(14_000)).toEqual([]);
});
