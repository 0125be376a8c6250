import type { LivePicture, LiveRow, LiveState, Session, SessionResults } from '@pulseboard/contract';
import fc from 'fast-check';
import { emptyRoster, Roster } from '../aggregation/roster.js';
import { RoomBoard } from '../board/room-board.js';
import { readingAt, secondOf, T0 } from '../test-data/readings.js';
import { LiveFeed } from './live-feed.js';

const roster = new Roster(emptyRoster);
const connected: LiveState = { broker: 'connected', store: 'ok', registry: 'ok', gateways: [] };
const newBoard = () => new RoomBoard('demo', 'main', () => roster);

/** A page: a snapshot, then deltas. */
class Page {
  readonly rows = new Map<string, LiveRow>();
  session: Session | undefined;

  hear(message: LivePicture): void {
    if (message.type === 'snapshot') this.rows.clear();
    else for (const member of message.gone) this.rows.delete(member);
    for (const row of message.rows) this.rows.set(row.member, row);
    if (message.session) this.session = message.session;
  }

  get picture() {
    return {
      session: this.session,
      rows: [...this.rows.values()].map(({ recentBpm: _, ...row }) => row).sort((a, b) => (a.member < b.member ? -1 : 1)),
    };
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('reading' as const), member: fc.constantFrom('a', 'b', 'c'), bpm: fc.integer({ min: 140, max: 142 }) }),
  fc.record({ kind: fc.constant('leaves' as const), member: fc.constantFrom('a', 'b', 'c') }),
  fc.record({ kind: fc.constant('second' as const), member: fc.constantFrom('a', 'b', 'c'), sign: fc.boolean() }),
  fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(0, 50, 1000, 3000, 12_000) }),
  fc.record({ kind: fc.constant('delta' as const) }),
  fc.record({ kind: fc.constant('joins' as const) }),
);

