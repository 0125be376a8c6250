import type { LiveRow } from '@pulseboard/contract';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, TV, tilesOf } from './harness/browser.js';
import { testWhere, toolPath } from './harness/environment.js';
import { axeFindings } from './harness/page-checks.js';
import { START_TIMEOUT_MS } from './harness/system.js';
import { ALL_WELL, boardOf, NOW, resultsOf, STATES, settled, show } from './wall/board.js';
import { crowd, HARD_NAMES } from './wall/crowd.js';
import { type Feed, startFeed } from './wall/feed.js';
import { layoutFaults } from './wall/measure.js';

const canBrowse = toolPath('TEST_CHROMIUM') !== undefined;
const testPage = testWhere(canBrowse, 'the wall on all screens: Chromium is missing');

let feed: Feed;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!canBrowse) return;
  [feed, browser] = await Promise.all([startFeed(), openBrowser()]);
  ({ page } = await openPage(browser, `${feed.url}/wall/demo/main`, TV));
  await page.emulateMedia({ reducedMotion: 'reduce' });
}, START_TIMEOUT_MS);
afterAll(async () => {
  await browser?.close();
  await feed?.close();
});

/** The short form of `npm run screenshots:wall`: the screens on which a header, a tile or a list has broken. */
const SCREENS = [
  [320, 568],
  [640, 360],
  [768, 1024],
  [1024, 768],
  [1180, 820],
  [1280, 1024],
  [1080, 1920],
  [3440, 1440],
  [3840, 2160],
] as const;

async function faultsOnAllScreens(people: number): Promise<string[]> {
  const faults: string[] = [];
  for (const [width, height] of SCREENS) {
    await page.setViewportSize({ width, height });
    await settled(page);
    for (const fault of await layoutFaults(page)) faults.push(`${width} × ${height}, ${people} people: ${fault}`);
  }
  return faults;
}
const select = (tab: string) => page.locator(`[data-tab="${tab}"]`).click();

describe('nothing is cut, covered, outside the picture or unreadable, and what ranks is shown', () => {
  for (const [people, tab] of [
    [1, 'points'],
    [5, 'steps'],
    [12, 'points'],
    [50, 'calories'],
    [80, 'points'],
    [80, 'steps'],
  ] as const)
    testPage(`with ${people} people ranked by ${tab}`, async () => {
      await show(page, feed, boardOf(people));
      await select(tab);
      expect(await faultsOnAllScreens(people)).toEqual([]);
    });

  testPage('with a room name of three lines, before anybody is there', async () => {
    const roomName = 'Kurshalle im Obergeschoss neben dem Schwimmbecken, Eingang Nord (Spinning, Zirkel, Rudern)';
    await show(page, feed, boardOf(0, { roomName }));
    const cutName = /^\d+ × \d+, 0 people: (cut|cut in height): h1/;
    expect((await faultsOnAllScreens(0)).filter((fault) => !cutName.test(fault))).toEqual([]);
  });
});

describe('what the server says of broker, store and gateways', () => {
  const shownProblems = () =>
    page.locator('[data-problem]').evaluateAll((problems) => problems.map((problem) => (problem as HTMLElement).dataset.problem));
  const status = () => page.locator('[data-field="status"]').textContent();

  testPage.each([
    ['store away', 'Live', ['store']],
    ['registry away', 'Live', ['registry']],
    ['broker away', 'No readings', ['broker']],
    ['no gateway', 'No readings', ['no-gateway']],
    ['gateway never heard', 'No readings', ['never-heard']],
    ['gateway offline', 'No readings', ['offline']],
    ['gateway without radio', 'No readings', ['no-radio']],
    ['one gateway of two offline', 'Live', ['offline']],
    ['two gateways with one id', 'Live', ['cloned']],
    ['clock of the server wrong', 'No readings', ['other']],
    ['everything at once', 'No readings', ['broker', 'cloned']],
  ])('%s: an empty board and a full one say so', async (name, word, problems) => {
    await page.setViewportSize(TV);
    for (const people of [0, 12]) {
      await show(page, feed, boardOf(people, { state: STATES[name]! }));
      expect((await status())?.trim()).toBe(word);
      expect(await shownProblems()).toEqual(expect.arrayContaining(problems));
      const asks = await page.getByText('Put on a strap').count();
      expect({ people, asks }).toEqual({ people, asks: people === 0 && word === 'Live' ? 1 : 0 });
    }
  });

  testPage('a delta takes a problem away', async () => {
    await show(page, feed, boardOf(0, { state: STATES['broker away']! }));
    feed.send({ type: 'delta', now: NOW, rows: [], gone: [], state: ALL_WELL });
    await page.getByText('Put on a strap').waitFor();
    expect(await shownProblems()).toEqual([]);
  });

  testPage.each([0, 30])('everything at once is readable on all screens with %d people', async (people) => {
    await show(page, feed, boardOf(people, { state: STATES['everything at once']! }));
    expect(await faultsOnAllScreens(people)).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
  });
});

