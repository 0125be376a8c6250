import type { LiveDelta, LiveRow, LiveSnapshot, Session, SessionResults } from '@pulseboard/contract';
import { groupOf } from '../layout/group.js';
import { resultsOf } from '../layout/results.js';
import { type BoardState, reduceBoard } from './board-state.js';
import { liveRow } from './row.fixture.js';

const NOW = 1_000_000;
const session: Session = { gym: 'g', room: 'r', session: 's1', kind: 'class', state: 'running', startedAt: NOW - 60_000 };
const snapshot = (rows: LiveRow[], changes: Partial<LiveSnapshot> = {}): LiveSnapshot => ({
  type: 'snapshot',
  now: NOW,
  gym: 'g',
  room: 'r',
  roomName: 'Studio',
  session,
  rows,
  state: { broker: 'connected', store: 'ok', registry: 'ok', gateways: [] },
  ...changes,
});
const delta = (now: number, rows: LiveRow[] = [], changes: Partial<LiveDelta> = {}): LiveDelta => ({
  type: 'delta',
  now,
  rows,
  gone: [],
  ...changes,
});
const after = (...messages: (LiveSnapshot | LiveDelta)[]): BoardState =>
  messages.reduce<BoardState | undefined>((state, message) => reduceBoard(state, message), undefined)!;
/** A row whose heart is not heard. */
const silent = (member: string, signal: LiveRow['signal']): LiveRow => {
  const { bpm: _bpm, percentOfMax: _percent, zone: _zone, ...row } = liveRow(member, { signal });
  return row;
};

test('a delta without a snapshot shows nothing', () => {
  expect(reduceBoard(undefined, delta(NOW, [liveRow('a')]))).toBeUndefined();
});

test('a snapshot replaces everybody', () => {
  const state = after(snapshot([liveRow('a'), liveRow('b')]), snapshot([liveRow('c')]));
  expect([...state.members.keys()]).toEqual(['c']);
});

test('a delta changes its rows only; untouched members stay the same object', () => {
  const before = after(snapshot([liveRow('a'), liveRow('b')]));
  const state = reduceBoard(before, delta(NOW + 50, [liveRow('b', { bpm: 151 })]))!;
  expect(state.members.get('a')).toBe(before.members.get('a'));
  expect(state.members.get('b')!.row.bpm).toBe(151);
  expect(state.session).toBe(session);
});

test('who is gone is gone, and may come back with a curve', () => {
  const state = after(snapshot([liveRow('a')]), delta(NOW + 1, [], { gone: ['a', 'nobody'] }));
  expect(state.members.size).toBe(0);
  const back = reduceBoard(state, delta(NOW + 2, [liveRow('a', { recentBpm: [99, null, 101] })]))!;
  expect(back.members.get('a')!.recent.slice(-4)).toEqual([null, 99, null, 101]);
});

test('the curve takes what was shown in each second that passed, and holds 60', () => {
  let state = after(snapshot([liveRow('a', { bpm: 100, recentBpm: Array(60).fill(90) })]));
  state = reduceBoard(state, delta(NOW + 500, [liveRow('a', { bpm: 101 })]))!;
  expect(state.members.get('a')!.recent.at(-1)).toBe(90);
  state = reduceBoard(state, delta(NOW + 1000, [liveRow('a', { bpm: 102 })]))!;
  state = reduceBoard(state, delta(NOW + 3000))!;
  expect(state.members.get('a')!.recent.slice(-4)).toEqual([90, 101, 102, 102]);
  state = reduceBoard(state, delta(NOW + 9_000_000, [silent('a', 'lost')]))!;
  state = reduceBoard(state, delta(NOW + 9_001_000))!;
  expect(state.members.get('a')!.recent).toHaveLength(60);
  expect(state.members.get('a')!.recent.slice(-2)).toEqual([102, null]);
});

test('a clock that steps back adds nothing', () => {
  const state = after(snapshot([liveRow('a', { recentBpm: [1] })]), delta(NOW - 60_000));
  expect(state.members.get('a')!.recent.at(-1)).toBe(1);
});

test('a silent strap keeps its last figures, also over a reconnect, and from the curve if that is all there is', () => {
  const state = after(
    snapshot([liveRow('a')]),
    delta(NOW + 1, [silent('a', 'weak')]),
    delta(NOW + 2, [silent('a', 'lost')]),
    snapshot([silent('a', 'lost')]),
  );
  expect(state.members.get('a')!.last).toMatchObject({ bpm: 150, percentOfMax: 80, zone: 4 });
  const opened = after(snapshot([{ ...silent('b', 'lost'), hrMaxBpm: 200, recentBpm: [100, null] }, silent('c', 'lost')]));
  expect(opened.members.get('b')!.last).toEqual({ bpm: 100, percentOfMax: 50, zone: undefined });
  expect(opened.members.get('c')!.last.bpm).toBeUndefined();
});

