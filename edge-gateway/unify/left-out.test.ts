import { LeftOut } from './left-out.js';
import type { Refusal } from './sensor-gate.js';

const heard = (...refusals: (Refusal | undefined)[]) => {
  const leftOut = new LeftOut();
  for (const [n, refused] of refusals.entries()) leftOut.note(`ant-hr-${n}`, n, refused);
  return leftOut;
};

test.each<[string, (Refusal | undefined)[]]>([
  ['0 straps heard, 0 left out', []],
  ['2 straps heard, 0 left out', [undefined, undefined]],
  ['2 straps heard, 2 left out by PULSEBOARD_ALLOW_SENSORS', ['unlisted', 'unlisted']],
  ['3 straps heard, 2 left out by PULSEBOARD_DENY_SENSORS and PULSEBOARD_MIN_RSSI_DBM', ['weak', undefined, 'denied']],
  ['1 strap heard, 1 left out by PULSEBOARD_DENY_SENSORS', ['rotating', 'denied']],
])('%s', (summary, refusals) => expect(heard(...refusals).summary()).toBe(summary));

test('when for a while nobody was taken it is told, once', () => {
  const leftOut = heard('unlisted', 'unlisted');
  expect(leftOut.news(9999)).toBeUndefined();
  expect(leftOut.news(10_000)).toBe(
    'Nobody is taken: 2 straps heard, 2 left out by PULSEBOARD_ALLOW_SENSORS. npm run gateway -- scan shows them.',
  );
  expect(leftOut.news(20_000)).toBeUndefined();
});

test.each([[[]], [['unlisted', undefined]], [['rotating']]] as [(Refusal | undefined)[]][])('no news of %j', (refusals) => {
  expect(heard(...refusals).news(60_000)).toBeUndefined();
});

test('a strap that came near is taken', () => {
  const leftOut = heard('weak');
  leftOut.note('ant-hr-0', 500, undefined);
  expect(leftOut.news(60_000)).toBeUndefined();
});