describe('results', () => {
  testPage.each([1, 3, 50, 80])('of %d people are readable on all screens, although most of them have left the board', async (people) => {
    const results = resultsOf(people);
    await show(page, feed, boardOf(2, { rows: [], results }), people);
    expect(await page.locator('.podium [data-member]').count()).toBe(Math.min(3, people));
    expect(await faultsOnAllScreens(people)).toEqual([]);
    await page.setViewportSize(TV);
    const shown = await page
      .locator('[data-member]')
      .evaluateAll((entries) =>
        entries.map((entry) => [(entry as HTMLElement).dataset.member, entry.querySelector('[data-field="points"]')!.textContent]),
      );
    expect(shown).toEqual(results.members.map(({ member, points }) => [member, String(Math.floor(points + 1e-6))]));
    if (people === 50) expect(await axeFindings(page)).toEqual([]);
  });

  testPage('go when the feed takes them back', async () => {
    await show(page, feed, boardOf(2, { results: resultsOf(5) }), 5);
    feed.send({ type: 'delta', now: NOW, rows: [], gone: [], results: null });
    await page.locator('[data-member][data-signal]').first().waitFor();
    expect(await page.locator('.podium').count()).toBe(0);
  });
});

/** Which part of each name is seen: the x of its first and last letter against the place of the name. */
const seenParts = () =>
  page.locator('[data-field="name"]').evaluateAll((names) =>
    names.map((name) => {
      const box = name.getBoundingClientRect();
      const walker = document.createTreeWalker(name, NodeFilter.SHOW_TEXT);
      const texts: Node[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode);
      const isSeen = (node: Node, at: number) => {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const { left, right } = range.getBoundingClientRect();
        return left >= box.left - 1 && right <= box.right + 1;
      };
      const last = texts.at(-1)!;
      return {
        name: name.textContent!,
        member: name.closest<HTMLElement>('[data-member]')!.dataset.member!,
        first: isSeen(texts[0]!, 0),
        last: isSeen(last, last.textContent!.length - 1),
      };
    }),
  );

const named = (names: readonly string[]): LiveRow[] =>
  crowd(names.length, NOW).map((row, i) => ({ ...row, guest: false, signal: 'live', member: `member-${i}`, nickname: names[i]! }));

testPage('a name is cut at its end, from whichever side it is read', async () => {
  await page.setViewportSize({ width: 768, height: 1024 });
  await show(page, feed, boardOf(80, { rows: named(Array.from({ length: 80 }, (_, i) => HARD_NAMES[i % HARD_NAMES.length]!)) }));
  const parts = await seenParts();
  expect(parts.filter(({ first }) => !first)).toEqual([]);
  for (const long of [HARD_NAMES[0], HARD_NAMES[1], HARD_NAMES[7]])
    expect(parts.filter(({ name, last }) => name === long && last)).toEqual([]);
  await page.setViewportSize(TV);
});

testPage('a name of five Arabic words is seen whole where there is room, and figures beside it keep their order', async () => {
  await show(page, feed, boardOf(4, { rows: named(HARD_NAMES.slice(0, 4)) }));
  expect((await seenParts()).every(({ first, last }) => first && last)).toBe(true);
  for (const { direction, ranked, figures } of await page.locator('[data-member]').evaluateAll((tiles) =>
    tiles.map((tile) => {
      const at = (selector: string) => tile.querySelector(selector)!.getBoundingClientRect().left;
      return {
        direction: getComputedStyle(tile).direction,
        ranked: at('[data-field="rank"]') < at('[data-field="name"]'),
        figures: at('[data-field="points"]') < at('[data-field="points"] + .stat-unit'),
      };
    }),
  ))
    expect({ direction, ranked, figures }).toEqual({ direction: 'ltr', ranked: true, figures: true });
});

testPage('a blank name is Anonymous, a control of direction turns nothing, two people of one name are two tiles', async () => {
  await show(page, feed, boardOf(5, { rows: named(['\u200b\u200d', ' ', 'An\u202ea', 'Ana', 'Ana']) }));
  expect((await tilesOf(page)).map(({ fields }) => fields.name).sort()).toEqual(['Ana', 'Ana', 'Ana', 'Anonymous', 'Anonymous']);
});

testPage('the word "Guest" goes first, the four digits of the strap never', async () => {
  const guests = crowd(80, NOW).map((row, i) => ({ ...row, guest: true, member: `guest-ant-hr-${401_000 + 4801 * i}` }));
  for (const [rows, isWhole] of [
    [guests.slice(0, 6), true],
    [guests, false],
  ] as const) {
    await show(page, feed, boardOf(rows.length, { rows }));
    const parts = await seenParts();
    expect(parts.map(({ last }) => last)).toEqual(rows.map(() => true));
    const digitsOnly = await page.locator('.digits-only').count();
    expect(isWhole ? digitsOnly === 0 : digitsOnly > rows.length / 2).toBe(true);
    expect(parts.map(({ name }) => name).sort()).toEqual(rows.map(({ member }) => `Guest ${member.slice(-4)}`).sort());
  }
});

testPage('axe-core finds nothing with every kind of tile on a board of 50, and in a list', async () => {
  await show(page, feed, boardOf(50));
  expect(await axeFindings(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  await settled(page);
  expect(await axeFindings(page)).toEqual([]);
});
