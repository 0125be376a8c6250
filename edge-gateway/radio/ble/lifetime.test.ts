import { BluetoothError } from './bluetooth-error.js';
import { Lifetime } from './lifetime.js';

/** Timers that run when told. */
function manualTimers() {
  const due = new Map<() => void, number>();
  return {
    due,
    schedule(run: () => void, delayMs: number) {
      due.set(run, delayMs);
      return () => due.delete(run);
    },
    runAll() {
      for (const run of [...due.keys()]) if (due.delete(run)) run();
    },
  };
}

const END = new BluetoothError('ENDED', 'over');
const never = new Promise<never>(() => {});

test('work settles as it settles', async () => {
  const { schedule, due } = manualTimers();
  const lifetime = new Lifetime(schedule);
  await expect(lifetime.within(1000, 'it', Promise.resolve(1))).resolves.toBe(1);
  await expect(lifetime.within(1000, 'it', Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(due.size).toBe(0);
});

test('work that takes too long is given up, and nobody minds when it fails later', async () => {
  const { schedule, runAll, due } = manualTimers();
  let fail: (error: Error) => void = () => {};
  const waiting = new Lifetime(schedule).within(
    1500,
    'the strap',
    new Promise((_, reject) => {
      fail = reject;
    }),
  );
  runAll();
  await expect(waiting).rejects.toMatchObject({ code: 'TIMED_OUT', message: 'the strap did not answer within 1.5 s' });
  fail(new Error('much later'));
  expect(due.size).toBe(0);
});

test('the end ends everything, for the first reason', async () => {
  const { schedule, due } = manualTimers();
  const lifetime = new Lifetime(schedule);
  const waits = [lifetime.within(1000, 'it', never), lifetime.race(never), lifetime.sleep(1000)].map((wait) =>
    wait.catch((error) => error),
  );
  lifetime.after(1000, () => {
    throw new Error('it ran');
  });
  lifetime.end(END);
  lifetime.end(new BluetoothError('SILENT', 'too late'));
  expect(await Promise.all(waits)).toEqual([END, END, END]);
  expect(due.size).toBe(0);
  expect(lifetime.isOver).toBe(true);
});

test('after the end nothing begins', async () => {
  const { schedule, due } = manualTimers();
  const lifetime = new Lifetime(schedule);
  lifetime.end(END);
  lifetime.after(1, () => {});
  await expect(lifetime.sleep(1)).rejects.toBe(END);
  await expect(lifetime.within(1, 'it', Promise.reject(new Error('no')))).rejects.toBeInstanceOf(Error);
  expect(due.size).toBe(0);
});

test('a sleep is woken, a cancelled timer does not run', async () => {
  const { schedule, due, runAll } = manualTimers();
  const lifetime = new Lifetime(schedule);
  const asleep = lifetime.sleep(1000);
  lifetime.wake();
  await asleep;
  let runs = 0;
  const cancel = lifetime.after(1, () => runs++);
  lifetime.after(2, () => runs++);
  cancel();
  runAll();
  expect(runs).toBe(1);
  expect(due.size).toBe(0);
});
