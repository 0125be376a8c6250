import { ReplayInFutureError, timeOf } from './time.js';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const replay = { kind: 'replay', durationMs: HOUR } as const;
const simulated = { kind: 'simulated', durationMs: 0 } as const;

test.each([
  ['a simulated class', 'simulated', undefined, 1, simulated, false, { kind: 'wall', joins: false, first: NOW }],
  ['a replay ends now', 'replay', undefined, 60, replay, false, { kind: 'virtual', joins: false, first: NOW - HOUR }],
  ['a replay of the past', 'replay', NOW - 9 * HOUR, 1, replay, true, { kind: 'virtual', joins: false, first: NOW - 9 * HOUR }],
  ['a gateway alone joins a replay that goes on', 'replay', NOW - 1000, 1, replay, true, { kind: 'wall', joins: true, first: NOW - 1000 }],
  ['a gateway alone joins a class', 'simulated', NOW - 1000, 1, simulated, true, { kind: 'wall', joins: true, first: NOW - 1000 }],
  ['a class is caught up with', 'simulated', NOW - HOUR, 200, simulated, true, { kind: 'virtual', joins: false, first: NOW - HOUR }],
  [
    'with everything in one process a class of the past is played from its begin',
    'simulated',
    NOW - HOUR,
    1,
    simulated,
    false,
    { kind: 'virtual', joins: false, first: NOW - HOUR },
  ],
  ['a processor alone', 'replay', undefined, 60, undefined, false, { kind: 'wall', joins: false, first: NOW }],
] as const)('%s', (_, radio, startAt, replaySpeed, plan, alone, expected) => {
  const { kind, joins, begin } = timeOf({ radio, startAt, replaySpeed }, plan, alone, () => NOW);
  expect({ kind, joins, first: begin() }).toEqual(expected);
});

test('a virtual clock stands still until the radio begins, and ends as the clock of the wall', () => {
  let wall = NOW;
  const time = timeOf({ radio: 'replay', startAt: undefined, replaySpeed: 60 }, replay, false, () => wall);
  wall += 5000;
  expect(time.clock()).toBe(NOW - HOUR);
  time.begin();
  wall += 1000;
  expect(time.clock()).toBe(NOW - HOUR + 60_000);
  wall += HOUR;
  expect(time.clock()).toBe(wall);
});

test('a recording does not end in the future where the board is in the same process, nor faster than life', () => {
  const settings = { radio: 'replay', startAt: NOW - 1000, replaySpeed: 1 } as const;
  expect(() => timeOf(settings, replay, false, () => NOW)).toThrow(ReplayInFutureError);
  expect(() => timeOf({ ...settings, replaySpeed: 2 }, replay, true, () => NOW)).toThrow(ReplayInFutureError);
});