test('what the server says of broker, store and gateways holds until it says otherwise', () => {
  const away = { broker: 'away', store: 'away', registry: 'ok', gateways: [] } as const;
  const before = after(snapshot([liveRow('a')]));
  expect(before.state?.broker).toBe('connected');
  const told = reduceBoard(before, delta(NOW + 1, [], { state: { ...away, gateways: [] } }))!;
  expect(reduceBoard(told, delta(NOW + 2))!.state).toEqual(away);
});

test('results are those of the feed until it takes them back', () => {
  const results: SessionResults = {
    session: { ...session, state: 'ended', endedAt: NOW },
    members: [
      { rank: 1, member: 'b', nickname: 'Bea', guest: false, points: 12, seconds: 60 },
      { rank: 2, member: 'guest-ant-hr-4711', guest: true, points: 9, seconds: 60 },
      { rank: 2, member: 'c', guest: false, points: 9, seconds: 60 },
    ],
  };
  // Who is on the board has nothing to do with it: most people have gone home.
  const shown = after(snapshot([]), delta(NOW + 1, [], { results }), delta(NOW + 2, [], { gone: ['b'] }));
  expect(resultsOf(shown.results!).map(({ rank, name, points }) => [rank, name, points])).toEqual([
    [1, 'Bea', 12],
    [2, 'Guest 4711', 9],
    [2, 'Anonymous', 9],
  ]);
  expect(after(snapshot([], { results })).results).toBe(results);
  expect(reduceBoard(shown, delta(NOW + 3, [], { results: null }))!.results).toBeUndefined();
  expect(reduceBoard(shown, snapshot([]))!.results).toBeUndefined();
});

describe('after a reconnect', () => {
  const here = liveRow('a', { joinedAt: NOW - 600_000, recentBpm: Array(60).fill(90) });

  test('who was on the board before is not a newcomer, whatever a server that has restarted says', () => {
    const back = { ...here, joinedAt: NOW + 4000 };
    const state = after(snapshot([here]), snapshot([back, liveRow('n', { joinedAt: NOW + 4000 })], { now: NOW + 5000 }));
    expect(state.members.get('a')!.row.joinedAt).toBe(NOW - 600_000);
    expect(state.members.get('n')!.row.joinedAt).toBe(NOW + 4000);
    expect(reduceBoard(state, delta(NOW + 5001, [back]))!.members.get('a')!.row.joinedAt).toBe(NOW - 600_000);
  });

  test('who left the board and came back is a newcomer', () => {
    const state = after(snapshot([here]), delta(NOW + 1, [], { gone: ['a'] }), delta(NOW + 2, [{ ...here, joinedAt: NOW + 2 }]));
    expect(state.members.get('a')!.row.joinedAt).toBe(NOW + 2);
  });

  test('the curve goes on: the seconds that a restarted server has lost are those that this page has shown', () => {
    const back = { ...here, recentBpm: [null, 120, null, 122] };
    const state = after(snapshot([here]), snapshot([back], { now: NOW + 10_000 }));
    // 60 s of its own, 10 s without a server, and of those the last 4 s from the server.
    expect(state.members.get('a')!.recent).toEqual([...Array(50).fill(90), ...Array(7).fill(null), 120, null, 122]);
  });

  test('another room has nothing of the former one', () => {
    const state = after(snapshot([here]), snapshot([liveRow('a', { joinedAt: NOW, recentBpm: [1] })], { room: 'other' }));
    expect(state.members.get('a')!.row.joinedAt).toBe(NOW);
    expect(state.members.get('a')!.recent.slice(-2)).toEqual([null, 1]);
  });
});

test('the group is everybody heard', () => {
  const { members } = after(
    snapshot([
      liveRow('a', { percentOfMax: 70, bpm: 140, zone: 3 }),
      liveRow('b'),
      silent('c', 'weak'),
      liveRow('d', { signal: 'lost', zone: 5 }),
    ]),
  );
  expect(groupOf(members)).toEqual({ percentOfMax: 75, bpm: 145, inZone: [0, 0, 0, 1, 1, 0] });
  expect(groupOf(new Map())).toEqual({ percentOfMax: undefined, bpm: undefined, inZone: [0, 0, 0, 0, 0, 0] });
});
