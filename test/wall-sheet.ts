/** Measures the wall page on all screens with all crowds, and draws the contact sheets of docs/wall.md. Exit 1 when anything is cut, covered or unreadable. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage } from './harness/browser.js';
import { root } from './harness/environment.js';
import { boardOf, NO_SUCH_ROOM, resultsOf, STATES, settled, show } from './wall/board.js';
import { type Feed, startFeed } from './wall/feed.js';
import { layoutFaults } from './wall/measure.js';
import { CROWDS, landscapeScreens, nameOf, type Screen, uprightScreens } from './wall/screens.js';
import { drawNamed, drawScreens, type Shot } from './wall/sheet.js';

const folder = join(root, 'docs', 'images');
/** A folder for the single pictures, in full size. */
const singles = process.argv[2];
const chromium = process.env.TEST_CHROMIUM ?? '/usr/bin/chromium';
const RANKINGS = ['points', 'bpm', 'steps'] as const;
const STATE_SCREEN = { width: 1280, height: 720 };

let browser: Browser | undefined;
let feed: Feed | undefined;
let boards = 0;
const faults: string[] = [];

/** All screens with one crowd; the tabs beside the first one are only measured. */
async function shoot(page: Page, people: number, screens: readonly Screen[], withPictures: boolean): Promise<Shot[]> {
  const shots: Shot[] = [];
  for (const screen of screens) {
    await page.setViewportSize(screen);
    await settled(page);
    await settled(page);
    for (const fault of await layoutFaults(page))
      faults.push(`${nameOf(screen)}, ${people} people, ${new URL(page.url()).search}: ${fault}`);
    boards++;
    if (!withPictures) continue;
    const picture = await page.screenshot({ type: 'jpeg', quality: 80 });
    if (singles) writeFileSync(join(singles, `${screen.width}x${screen.height}-${people}.jpg`), picture);
    shots.push({ people, screen, picture: picture.toString('base64') });
  }
  return shots;
}

/** The board in each state of its server, after a session, and of a room that does not exist. */
async function shootStates(page: Page, source: Feed): Promise<{ name: string; picture: string }[]> {
  const pictures: { name: string; picture: string }[] = [];
  const take = async (name: string) => {
    await settled(page);
    const picture = await page.screenshot({ type: 'jpeg', quality: 85 });
    pictures.push({ name, picture: picture.toString('base64') });
  };
  for (const [name, state] of Object.entries(STATES)) {
    await show(page, source, boardOf(0, { state }));
    await take(`${name}, nobody on the board`);
  }
  for (const name of ['store away', 'gateway offline']) {
    await show(page, source, boardOf(12, { state: STATES[name]! }));
    await take(`${name}, 12 people`);
  }
  for (const people of [6, 50]) {
    await show(page, source, boardOf(0, { results: resultsOf(people) }), people);
    await take(`results of ${people} people`);
  }
  source.send(NO_SUCH_ROOM);
  await page.locator('.rooms').waitFor();
  await take('unknown room');
  return pictures;
}

/** A page of the wall on which nothing glides. */
async function openWall(path: string, screen: Screen): Promise<Page> {
  const { page } = await openPage(browser!, `${feed!.url}${path}`, screen);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  return page;
}

try {
  for (const path of [folder, ...(singles ? [singles] : [])]) mkdirSync(path, { recursive: true });
  [browser, feed] = await Promise.all([openBrowser(chromium), startFeed()]);
  const screens = [...landscapeScreens, ...uprightScreens];
  const shots: Shot[] = [];
  for (const people of CROWDS) {
    for (const ranking of RANKINGS) {
      const page = await openWall(`/wall/demo/main?tab=${ranking}`, screens[0]!);
      await show(page, feed, boardOf(people));
      shots.push(...(await shoot(page, people, screens, ranking === 'points')));
      await page.close();
    }
  }
  await drawScreens(browser, shots, landscapeScreens, 176, join(folder, 'wall-landscape.jpg'));
  await drawScreens(browser, shots, uprightScreens, 96, join(folder, 'wall-upright.jpg'));
  await drawNamed(browser, await shootStates(await openWall('/wall/demo/main', STATE_SCREEN), feed), join(folder, 'wall-states.jpg'));
  process.stdout.write(`${boards} boards measured, ${faults.length} faults\n`);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.exitCode = faults.length ? 1 : 0;
} finally {
  await browser?.close();
  await feed?.close();
}
