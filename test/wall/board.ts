import type { LiveSnapshot, LiveState } from '@pulseboard/contract';
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

/** Shows a board and waits until the page has drawn it and nothing moves any more. */
export async function show(page: Page, feed: Feed, board: LiveSnapshot): Promise<void> {
  feed.send(board);
  await eventually(`${board.rows.length} people on the page`, async () => {
    const shown = await page.locator('[data-member]').count();
    return shown === board.rows.length;
  });
  await settled(page);
}

/** Two frames: the first lays out, in the second names have been fitted. */
export const settled = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
