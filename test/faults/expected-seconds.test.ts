import type { StoredReading } from '@pulseboard/cloud-processor/protocol';
import type { Board, MemberSecond } from '@pulseboard/contract';
import fc from 'fast-check';
import { compareBoard, totalsOf } from './board-totals.js';
import { demoRoster, guestsOnly } from './demo-roster.js';
import { compareSeconds, expectedSeconds } from './expected-seconds.js';

const START = 1_700_000_000_000;
const beat = (n: number, sensor = 'ant-hr-1', change: Partial<StoredReading> = {}): StoredReading => ({
  gym: 'demo',
  room: 'main',
  gateway: 'gateway-1',
  spool: 'aaaaaaaa',
  number: n + 1,
  sensor,
  at: START + 500 * n,
  heartRateBpm: 120,
  beatCount: n % 256,
  ...change,
});
const minute = Array.from({ length: 120 }, (_, n) => beat(n));

describe('the seconds that readings make', () => {
  test('each second of the class, and 5 s of hold', () => {
    const seconds = expectedSeconds(minute, guestsOnly(), Number.POSITIVE_INFINITY);
    expect(seconds.map(({ at }) => (at - START) / 1000)).toEqual(Array.from({ length: 65 }, (_, s) => s));
    expect(seconds.filter(({ held }) => held)).toHaveLength(5);
    expect(new Set(seconds.map(({ member }) => member))).toEqual(new Set(['guest-ant-hr-1']));
    expect(seconds.reduce((sum, { beats }) => sum + beats, 0)).toBe(119);
  });

  test('up to the second that was asked for', () => {
    expect(
      expectedSeconds(minute, guestsOnly(), START + 9000)
        .map(({ at }) => at)
        .at(-1),
    ).toBe(START + 9000);
  });

  test('whatever the order of the readings', () => {
    const due = expectedSeconds(minute, guestsOnly(), Number.POSITIVE_INFINITY);
    const shuffled = fc.shuffledSubarray(minute, { minLength: minute.length });
    fc.assert(
      fc.property(shuffled, (readings) => {
        expect(expectedSeconds(readings, guestsOnly(), Number.POSITIVE_INFINITY)).toEqual(due);
      }),
      { numRuns: 10 },
    );
  });

  test('two straps of one member are one second, a foot pod of nobody is none', () => {
    const both = [...minute, ...minute.map((r) => ({ ...r, gateway: 'gateway-2', spool: 'bbbbbbbb' })), beat(3, 'ant-sdm-9', { steps: 4 })];
    expect(expectedSeconds(both, guestsOnly(), Number.POSITIVE_INFINITY)).toHaveLength(65);
  });

  test('members of the simulated class are known, with their energy', () => {
    const [second] = expectedSeconds([beat(0, 'ant-hr-407919')], demoRoster(12), START);
    expect(second).toMatchObject({ member: 'ada', hrMaxBpm: 188, hrMaxAssumed: false, microKcal: expect.any(Number) });
  });
});

const seconds = expectedSeconds(minute, guestsOnly(), Number.POSITIVE_INFINITY);

describe('seconds of the store', () => {
  const name = `demo/guest-ant-hr-1 ${new Date(START + 7000).toISOString()}`;
  const changed = (change: Partial<MemberSecond>) => seconds.map((s) => (s.at === START + 7000 ? { ...s, ...change } : s));
  test.each<[string, MemberSecond[], string[]]>([
    ['the same, in any order', [...seconds].reverse(), []],
    ['a field is another one', changed({ beats: 3 }), [`${name} differs: beats 3 instead of 2`]],
    ['a field more', changed({ meanRrMs: 500 }), [`${name} differs: meanRrMs 500 instead of undefined`]],
    ['one is missing', seconds.filter(({ at }) => at !== START + 7000), [`${name} stands there 0 times`]],
    ['one stands in two rooms', [...seconds, { ...seconds[7]!, room: 'annex' }], [`${name} stands there 2 times`]],
    [
      'one too many',
      [...seconds, { ...seconds[0]!, at: START - 1000 }],
      [expect.stringMatching(/^demo\/guest-ant-hr-1 .* should not be there/) as unknown as string],
    ],
  ])('%s', (_, stored, faults) => {
    expect(compareSeconds(seconds, stored).faults).toEqual(faults);
  });
});

describe('the board', () => {
  const row = { member: 'guest-ant-hr-1', ...totalsOf(seconds.slice(10)) } as Board['members'][number];
  const board = (change: object): Board => ({
    gym: 'demo',
    room: 'main',
    at: START,
    rankBy: 'points',
    session: { gym: 'demo', room: 'main', session: 'x', kind: 'open-gym', state: 'running', startedAt: START + 10_400 },
    members: [{ ...row, ...change }],
  });

  test('shows the sums of the seconds of its session', () => {
    expect(row).toMatchObject({ seconds: 55, points: 1.83 });
    expect(row).not.toHaveProperty('steps');
    expect(compareBoard(board({}), seconds)).toEqual([]);
  });

  test.each([{ points: 1.84 }, { seconds: 54 }, { steps: 1 }, { kcal: 0 }])('is told when it shows %j', (change) => {
    expect(compareBoard(board(change), seconds)).toHaveLength(1);
  });
});
