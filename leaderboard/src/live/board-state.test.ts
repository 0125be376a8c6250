import type { LiveDelta, LiveRow, LiveSnapshot, Session } from '@pulseboard/contract';
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

describe('results', () => {
  const ended: Session = { ...session, state: 'ended', endedAt: NOW + 10 };

  test('are the last picture of the running session, for a minute', () => {
    let state = after(
      snapshot([liveRow('a', { points: 9 }), liveRow('b', { points: 12 })]),
      delta(NOW + 10, [liveRow('a', { points: 0 })], { session: ended, gone: ['b'] }),
    );
    state = reduceBoard(state, delta(NOW + 1000, [liveRow('a', { points: 0 })]))!;
    expect(resultsOf(state.results!).map(({ member, rank, points }) => [rank, member, points])).toEqual([
      [1, 'b', 12],
      [2, 'a', 9],
    ]);
    expect(reduceBoard(state, delta(NOW + 60_010))!.results).toBeUndefined();
    expect(reduceBoard(state, delta(NOW + 2000, [], { session: { ...session, session: 's2' } }))!.results).toBeUndefined();
  });

  test('of a page that opens just afterwards are what the snapshot has', () => {
    expect(after(snapshot([liveRow('a')], { session: ended, now: NOW + 20 })).results?.size).toBe(1);
    expect(after(snapshot([], { session: ended, now: NOW + 20 })).results).toBeUndefined();
  });

  test('equal points share a rank', () => {
    const state = after(snapshot([liveRow('a', { points: 5 }), liveRow('b', { points: 5 }), liveRow('c', { points: 4 })]));
    expect(resultsOf(state.members).map(({ rank }) => rank)).toEqual([1, 1, 3]);
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
