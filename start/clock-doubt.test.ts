import { type ClockDoubtOptions, watchClock } from './clock-doubt.js';

const NOW = 1_800_000_000_000;
const answered = () => new Promise((resolve) => setImmediate(resolve));

test.each<[name: string, wallMs: number, isNtp: boolean, isPlausible: boolean, reason: RegExp | undefined]>([
  ['NTP has set it', NOW, true, false, undefined],
  ['it is plausible', NOW, false, true, undefined],
  ['neither', NOW, false, false, /may be wrong/],
  ['it stands in 1970, whatever NTP says', 5000, true, true, /says 1970/],
  ['it stands in 2106', 4_294_967_295_000, true, true, /says 2106/],
])('a processor whose clock is such that %s', async (_, wallMs, isNtp, isPlausible, reason) => {
  let ask = () => {};
  let isStopped = false;
  const options: ClockDoubtOptions = {
    wall: () => wallMs,
    isPlausible: () => isPlausible,
    isNtpSynchronized: async () => isNtp,
    every(run) {
      ask = run;
      return () => {
        isStopped = true;
      };
    },
  };
  const doubt = watchClock(options);
  ask();
  await answered();
  if (reason) expect(doubt.reason()).toMatch(reason);
  else expect(doubt.reason()).toBeUndefined();
  doubt.close();
  expect(isStopped).toBe(true);
});
