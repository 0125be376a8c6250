import { antTimings } from './ant-timings.js';
import { BackOff } from './back-off.js';
import { StickWatch } from './stick-watch.js';

const S = 1000;

/** Does what the watch says for a while. @returns each step but waiting, with its second */
function stepsOf(watch: StickWatch, fromS: number, toS: number, stick: { answers: boolean; framesAtS?: number[] }): string[] {
  const steps: string[] = [];
  for (let now = fromS * S; now < toS * S; ) {
    if (stick.framesAtS?.includes(now / S)) {
      watch.heard(now);
      watch.heardFrame(now);
    }
    const { step, inMs } = watch.next(now);
    if (step !== 'wait') steps.push(`${now / S} ${step}`);
    if (step === 'mute') return steps;
    if (step === 'renew') watch.setUp(now);
    if (step === 'ask' && stick.answers) watch.heard(now);
    now += step === 'ask' && stick.answers ? S : Math.max(1, Math.min(inMs, S));
  }
  return steps;
}

function watchFrom(now: number): StickWatch {
  const watch = new StickWatch(antTimings);
  watch.setUp(now);
  return watch;
}

test('a stick that hands over frames is let alone', () => {
  const framesAtS = Array.from({ length: 300 }, (_, i) => i);
  expect(stepsOf(watchFrom(0), 0, 300, { answers: true, framesAtS })).toEqual([]);
});

test('one that says nothing is asked after 10 s, and is mute after 2 s without an answer', () => {
  expect(stepsOf(watchFrom(0), 0, 60, { answers: false })).toEqual(['10 ask', '12 mute']);
});

test('one that answers is asked every 10 s, and set up anew after 60 s', () => {
  expect(stepsOf(watchFrom(0), 0, 75, { answers: true })).toEqual(['10 ask', '20 ask', '30 ask', '40 ask', '50 ask', '60 renew', '70 ask']);
});

test('while nobody is heard the time between renewals doubles to 10 minutes; a night costs some ten an hour, a frame begins anew', () => {
  const watch = watchFrom(0);
  const renewals = (fromS: number, toS: number, framesAtS: number[] = []) =>
    stepsOf(watch, fromS, toS, { answers: true, framesAtS }).filter((step) => step.endsWith('renew'));
  expect(renewals(0, 3600)).toEqual([
    '60 renew',
    '180 renew',
    '420 renew',
    '900 renew',
    '1500 renew',
    '2100 renew',
    '2700 renew',
    '3300 renew',
  ]);
  expect(renewals(3600, 3800, [3700])).toEqual(['3760 renew']);
});

test('an answer may lie unread in a process that was held up: it asks again', () => {
  const watch = watchFrom(0);
  expect(watch.next(10 * S).step).toBe('ask');
  expect(watch.next(300 * S).step).toBe('renew');
  watch.setUp(300 * S);
  expect(watch.next(310 * S).step).toBe('ask');
  expect(watch.next(314 * S).step).toBe('ask');
  expect(watch.next(316 * S).step).toBe('mute');
});

test('it has lasted 10 s after it was set up, and receives for 10 s after a frame', () => {
  const watch = watchFrom(0);
  expect([watch.hasLasted(9 * S), watch.hasLasted(10 * S), watch.isReceiving(0)]).toEqual([false, true, false]);
  watch.heard(S);
  watch.heardFrame(S);
  expect([watch.isReceiving(10 * S), watch.isReceiving(11 * S)]).toEqual([true, false]);
  watch.setUp(12 * S);
  expect(watch.hasLasted(13 * S)).toBe(false);
});

test.each([
  [0, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
  [1, [2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]],
])('waits grow from 1 s to 60 s, with jitter (random %d)', (random, expected) => {
  const backOff = new BackOff(antTimings, () => random);
  expect(expected.map(() => backOff.nextMs())).toEqual(expected);
  backOff.reset();
  expect(backOff.nextMs()).toBe(expected[0]);
});
