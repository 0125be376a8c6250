import { demoClass } from '@pulseboard/contract';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, PHONE, type TileOnPage, TV, tilesOf, type Watched } from './harness/browser.js';
import { testWhere, toolPath } from './harness/environment.js';
import { eventually } from './harness/eventually.js';
import { axeFindings, cutOff, scrollable, smallestFigure } from './harness/page-checks.js';
import { cleanUp, START_TIMEOUT_MS, type System, startSystem } from './harness/system.js';

const canBrowse = toolPath('TEST_CHROMIUM') !== undefined;
const testPage = testWhere(canBrowse, 'the wall page in a browser: Chromium is missing');
const CLASS = 12;
const guest = demoClass(CLASS).find((person) => person.member === undefined)!;
const guestMember = `guest-ant-hr-${guest.antDeviceNumber}`;

let system: System;
let browser: Browser;
let tv: Watched;

beforeAll(async () => {
  if (!canBrowse) return;
  [system, browser] = await Promise.all([startSystem(), openBrowser()]);
  tv = await openPage(browser, `${system.url}/`, TV);
}, START_TIMEOUT_MS);
afterAll(async () => {
  await browser?.close();
  await cleanUp();
});

const connection = (page: Page) => page.locator('[data-connection]').getAttribute('data-connection');
const inOrder = (values: readonly number[]) => values.every((value, i) => i === 0 || value <= values[i - 1]!);
const figures = (tiles: readonly TileOnPage[], field: string) => tiles.map(({ fields }) => Number(fields[field]));

/** All tiles, once each shows a heart rate and, after its first stored second, calories where they are known. */
const fullBoard = (page: Page) =>
  eventually('a dozen tiles with heart rates', async () => {
    const tiles = await tilesOf(page);
    const isFull = ({ member, fields }: TileOnPage) =>
      Number(fields.bpm) > 25 && Number(fields.percent) > 10 && (member === guestMember || /^\d+$/.test(fields.kcal!));
    return tiles.length === CLASS && tiles.every(isFull) && tiles;
  });

testPage('a dozen tiles with figures, by rank from the upper left', async () => {
  const tiles = await fullBoard(tv.page);
  expect(await connection(tv.page)).toBe('live');
  expect(tiles.map(({ rank }) => rank)).toEqual(Array.from({ length: CLASS }, (_, i) => i + 1));
  expect(new Set(tiles.map(({ x, y }) => `${x} ${y}`)).size).toBe(CLASS);
  for (const { member, rank, zone, fields } of tiles) {
    expect({ member, shown: fields.rank }).toEqual({ member, shown: String(rank) });
    expect(zone).toMatch(/^[0-5]$/);
    expect(fields.points).toMatch(/^\d+$/);
    if (member === guestMember) expect(fields.kcal).toBe('–');
  }
});

testPage('names only of those who agreed; a guest finds the own strap by its last four digits', async () => {
  const names = new Map((await fullBoard(tv.page)).map(({ member, fields }) => [member, fields.name]));
  expect(names.get('ada')).toBe('Ada');
  expect(names.get('member-9')).toBe('Anonymous');
  expect(names.get(guestMember)).toBe(`Guest ${String(guest.antDeviceNumber).slice(-4)}`);
});

testPage('each tab sorts by what it says', async () => {
  const { page } = tv;
  const press = async (tab: string) => {
    await page.locator(`[data-tab="${tab}"]`).click();
    await eventually('the tab pressed', async () => (await page.locator('[data-metric]').getAttribute('data-metric')) === tab);
  };
  const sortedTiles = (what: string, isSorted: (tiles: TileOnPage[]) => boolean) =>
    eventually(what, async () => {
      const tiles = await tilesOf(page);
      return inOrder(tiles.map(({ rank }) => -rank)) && isSorted(tiles) && tiles.map(({ member }) => member).join(' ');
    });
  await press('bpm');
  const byBpm = await sortedTiles('the fastest heart first', (tiles) => inOrder(figures(tiles, 'bpm')));
  await press('percentOfMax');
  const byPercent = await sortedTiles('the highest share of HRmax first', (tiles) => inOrder(figures(tiles, 'percent')));
  await press('steps');
  const bySteps = await sortedTiles(
    'those with foot pods first, and no steps where nobody counts them',
    ([first, second, third]) => [first, second].every((tile) => Number(tile!.fields.steps) > 0) && third!.fields.steps === '–',
  );
  expect(bySteps.split(' ').slice(0, 2).sort()).toEqual(['chiara', 'kofi']);
  await press('calories');
  const byKcal = await sortedTiles('who has no calories last', (tiles) => tiles.at(-1)!.member === guestMember);
  expect(new Set([byBpm, byPercent, bySteps, byKcal]).size).toBeGreaterThanOrEqual(3);
  await press('points');
});

testPage('the page of a room, and the list on a phone', async () => {
  const wall = await openPage(browser, `${system.url}/wall/demo/main`, PHONE);
  await fullBoard(wall.page);
  expect((await scrollable(wall.page)).x).toBe(0);
  expect(await axeFindings(wall.page)).toEqual([]);
  expect(await cutOff(wall.page).then((all) => all.filter((fault) => fault.includes(' ')))).toEqual([]);
  expect({ errors: wall.consoleErrors, foreign: wall.foreignRequests }).toEqual({ errors: [], foreign: [] });
  await wall.page.close();
});

testPage('on a TV nothing scrolls or is cut off, axe-core finds nothing, figures can be read from afar', async () => {
  await fullBoard(tv.page);
  expect(await scrollable(tv.page)).toEqual({ x: 0, y: 0 });
  expect(await axeFindings(tv.page)).toEqual([]);
  const smallest = await smallestFigure(tv.page);
  process.stderr.write(
    `Smallest figure at 1080p: ${smallest.px} px ("${smallest.text}"), ${((smallest.px / TV.height) * 100).toFixed(1)} %\n`,
  );
  expect(smallest.px).toBeGreaterThanOrEqual(0.025 * TV.height);
  await eventually('tiles at rest within the picture', async () => (await cutOff(tv.page)).length === 0);
  expect({ errors: tv.consoleErrors, foreign: tv.foreignRequests }).toEqual({ errors: [], foreign: [] });
});

/** Last: it kills the system of this file. */
testPage(
  'says so when the server is gone, keeps the picture, and goes on when it is back',
  async () => {
    const { page } = tv;
    const before = await fullBoard(page);
    await system.child.stop('SIGKILL');
    await eventually('the banner', async () => (await connection(page)) === 'stale' && (await page.locator('.banner').isVisible()));
    expect((await tilesOf(page)).map(({ member }) => member).sort()).toEqual(before.map(({ member }) => member).sort());
    expect(await axeFindings(page)).toEqual([]);

    const again = await startSystem({ ...system.settings, PULSEBOARD_HTTP_PORT: new URL(system.url).port });
    await eventually('live again', async () => (await connection(page)) === 'live' && !(await page.locator('.banner').isVisible()));
    await fullBoard(page);
    // Only the attempts to reach the server that was away.
    expect(tv.consoleErrors.filter((error) => !/ERR_CONNECTION_REFUSED|WebSocket/.test(error))).toEqual([]);
    expect(await again.child.stop()).toEqual({ code: 0, signal: null });
  },
  START_TIMEOUT_MS,
);
