import type { ReceiverState } from './radio/radio-source.js';
import { RadioWatch } from './radio-watch.js';

const at = (radio: string, state: ReceiverState['state'], fault?: string): ReceiverState => ({
  radio,
  state,
  badFrames: 0,
  restarts: 0,
  ...(fault === undefined ? {} : { fault }),
});

type Look = [nowMs: number, ...ReceiverState[]];
const stick = 'ant 1-1.4';

test.each<[string, Look[], string[]]>([
  [
    'what is found is told at once, and once',
    [
      [0, at(stick, 'searching')],
      [1000, at(stick, 'searching')],
    ],
    ['ant 1-1.4 listens'],
  ],
  [
    'who comes and goes is no news',
    [
      [0, at(stick, 'searching')],
      [1000, at(stick, 'receiving')],
      [9000, at(stick, 'searching')],
    ],
    ['ant 1-1.4 listens'],
  ],
  [
    'what is not there yet is no fault',
    [
      [0, at('ant', 'absent', 'no stick.')],
      [2999, at(stick, 'searching')],
    ],
    ['ant 1-1.4 listens'],
  ],
  [
    'what is not there is one',
    [
      [0, at('ant', 'absent', 'no stick.')],
      [3000, at('ant', 'absent', 'no stick.')],
    ],
    ['! ant is absent: no stick.'],
  ],
  [
    'pulled, plugged in again',
    [
      [0, at(stick, 'receiving')],
      [4000, at(stick, 'absent', 'unplugged.')],
      [5000, at(stick, 'absent', 'unplugged.')],
      [6000, at(stick, 'searching')],
    ],
    ['ant 1-1.4 listens', '! ant 1-1.4 is absent: unplugged.', 'ant 1-1.4 listens'],
  ],
  [
    'another fault of the same one',
    [[0], [4000, at(stick, 'absent', 'denied.')], [5000, at(stick, 'silent')]],
    ['! ant 1-1.4 is absent: denied.', '! ant 1-1.4 is silent'],
  ],
  [
    'what is listed no more is news when it is listed again',
    [[0, at(stick, 'searching')], [4000], [5000, at(stick, 'searching')]],
    ['ant 1-1.4 listens', 'ant 1-1.4 listens'],
  ],
])('%s', (_, looks, told) => {
  const heard: string[] = [];
  const watch = new RadioWatch((sentence, isFault) => heard.push(isFault ? `! ${sentence}` : sentence));
  for (const [nowMs, ...receivers] of looks) watch.look(receivers, nowMs);
  expect(heard).toEqual(told);
});
