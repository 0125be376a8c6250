import { createPump, type PumpOptions } from './pump.js';
import type { RadioEvent } from './radio-source.js';

const eventAt = (at: number): RadioEvent => ({ kind: 'ant-frame', at, bytes: Uint8Array.of(at) });

/** A radio on hand-cranked time. */
function rig(times: Iterable<number>, options: Partial<PumpOptions> = {}, endsAt?: number) {
  let now = 0;
  const timers: { run: () => void; delayMs: number }[] = [];
  const handed: number[] = [];
  const events = (function* () {
    for (const at of times) yield eventAt(at);
  })();
  const schedule: PumpOptions['schedule'] = (run, delayMs) => {
    const timer = { run, delayMs };
    timers.push(timer);
    return () => timers.splice(timers.indexOf(timer), 1);
  };
  const radio = createPump('test', events, { clock: () => now, schedule, stopwatch: () => 0, ...options }, endsAt);
  return {
    radio,
    handed,
    timers,
    start: () => radio.start((event) => handed.push(event.at)),
    tickAt(at: number) {
      now = at;
      timers.shift()!.run();
    },
  };
}

it('hands over what the clock has reached, with its own time', () => {
  const { start, handed, tickAt, timers } = rig([1, 5, 5, 9]);
  start();
  expect(handed).toEqual([]);
  expect(timers[0]!.delayMs).toBe(10);
  tickAt(5);
  expect(handed).toEqual([1, 5, 5]);
  tickAt(8);
  tickAt(100);
  expect(handed).toEqual([1, 5, 5, 9]);
});

it('searches, receives, and is silent at the end', async () => {
  const { radio, start, tickAt, timers } = rig([5], {}, 20);
  start();
  expect(radio.receivers()[0]!.state).toBe('searching');
  tickAt(5);
  tickAt(19);
  expect(radio.receivers()[0]!.state).toBe('receiving');
  tickAt(20);
  expect(radio.receivers()[0]!.state).toBe('silent');
  expect(timers).toEqual([]);
  await expect(radio.ended).resolves.toBe('finished');
});

it('holds events back while downstream is not ready, and skips none', () => {
  let room = 2;
  const { start, handed, tickAt } = rig([1, 2, 3, 4], { ready: () => room-- > 0 });
  start();
  tickAt(10);
  expect(handed).toEqual([1, 2]);
  room = 9;
  tickAt(20);
  expect(handed).toEqual([1, 2, 3, 4]);
});

it('leaves out what was on the air before it starts, when it is told to', async () => {
  const times = [-2000, -1, 0, 3];
  const { start, handed, tickAt } = rig(times, { skipPast: true });
  start();
  expect(handed).toEqual([0]);
  tickAt(5);
  expect(handed).toEqual([0, 3]);

  const all = rig(times);
  all.start();
  expect(all.handed).toEqual([-2000, -1, 0]);

  const over = rig([-2000, -1], { skipPast: true });
  over.start();
  await expect(over.radio.ended).resolves.toBe('finished');
  expect(over.handed).toEqual([]);
});

it('lets the event loop breathe after 10 ms of work, and goes on at once', () => {
  let workedMs = 0;
  const { start, handed, tickAt, timers } = rig(Array(1000).fill(1), { stopwatch: () => workedMs++ * 6 });
  start();
  tickAt(1);
  expect(handed.length).toBe(64);
  expect(timers[0]!.delayMs).toBe(0);
  while (handed.length < 1000) tickAt(1);
});

it('close stops it for good, also from within an event', async () => {
  const idle = rig([5]);
  idle.start();
  await idle.radio.close();
  expect(idle.timers).toEqual([]);
  await expect(idle.radio.ended).resolves.toBe('closed');

  const busy = rig([1, 2, 3]);
  busy.radio.start((event) => {
    busy.handed.push(event.at);
    void busy.radio.close();
  });
  busy.tickAt(9);
  expect(busy.handed).toEqual([1]);
  expect(busy.timers).toEqual([]);
});

it('hands over what fault injection makes of an event', () => {
  const bytes: Uint8Array[] = [];
  const { radio, tickAt } = rig([7], { mutateFrame: (event) => ({ ...event, bytes: Uint8Array.of(0xff) }) });
  radio.start((event) => bytes.push(event.bytes));
  tickAt(7);
  expect(bytes).toEqual([Uint8Array.of(0xff)]);
});

it('runs on the timers of the process', async () => {
  const at: number[] = [];
  const radio = createPump('test', [eventAt(1), eventAt(2)], { clock: () => 2, tickMs: 1 });
  radio.start((event) => at.push(event.at));
  await expect(radio.ended).resolves.toBe('finished');
  expect(at).toEqual([1, 2]);
});