test('whoever comes when, after a delta every page shows what a fresh one would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const board = newBoard();
      const feed = new LiveFeed(board, 'Main', () => connected);
      const pages: Page[] = [];
      let now = T0;
      for (const each of [...steps, { kind: 'delta' as const }]) {
        if (each.kind === 'reading') board.note(readingAt(now - T0, { sensor: each.member, heartRateBpm: each.bpm }), each.member, now);
        else if (each.kind === 'leaves') board.leave(each.member);
        else if (each.kind === 'second')
          board.derived(each.sign ? [] : [secondOf(5, { member: each.member })], each.sign ? [secondOf(5, { member: each.member })] : []);
        else if (each.kind === 'time') {
          now += each.ms;
          board.tick(now);
        } else if (each.kind === 'joins') {
          const page = new Page();
          page.hear(feed.snapshot(now));
          pages.push(page);
        } else {
          const delta = feed.delta(now);
          const fresh = new Page();
          fresh.hear(feed.snapshot(now));
          for (const page of pages) {
            page.hear(delta);
            expect(page.picture).toEqual(fresh.picture);
          }
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('only what changed is told, and the last minute to begin with', () => {
  const board = newBoard();
  const feed = new LiveFeed(board, 'Main', () => connected);
  const note = (ms: number, sensor: string, bpm: number) => board.note(readingAt(ms, { sensor, heartRateBpm: bpm }), sensor, T0 + ms);
  note(0, 'a', 140);
  note(0, 'b', 130);
  expect(feed.snapshot(T0)).toMatchObject({
    type: 'snapshot',
    now: T0,
    gym: 'demo',
    room: 'main',
    roomName: 'Main',
    rows: [{ member: 'a' }, { member: 'b' }],
  });
  expect(feed.snapshot(T0).rows[0]!.recentBpm).toHaveLength(60);
  expect(feed.delta(T0)).toMatchObject({
    session: { kind: 'open-gym' },
    state: connected,
    rows: [{ recentBpm: expect.anything() }, { recentBpm: expect.anything() }],
    gone: [],
  });
  expect(feed.delta(T0)).toEqual({ type: 'delta', now: T0, rows: [], gone: [] });
  note(500, 'b', 131);
  const delta = feed.delta(T0 + 500);
  expect(delta.rows).toEqual([expect.objectContaining({ member: 'b', bpm: 131 })]);
  expect(delta.rows[0]).not.toHaveProperty('recentBpm');
  board.leave('a');
  expect(feed.delta(T0 + 500)).toMatchObject({ rows: [{ member: 'b', ranks: { points: 1 } }], gone: ['a'] });
  note(1500, 'a', 140);
  expect(feed.delta(T0 + 1500).rows.find((row) => row.member === 'a')).toHaveProperty('recentBpm');
});

test('the state is in the snapshot, and in a delta when any of it changed', () => {
  let state = connected;
  const feed = new LiveFeed(newBoard(), 'Main', () => state);
  expect(feed.snapshot(T0).state).toEqual(connected);
  expect(feed.delta(T0).state).toEqual(connected);
  expect(feed.delta(T0)).not.toHaveProperty('state');
  state = { ...connected, gateways: [{ gateway: 'gateway-1', state: 'offline', offlineSince: T0, isCloned: false }] };
  expect(feed.snapshot(T0).state).toEqual(state);
  expect(feed.delta(T0).state).toEqual(state);
  expect(feed.delta(T0)).not.toHaveProperty('state');
});

test('what a snapshot showed in between is taken back by the next delta', () => {
  const away: LiveState = { ...connected, broker: 'away' };
  const session = { gym: 'demo', room: 'main', session: 's', kind: 'open-gym', state: 'ended', startedAt: T0, endedAt: T0 + 1 } as const;
  let state = connected;
  let results: SessionResults | undefined;
  const feed = new LiveFeed(
    newBoard(),
    'Main',
    () => state,
    () => results,
  );
  feed.delta(T0);
  state = away;
  results = { session, members: [{ rank: 1, member: 'ada', guest: false, points: 3, seconds: 60 }] };
  expect(feed.snapshot(T0)).toMatchObject({ state: away, results });
  state = connected;
  results = undefined;
  expect(feed.delta(T0)).toMatchObject({ state: connected, results: null });
  expect(feed.delta(T0)).toEqual({ type: 'delta', now: T0, rows: [], gone: [] });
});

test('results are in the snapshot while they are shown; a delta brings them, and takes them away', () => {
  const session = { gym: 'demo', room: 'main', session: 's', kind: 'open-gym', state: 'ended', startedAt: T0, endedAt: T0 + 1 } as const;
  let results: SessionResults | undefined;
  const feed = new LiveFeed(
    newBoard(),
    'Main',
    () => connected,
    () => results,
  );
  expect(feed.snapshot(T0)).not.toHaveProperty('results');
  expect(feed.delta(T0)).not.toHaveProperty('results');
  results = { session, members: [{ rank: 1, member: 'ada', guest: false, points: 3, seconds: 60 }] };
  expect(feed.snapshot(T0).results).toEqual(results);
  expect(feed.delta(T0).results).toEqual(results);
  expect(feed.delta(T0)).not.toHaveProperty('results');
  results = undefined;
  expect(feed.snapshot(T0)).not.toHaveProperty('results');
  expect(feed.delta(T0).results).toBeNull();
  expect(feed.delta(T0)).not.toHaveProperty('results');
});

test.each([30_000, -30_000])('a processor whose clock is %p ms off: the page gets the time of the board, not of the processor', (offMs) => {
  const board = newBoard();
  const feed = new LiveFeed(board, 'Main', () => connected);
  for (let ms = 0; ms <= 5000; ms += 250)
    board.clock.note({ gateway: 'gateway-1', sentAt: T0 + ms, now: T0 + ms + offMs, monotonicMs: ms });
  const processorNow = T0 + 5000 + offMs;
  board.note(readingAt(4900, { sensor: 'a', heartRateBpm: 140 }), 'a', processorNow);
  const snapshot = feed.snapshot(processorNow);
  const [row] = snapshot.rows;
  expect([snapshot.now - row!.lastReadingAt, snapshot.now - row!.joinedAt]).toEqual([100, 0]);
  expect(feed.delta(processorNow + 1000).now).toBe(T0 + 6000);
});
