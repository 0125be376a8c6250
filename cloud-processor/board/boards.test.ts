import { emptyRoster, Roster } from '../aggregation/roster.js';
import { readingAt, secondOf, T0 } from '../test-data/readings.js';
import { Boards } from './boards.js';

const roster = new Roster({ ...emptyRoster, assignments: [{ sensor: 'ant-hr-1', member: 'ada', from: 0 }] });
const create = () => new Boards(() => roster);
const beat = (ms: number, room = 'floor', fields = {}) =>
  readingAt(ms, { heartRateBpm: 150, room, gateway: `gateway-of-${room}`, ...fields });
/** Hears a reading when it is made. */
const note = (boards: Boards, ms: number, room?: string) => boards.note(beat(ms, room), T0 + ms);
const roomsOf = (boards: Boards) => [...boards.all()].filter((board) => [...board.shown()].length > 0).map((board) => board.room);

test('members by their strap, guests by theirs, foot pods not at all', () => {
  const boards = create();
  expect(note(boards, 0)?.room).toBe('floor');
  boards.note(beat(0, 'floor', { sensor: 'ant-hr-7' }), T0);
  expect(boards.note(readingAt(0, { sensor: 'ant-sdm-9', steps: 1 }), T0)).toBeUndefined();
  expect([...boards.of('demo', 'floor').shown()].map((each) => each.member)).toEqual(['ada', 'guest-ant-hr-7']);
});

test('stands on one board though two rooms hear the strap', () => {
  const boards = create();
  for (let ms = 0; ms < 9000; ms += 1000) {
    note(boards, ms);
    note(boards, ms + 500, 'studio');
    expect(roomsOf(boards)).toEqual(['floor']);
  }
});

test('moves to where it is heard when its room hears it no more', () => {
  const boards = create();
  note(boards, 0);
  note(boards, 9999, 'studio');
  expect(roomsOf(boards)).toEqual(['floor']);
  note(boards, 10_000, 'studio');
  expect(roomsOf(boards)).toEqual(['studio']);
});

test('moves with the seconds that are derived, but not for old or held ones', () => {
  const boards = create();
  note(boards, 30_000);
  boards.derived([], [secondOf(19, { room: 'studio' })]);
  boards.derived([], [secondOf(30, { room: 'studio', held: true })]);
  expect(roomsOf(boards)).toEqual(['floor']);
  boards.derived([], [secondOf(30, { room: 'studio' })]);
  expect(roomsOf(boards)).toEqual([]);
  note(boards, 31_000);
  expect(roomsOf(boards)).toEqual(['studio']);
});

test('each room gets the seconds of its own', () => {
  const boards = create();
  note(boards, 0);
  boards.note(beat(0, 'studio', { sensor: 'ant-hr-7' }), T0);
  boards.derived([], [secondOf(1, { room: 'floor' }), secondOf(2, { room: 'studio' })]);
  boards.derived([secondOf(1, { room: 'floor' })], [secondOf(1, { room: 'studio' })]);
  expect(boards.of('demo', 'floor').totals.get('ada')).toMatchObject({ seconds: 0, beats: 0 });
  expect(boards.of('demo', 'studio').totals.get('ada')).toMatchObject({ seconds: 2, beats: 6 });
});

test('a clock that is ahead is counted where it is, and pins nobody to that room', () => {
  const boards = create();
  note(boards, 0);
  expect(boards.note(beat(3_600_000, 'studio'), T0 + 500)).toBeUndefined();
  expect(boards.of('demo', 'studio').clockFaults).toBe(1);
  note(boards, 1000);
  expect(roomsOf(boards)).toEqual(['floor']);
  expect(boards.note(beat(3_600_000), T0 + 1500)).toBeUndefined();
  note(boards, 20_000, 'studio');
  expect(roomsOf(boards)).toEqual(['studio']);
});

test('tells who left which room, once', () => {
  const boards = create();
  note(boards, 0);
  expect(boards.tick(T0 + 59_999)).toEqual([]);
  expect(boards.tick(T0 + 60_000)).toEqual([{ gym: 'demo', room: 'floor', member: 'ada' }]);
  expect(boards.tick(T0 + 60_000)).toEqual([]);
  note(boards, 61_000, 'studio');
  expect(roomsOf(boards)).toEqual(['studio']);
});

