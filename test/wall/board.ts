import type { LiveGateway, LiveSnapshot, LiveState, LiveUnknownRoom, SessionResults } from '@pulseboard/contract';
import type { Page } from 'playwright-core';
import { eventually } from '../harness/eventually.js';
import { crowd } from './crowd.js';
import type { Feed } from './feed.js';

export const NOW = Date.UTC(2026, 2, 14, 18, 40);

export const ALL_WELL: LiveState = {
  broker: 'connected',
  store: 'ok',
  registry: 'ok',
  gateways: [{ gateway: 'gw-1', state: 'online', hasRadio: true, isCloned: false }],
};

export const boardOf = (people: number, changes: Partial<LiveSnapshot> = {}): LiveSnapshot => ({
  type: 'snapshot',
  now: NOW,
  gym: 'demo',
  room: 'main',
  roomName: 'Spinning Studio Nord',
  session: { gym: 'demo', room: 'main', session: 'class-7', kind: 'class', state: 'running', startedAt: NOW - 4_327_000 },
  rows: crowd(people, NOW),
  state: ALL_WELL,
  ...changes,
});

/** Shows a board and waits until the page has drawn it and nothing moves any more. @param entries that are expected */
export async function show(page: Page, feed: Feed, board: LiveSnapshot, entries = board.rows.length): Promise<void> {
  // A name of its own for each board, so that the page cannot be taken for having drawn it already.
  const snapshot = { ...board, roomName: `${board.roomName}${'\u200b'.repeat(++boards % 2)}` };
  feed.send(snapshot);
  await eventually(`${entries} people on the page`, async () => {
    const [name, shown] = await Promise.all([page.locator('h1').textContent(), page.locator('[data-member]').count()]);
    return name === snapshot.roomName && shown === entries;
  });
  await settled(page);
}
let boards = 0;

/** Two frames: the first lays out, in the second names have been fitted. */
export const settled = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));

const gateway = (id: string, changes: Partial<LiveGateway> = {}): LiveGateway => ({
  gateway: id,
  state: 'online',
  hasRadio: true,
  isCloned: false,
  ...changes,
});

/** Everything that a room can lack, by a name for the picture. */
export const STATES: Readonly<Record<string, LiveState>> = {
  'store away': { ...ALL_WELL, store: 'away' },
  'registry away': { ...ALL_WELL, registry: 'away' },
  'broker away': { ...ALL_WELL, broker: 'away' },
  'no gateway': { ...ALL_WELL, gateways: [] },
  'gateway never heard': { ...ALL_WELL, gateways: [gateway('gw-hall', { state: 'never-heard' })] },
  'gateway offline': { ...ALL_WELL, gateways: [gateway('gw-hall', { state: 'offline', offlineSince: NOW - 480_000 })] },
  'gateway without radio': { ...ALL_WELL, gateways: [gateway('gw-hall', { hasRadio: false })] },
  'one gateway of two offline': {
    ...ALL_WELL,
    gateways: [gateway('gw-hall'), gateway('gw-door', { state: 'offline', offlineSince: NOW - 90 * 3_600_000 })],
  },
  'two gateways with one id': { ...ALL_WELL, gateways: [gateway('gw-hall', { isCloned: true })] },
  'clock of the server wrong': {
    ...ALL_WELL,
    problems: [
      {
        code: 'processor-clock-differs',
        sentence:
          'The processor\'s clock is 3.0 s behind that of gateway "gw-hall" (demo/main), so that readings are in its future: set the clock of the processor, or let NTP do it.',
        stopsData: true,
      },
    ],
  },
  'everything at once': {
    broker: 'away',
    store: 'away',
    registry: 'away',
    gateways: [gateway('gateway-with-a-very-long-name-of-the-hall-on-the-upper-floor-nr-1', { isCloned: true }), gateway('b')],
  },
};

export const NO_SUCH_ROOM: LiveUnknownRoom = {
  type: 'unknown-room',
  now: NOW,
  gym: 'demo',
  room: 'Studio 1',
  reason: 'invalid',
  sentence: '"demo/Studio 1" is not the name of a room. Choose one of the rooms listed here.',
  rooms: ['main', 'cellar', 'rowing'].map((room) => ({ gym: 'demo', room, name: room, path: `/wall/demo/${room}` })),
};

/** Everybody of a class that has just ended, most of them gone from the board. */
export function resultsOf(people: number): SessionResults {
  const rows = crowd(people, NOW).sort((a, b) => b.points - a.points);
  return {
    session: {
      gym: 'demo',
      room: 'main',
      session: 'class-7',
      kind: 'class',
      state: 'ended',
      startedAt: NOW - 2_700_000,
      endedAt: NOW - 9000,
    },
    members: rows.map(({ member, nickname, guest, points, seconds }) => ({
      rank: 1 + rows.filter((other) => other.points > points).length,
      member,
      ...(nickname === undefined ? {} : { nickname }),
      guest,
      points,
      seconds,
    })),
  };
}
