import type { LiveRow } from '@pulseboard/contract';
import { reduceBoard } from '../live/board-state.js';
import { liveRow } from '../live/row.fixture.js';
import { type Order, settle } from './order.js';

const ranks = (points: number, bpm = points): LiveRow['ranks'] => ({ points, percentOfMax: points, bpm, calories: points, steps: points });
const members = (...rows: [string, LiveRow['ranks']][]) =>
  reduceBoard(undefined, {
    type: 'snapshot',
    now: 0,
    gym: 'g',
    room: 'r',
    roomName: 'R',
    rows: rows.map(([id, r]) => liveRow(id, { ranks: r })),
    state: { broker: 'connected', store: 'ok', registry: 'ok', gateways: [] },
  })!.members;
const shown = (order: Order) => order.places.map(({ member, rank }) => `${rank} ${member}`);

const first = settle(undefined, members(['a', ranks(1)], ['b', ranks(2)]), 'points', 1000);

test('sorts by the rank of the tab, ties by id', () => {
  expect(shown(settle(undefined, members(['b', ranks(1)], ['c', ranks(3)], ['a', ranks(1)]), 'points', 0))).toEqual(['1 a', '1 b', '3 c']);
});

test('ranks wait until 3 s are over', () => {
  const swapped = members(['a', ranks(2)], ['b', ranks(1)]);
  expect(settle(first, swapped, 'points', 3999)).toBe(first);
  expect(shown(settle(first, swapped, 'points', 4000))).toEqual(['1 b', '2 a']);
});

test('settling without a change keeps the places', () => {
  const later = settle(first, members(['a', ranks(1)], ['b', ranks(2)]), 'points', 9000);
  expect(later.places).toBe(first.places);
  expect(later.settledAt).toBe(9000);
});

test('another tab sorts at once', () => {
  expect(shown(settle(first, members(['a', ranks(1, 2)], ['b', ranks(2, 1)]), 'bpm', 1001))).toEqual(['1 b', '2 a']);
});

test('newcomers and leavers do not wait, and move nobody else', () => {
  expect(shown(settle(first, members(['b', ranks(3)], ['a', ranks(2)], ['n', ranks(1)]), 'points', 1001))).toEqual(['1 a', '2 b', '1 n']);
  expect(shown(settle(first, members(['b', ranks(1)]), 'points', 1001))).toEqual(['2 b']);
});
