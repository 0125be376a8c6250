import { InfluxAwayError, InfluxBusyError } from './influx-errors.js';
import { Patience } from './patience.js';

/** Time passes when somebody waits. */
function patient(mostMs = 10_000) {
  const waits: number[] = [];
  let now = 0;
  const patience = new Patience({
    monotonic: () => now,
    sleep: async (ms) => {
      waits.push(ms);
      now += ms;
    },
    mostMs,
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { patience, waits, pass };
}

/** Fails some times, then answers. */
function busy(...afterMs: (number | undefined)[]) {
  let calls = 0;
  const request = async () => {
    if (calls++ < afterMs.length) throw new InfluxBusyError('busy', afterMs[calls - 1]);
    return 'answered';
  };
  return { request, calls: () => calls };
}

test('waits as long as it is asked to, then asks again', async () => {
  const { patience, waits } = patient();
  const { request, calls } = busy(2000, 3000);
  expect(await patience.with(request)).toBe('answered');
  expect([waits, calls()]).toEqual([[2000, 3000], 3]);
});

test('who is told no time waits a second, and who is told none does not ask in a loop', async () => {
  const { patience, waits } = patient();
  await patience.with(busy(undefined, 0).request);
  expect(waits).toEqual([1000, 100]);
});

test('gives up what takes too long, and until then asks nobody; a time beyond all reason is cut', async () => {
  const { patience, waits, pass } = patient();
  await expect(patience.with(busy(86_400_000).request)).rejects.toThrow('busy; it asks to wait for 60 s');
  const { request, calls } = busy();
  await expect(patience.with(request)).rejects.toThrow(InfluxBusyError);
  expect([waits, calls()]).toEqual([[], 0]);
  pass(55_000);
  expect(await patience.with(request)).toBe('answered');
  expect(waits).toEqual([5000]);
});

test('the waits for one request have a bound together', async () => {
  const { patience, waits } = patient(5000);
  await expect(patience.with(busy(2000, 2000, 2000, 2000).request)).rejects.toThrow(InfluxBusyError);
  expect(waits).toEqual([2000, 2000]);
});

test('other faults are passed on at once', async () => {
  const { patience, waits } = patient();
  const away = new InfluxAwayError('away');
  await expect(patience.with(() => Promise.reject(away))).rejects.toBe(away);
  expect(waits).toEqual([]);
});
