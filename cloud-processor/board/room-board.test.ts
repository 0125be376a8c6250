import { Board, createParser, RANKINGS } from '@pulseboard/contract';
import { emptyRoster, Roster } from '../aggregation/roster.js';
import { noTotals } from '../aggregation/totals.js';
import { readingAt, secondOf, T0 } from '../test-data/readings.js';
import { RoomBoard } from './room-board.js';

const roster = new Roster({
  ...emptyRoster,
  members: [
    { member: 'ada', nickname: 'Ada', consent: true },
    { member: 'ivo', nickname: 'Ivo', consent: false },
  ],
});
const create = () => new RoomBoard('demo', 'main', () => roster);
const beat = (ms: number, sensor = 'ant-hr-1') => readingAt(ms, { heartRateBpm: 150, sensor });
const rowOf = (board: RoomBoard, member: string, ms = 0) => board.rows(T0 + ms).find((row) => row.member === member);

test('a board of members, ranked, as the contract says', () => {
  const board = create();
  board.note(beat(0), 'ada', T0);
  board.note(beat(10, 'ant-hr-2'), 'ivo', T0);
  board.note(beat(20, 'ant-hr-9'), 'guest-ant-hr-9', T0);
  board.derived([], [secondOf(0, { member: 'ivo' })]);
  const picture = board.board('points', T0 + 100);
  expect(createParser(Board, 'board').parse(picture)).toBe(picture);
  expect(picture).toMatchObject({
    rankBy: 'points',
    session: { kind: 'open-gym', state: 'running', startedAt: T0 },
    members: [
      { rank: 1, member: 'ivo', points: 0.07, kcal: 0.2, seconds: 1, guest: false },
      { rank: 2, member: 'ada', nickname: 'Ada', points: 0, guest: false },
      { rank: 3, member: 'guest-ant-hr-9', guest: true, hrMaxAssumed: true },
    ],
  });
  expect(picture.members[0]).not.toHaveProperty('nickname');
  expect([...board.shown()]).toHaveLength(3);
});

test('a clock more than 2 s ahead is kept off the board and counted', () => {
  const board = create();
  expect(board.note(beat(2001), 'ada', T0)).toBe(false);
  expect(board.clockFaults).toBe(1);
  expect(board.session).toBeUndefined();
  expect(board.note(beat(2000), 'ada', T0)).toBe(true);
  expect(board.clockFaults).toBe(1);
});

test.each([
  ['a reading that is lost already', beat(-10_000)],
  ['a foot pod', readingAt(0, { sensor: 'ant-sdm-1', steps: 3 })],
])('%s puts nobody on the board', (_, reading) => {
  const board = create();
  expect(board.note(reading, 'ada', T0)).toBe(false);
  expect(board.rows(T0)).toEqual([]);
  expect(board.session).toBeUndefined();
});

test('members leave a minute after their last reading', () => {
  const board = create();
  board.note(beat(0), 'ada', T0);
  board.note(beat(500), 'ivo', T0 + 500);
  expect(board.tick(T0 + 59_999)).toEqual([]);
  expect(board.tick(T0 + 60_000)).toEqual(['ada']);
  expect(board.rows(T0 + 60_000).map((row) => row.member)).toEqual(['ivo']);
});

test('totals are of this room and this session, and follow what is rewritten', () => {
  const board = create();
  board.note(beat(5500), 'ada', T0 + 5500);
  board.derived([], [secondOf(4), secondOf(5), secondOf(6), secondOf(7, { room: 'studio' }), secondOf(8, { gym: 'other' })]);
  expect(rowOf(board, 'ada')).toMatchObject({ seconds: 2, points: 0.13 });
  board.derived([secondOf(6)], [secondOf(6, { pointSixtieths: 1, zone: 1 })]);
  expect(rowOf(board, 'ada')).toMatchObject({ seconds: 2, points: 0.08 });
  board.derived([secondOf(4), secondOf(5)], [secondOf(4)]);
  expect(board.totals.get('ada')).toMatchObject({ seconds: 1, beats: 3 });
});

test('a session that begins counts the seconds that stand since then, and no more of the one before', () => {
  const board = create();
  board.derived([], [secondOf(-1), secondOf(0), secondOf(1)]);
  board.note(beat(0), 'ada', T0 + 2000);
  expect(board.totals.get('ada')).toMatchObject({ seconds: 2 });
  board.derived([secondOf(1)], [secondOf(1)]);
  expect(board.totals.get('ada')).toMatchObject({ seconds: 2 });

  board.tick(T0 + 600_000);
  expect(board.session).toMatchObject({ state: 'ended', endedAt: T0 + 600_000 });
  board.derived([], [secondOf(700), secondOf(701)]);
  board.note(beat(701_000), 'ada', T0 + 702_000);
  expect(board.session).toMatchObject({ state: 'running', startedAt: T0 + 701_000 });
  expect(board.totals.get('ada')).toMatchObject({ seconds: 1 });
});