describe('when straps change hands', () => {
  let who: Roster;
  const worn = (boards: Boards) =>
    [...boards.all()]
      .flatMap((board) => board.rows(T0).map(({ member, sensor, bpm }) => `${board.room} ${member} ${sensor} ${bpm}`))
      .sort();
  const unlinked = new Roster(emptyRoster);
  const linked = new Roster({ ...emptyRoster, links: [{ sensor: 'ble-a', twin: 'ant-hr-7', from: 0 }] });
  const assigned = new Roster({
    ...emptyRoster,
    links: [{ sensor: 'ble-a', twin: 'ant-hr-7', from: 0 }],
    assignments: [{ sensor: 'ble-a', member: 'ada', from: 0 }],
  });
  const hear = (boards: Boards, ms: number, sensor: string, room = 'floor', bpm = 150) =>
    boards.note(beat(ms, room, { sensor, heartRateBpm: bpm }), T0 + ms);
  let boards: Boards;
  beforeEach(() => {
    who = unlinked;
    boards = new Boards(() => who);
  });

  test('of two who are one the guest of the Bluetooth sensor goes at once, and does not come back', () => {
    hear(boards, 0, 'ant-hr-7');
    hear(boards, 1, 'ble-a');
    hear(boards, 2, 'ant-hr-9');
    who = linked;
    expect(boards.regroup('demo')).toEqual([{ gym: 'demo', room: 'floor', member: 'guest-ble-a' }]);
    hear(boards, 500, 'ble-a');
    expect(worn(boards)).toEqual(['floor guest-ant-hr-7 ant-hr-7 150', 'floor guest-ant-hr-9 ant-hr-9 150']);
    expect(boards.regroup('demo')).toEqual([]);
  });

  test('also when they stood on two boards', () => {
    hear(boards, 0, 'ant-hr-7');
    hear(boards, 1, 'ble-a', 'studio');
    who = linked;
    expect(boards.regroup('demo')).toEqual([{ gym: 'demo', room: 'studio', member: 'guest-ble-a' }]);
    hear(boards, 500, 'ble-a', 'studio');
    expect(worn(boards)).toEqual(['floor guest-ant-hr-7 ant-hr-7 150']);
  });

  test('who is shown by the one sensor alone stays, under the name that counts now', () => {
    for (let s = 0; s < 3; s++) hear(boards, s * 1000, 'ble-a', 'floor', 150 + s);
    who = linked;
    expect(boards.regroup('demo')).toEqual([{ gym: 'demo', room: 'floor', member: 'guest-ble-a' }]);
    expect(worn(boards)).toEqual(['floor guest-ant-hr-7 ble-a 152']);
    expect(
      boards
        .of('demo', 'floor')
        .recentBpm('guest-ant-hr-7', T0 + 2000)!
        .slice(-3),
    ).toEqual([150, 151, 152]);
    // It is at home in its room as before.
    hear(boards, 2500, 'ant-hr-7', 'studio');
    expect(worn(boards)).toEqual(['floor guest-ant-hr-7 ble-a 152']);
    expect(boards.tick(T0 + 70_000)).toEqual([{ gym: 'demo', room: 'floor', member: 'guest-ant-hr-7' }]);
  });

  test('parted, who is shown stays, and the other one appears with the next reading', () => {
    who = linked;
    hear(boards, 0, 'ant-hr-7');
    who = unlinked;
    expect(boards.regroup('demo')).toEqual([]);
    hear(boards, 500, 'ble-a');
    expect(worn(boards)).toEqual(['floor guest-ant-hr-7 ant-hr-7 150', 'floor guest-ble-a ble-a 150']);
  });

  test('a guest whose other sensor is a member’s becomes that member', () => {
    hear(boards, 0, 'ant-hr-7');
    who = assigned;
    expect(boards.regroup('demo')).toEqual([{ gym: 'demo', room: 'floor', member: 'guest-ant-hr-7' }]);
    expect(worn(boards)).toEqual(['floor ada ant-hr-7 150']);
  });

  test('other gyms stay as they are', () => {
    hear(boards, 0, 'ble-a');
    who = linked;
    expect(boards.regroup('other')).toEqual([]);
  });
});

test('in a fast replay a moment on the way is no loss', () => {
  const boards = new Boards(
    () => roster,
    () => 30_000,
  );
  expect(boards.note(beat(0), T0 + 35_000)?.rows(T0 + 35_000)).toMatchObject([{ signal: 'weak' }]);
  expect(boards.tick(T0 + 89_000)).toEqual([]);
  expect(boards.tick(T0 + 90_000)).toHaveLength(1);
});

describe('the processor is set back by ten hours', () => {
  const AHEAD_MS = 36_000_000;

  test('what it showed of the future is live no more, and readings of now are shown at once', () => {
    const boards = create();
    boards.note(beat(AHEAD_MS), T0 + AHEAD_MS);
    const [future] = boards.of('demo', 'floor').rows(T0);
    expect(future?.signal).toBe('lost');
    expect(boards.tick(T0)).toEqual([{ gym: 'demo', room: 'floor', member: 'ada' }]);
    expect(note(boards, 100)?.room).toBe('floor');
    expect(boards.of('demo', 'floor').rows(T0 + 200)).toMatchObject([{ member: 'ada', signal: 'live', bpm: 150 }]);
    expect(boards.of('demo', 'floor').session).toMatchObject({ state: 'running', startedAt: T0 + 100 });
  });

  test('also when a reading comes before anything else, and in another room', () => {
    const boards = create();
    boards.note(beat(AHEAD_MS), T0 + AHEAD_MS);
    note(boards, 0);
    expect(boards.of('demo', 'floor').rows(T0)).toMatchObject([{ member: 'ada', signal: 'live', lastReadingAt: T0 }]);
    note(boards, 10_000, 'studio');
    expect(roomsOf(boards)).toEqual(['studio']);
  });
});

test.each([
  ['3 s behind', -3000],
  ['15 s ahead', 15_000],
])('a processor that is %s: the board follows the gateways, and counts what is ahead', (_, lateMs) => {
  const boards = create();
  const { clock } = boards.of('demo', 'floor');
  const hear = (ms: number) => {
    clock.note({ gateway: 'gateway-of-floor', sentAt: T0 + ms, now: T0 + ms + lateMs, monotonicMs: ms });
    boards.note(beat(ms), T0 + ms + lateMs);
  };
  for (let ms = 0; ms <= 5000; ms += 500) hear(ms);
  const board = boards.of('demo', 'floor');
  expect(board.board('points', T0 + 5000 + lateMs)).toMatchObject({ at: T0 + 5000, members: [{ member: 'ada', signal: 'live' }] });
  expect(board.clockFaults).toBe(lateMs < 0 ? 11 : 0);
  expect(boards.tick(T0 + 64_000 + lateMs)).toEqual([]);
});