test('goes on with the session of a former process', () => {
  const before = create();
  before.note(beat(0), 'ada', T0);
  before.derived([], [secondOf(0), secondOf(1)]);
  const after = create();
  after.resume(before.session!, new Map([...before.totals].map(([member, sums]) => [member, structuredClone(sums)])), T0 + 1000);
  after.note(beat(30_000), 'ada', T0 + 30_000);
  after.derived([], [secondOf(30)]);
  expect(after.session).toBe(before.session);
  expect(rowOf(after, 'ada', 30_000)).toMatchObject({ seconds: 3, points: 0.2 });
  after.tick(T0 + 630_000);
  expect(after.session?.state).toBe('ended');
});

test('ranks in the rows agree with each ranked board', () => {
  const board = create();
  for (const [i, member] of ['ada', 'ivo', 'hana'].entries())
    board.note(readingAt(i, { heartRateBpm: 140 + i, sensor: `ant-hr-${i}` }), member, T0);
  for (const rankBy of RANKINGS) {
    const ranked = board.board(rankBy, T0).members.map(({ member, rank }) => [member, rank]);
    const rows = board.rows(T0).map(({ member, ranks }) => [member, ranks[rankBy]]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(ranked));
    expect(ranked).toHaveLength(3);
  }
});

test('a foot pod is nobody, also one that only its reading tells', () => {
  const board = create();
  const pod = readingAt(0, { sensor: 'ble-a0b1c2d3e4f5', cadenceSpm: 160 });
  expect(board.note(pod, 'guest-ble-a0b1c2d3e4f5', T0)).toBe(false);
  expect(board.rows(T0)).toEqual([]);
  expect(board.session).toBeUndefined();
});

describe('results', () => {
  const MINUTE = 60_000;
  const ENDS = 10 * MINUTE;
  const ended = () => {
    const board = create();
    board.note(beat(0), 'ada', T0);
    board.note(beat(0, 'ant-hr-2'), 'ivo', T0);
    board.derived([], [secondOf(0), secondOf(0, { member: 'ivo', zone: 5, pointSixtieths: 5 })]);
    board.tick(T0 + MINUTE);
    expect(board.rows(T0 + MINUTE)).toEqual([]);
    expect(board.results(T0 + MINUTE)).toBeUndefined();
    board.tick(T0 + ENDS);
    return board;
  };
  const order = (board: RoomBoard, ms: number) => board.results(T0 + ms)?.members.map(({ rank, member }) => `${rank} ${member}`);

  test('are of everybody in the session, also of those who left the board, for a minute after its end', () => {
    const board = ended();
    expect(board.results(T0 + ENDS)).toMatchObject({ session: { state: 'ended', startedAt: T0, endedAt: T0 + ENDS } });
    expect(order(board, ENDS)).toEqual(['1 ivo', '2 ada']);
    expect(order(board, ENDS + MINUTE - 1)).toHaveLength(2);
    expect(order(board, ENDS + MINUTE)).toBeUndefined();
  });

  test('stay while the next session begins, and what comes late of the former one is added', () => {
    const board = ended();
    board.note(beat(ENDS + 5000), 'ada', T0 + ENDS + 5000);
    board.derived([], [secondOf(605)]);
    expect(board.session).toMatchObject({ state: 'running' });
    expect(board.results(T0 + ENDS + 6000)!.members).toMatchObject([
      { member: 'ivo', seconds: 1 },
      { member: 'ada', seconds: 1 },
    ]);
    expect(rowOf(board, 'ada', ENDS + 6000)).toMatchObject({ seconds: 1 });
    board.derived([], [secondOf(1), secondOf(2)]);
    expect(order(board, ENDS + 6000)).toEqual(['1 ada', '2 ivo']);
    board.tick(T0 + ENDS + MINUTE);
    board.derived([], [secondOf(3)]);
    expect(order(board, ENDS + MINUTE)).toBeUndefined();
    expect(rowOf(board, 'ada', ENDS + MINUTE)).toMatchObject({ seconds: 1 });
  });

  test('share a rank where points are equal; who lost all seconds to somebody else is not in them', () => {
    const board = ended();
    board.derived([secondOf(0, { member: 'ivo', zone: 5, pointSixtieths: 5 })], [secondOf(0, { member: 'zoe' })]);
    expect(order(board, ENDS)).toEqual(['1 ada', '1 zoe']);
  });

  test('are none of a session in which nothing was stored', () => {
    const board = create();
    board.note(beat(0), 'ada', T0);
    board.tick(T0 + ENDS);
    expect(board.session).toMatchObject({ state: 'ended' });
    expect(order(board, ENDS)).toBeUndefined();
  });

  test('after the store was away are as it has them', () => {
    const board = ended();
    board.recount(new Map([['ada', { ...noTotals(), seconds: 7, pointSixtieths: 21, bpmTenths: 9100 }]]));
    expect(board.results(T0 + ENDS)!.members).toEqual([
      { rank: 1, member: 'ada', nickname: 'Ada', guest: false, points: 0.35, seconds: 7, meanBpm: 130 },
    ]);
  });
});
